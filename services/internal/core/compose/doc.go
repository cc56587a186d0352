// Package compose makes the TPDUs of a submission: the body in the alphabet that
// it needs, cut into parts, with the options of the message and the settings of
// the modem that is to send it (smstools spec §1.2 to §1.10; 3GPP TS 23.040).
//
// It is pure, and the same submission and settings always give the same octets,
// the concatenation reference included, so that a message can be resumed.
package compose
