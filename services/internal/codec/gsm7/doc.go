// Package gsm7 turns characters into septets and back: the GSM 7 bit default
// alphabet with its extension table and the national language tables of
// 3GPP TS 23.038 §6.2.1 and Annex A, and the character set conventions of
// SMS Server Tools (smstools spec §1.4).
//
// It is pure. A septet is an octet from 0 to 0x7F here; tpdu.PackSeptets and
// tpdu.UnpackSeptets know how septets share octets on the air.
package gsm7
