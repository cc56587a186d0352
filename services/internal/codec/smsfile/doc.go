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
package smsfile
