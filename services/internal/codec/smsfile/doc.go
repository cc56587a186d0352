// Package smsfile is the message file format of SMS Server Tools 3, both ways
// (smstools spec §1 to §3).
//
// Parse reads a file that a producer put into the spool; the Check methods of
// the result then give the reasons of §1.10 in their order, so that the caller
// can put its own tests (lists, queues, keys) between them. Rewrite puts the
// result headers of Sent, Failed or Rejected into the file. Incoming and
// MissedCall render what a modem received, and ParseHeaders reads any of these
// files back.
//
// The package is pure: octets and values in and out. It never decodes a TPDU and
// never converts text to an alphabet of the air interface; it only knows the
// octets of the file and the charset that the file is in.
//
// # Divergences from smsd
//
// What smsd loses or damages in silence is refused with a reason instead: a body
// of more than MaxBody octets, macros of more than MaxMacros octets, UDH-DATA that
// is no hex or whose first octet does not count the others, a Text_is_pdu that is
// no hex, more than 255 octets between two LENGTH, and an Include that cannot be
// done. What its manual promises is kept where its code does not: units of
// Validity in any case, and the first three letters of GSM (smstools spec
// Appendix A). Hex digits count in any case, and the spaces of UDH-DATA are
// optional. A header line is one line at any length (§1.1 rule 9). Rewrite ends
// the last line of a file without body before it adds headers (rule 12), keeps a
// separator line that begins with NUL, and never lets a value break out of its
// line. IMSI and IMEI that the modem left empty have no header.
package smsfile
