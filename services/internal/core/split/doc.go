// Package split cuts the user data of a long message into parts and puts parts
// together again (3GPP TS 23.040 §9.2.3.24.1; smstools spec §1.6).
//
// A cut stands as late as the size of a part allows, so that plain text is cut
// where smsd cuts it. It moves back to keep an escape with its character, a
// surrogate pair in one piece and, where a part can hold it, what a reader takes
// for one character. It is pure.
package split
