// Package atline frames and understands what a GSM modem says on its AT
// interface: lines and the prompt, final result codes, unsolicited result codes
// (URCs), and the information lines that the SMS commands answer with.
//
// Sources: ITU-T V.250 §5.7 (result codes and line ends), 3GPP TS 27.005 (SMS
// commands, +CMS ERROR), 3GPP TS 27.007 (+CME ERROR, network commands), and what
// real modems do instead.
//
// It is pure: octets and lines in, values out. It never panics on input, and it
// holds at most one line of MaxLine octets.
package atline
