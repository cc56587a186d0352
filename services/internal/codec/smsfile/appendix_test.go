package smsfile

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// goldenFiles are the outgoing vectors of smstools spec Appendix B whose PDU stands
// there whole; the default of To is 49111.
var goldenFiles = map[string]struct{ file, pdu string }{
	"A1":  {"To: 49111\n\nhi", "00110005919411F10000FF02E834"},
	"A2":  {"To: +358 40 123-4567\n\nhi", "0011000C915348103254760000FF02E834"},
	"A3":  {"To: s12345\n\nhi", "00110005812143F50000FF02E834"},
	"A4":  {"To: 49111\nTo_TOA: National\n\nhi", "00110005A19411F10000FF02E834"},
	"A5":  {"To: 49111\nAlphabet: UTF-8\n\nê ő é", "00110005919411F10008FF0A00EA00200151002000E9"},
	"A6":  {"To: 49111\n\nab中c€", "00110005919411F10000FF0561F1785306"},
	"A7":  {"To: 49111\nFlash: on\nAlphabet: UCS2\n\n\x00h\x00\xE9", "00110005919411F10018FF04006800E9"},
	"A8":  {"To: 49111\nClass: 2\nReply_path: yes\nReject_duplicates: yes\nMessage_reference: 77\n\nhi", "00954D05919411F10012FF02E834"},
	"A10": {"To: 49111\nPing: yes\n\nhi", "00310005919411F14000FF02E834"},
	"A11": {"To: 49111\nReplace: 3\nReport: yes\n\nhi", "00310005919411F14300FF02E834"},
	"A12": {"To: 49111\nSystem_message: yes\n\nhi", "00110005919411F140F4FF026869"},
	"A13": {"To: 49111\nSystem_message: ToSIM\nAlphabet: bin\n\n\x01\x02", "00110005919411F17FF6FF020102"},
	"A14": {"To: 49111\nLanguage: turk\n\nşğ", "00510005919411F10000FF0703250101E83000"},
	"A15": {"To: 49111\nAlphabet: binary\nUDH-DATA: 06 05 04 0B 84 23 F0\n\n\x01\x02\x03", "00510005919411F10004FF0A0605040B8423F0010203"},
	"A16": {"To: 49111\nMacro: @N@=Ann\nMacro: @X@=\n\nHi @N@@X@!", "00110005919411F10000FF07C83428E8768700"},
}

func TestAppendixB(t *testing.T) {
	for name, c := range goldenFiles {
		t.Run(name, func(t *testing.T) {
			o := mustParse(t, c.file, Options{})
			if err := o.Check(); err != nil {
				t.Fatal(err)
			}
			s := takeApart(t, c.pdu)
			compareAddress(t, &s, o)
			compareOctets(t, &s, o)
			compareFlags(t, &outgoingCase{Submits: []submit{s}}, o)
			if o.Alphabet == Binary || o.Alphabet == UCS2 {
				if got, want := append(bytes.Clone(o.UDHData), o.Body...), userData(t, c.pdu); !bytes.Equal(got, want) {
					t.Errorf("data % X, want % X", got, want)
				}
			}
		})
	}
}

// takeApart reads the fields of an SMS-SUBMIT with relative validity period and
// without service centre (3GPP TS 23.040 §9.2.2.2).
func takeApart(t *testing.T, pdu string) (s submit) {
	t.Helper()
	data := octets(t, pdu)[1:]
	fo, size := data[0], int(data[2])
	s.PDU = pdu
	d := &s.Decoded
	d.RD, d.SRR, d.UDHI, d.RP = fo&0x04 != 0, fo&0x20 != 0, fo&0x40 != 0, fo&0x80 != 0
	d.MR, d.DATOA = int(data[1]), fmt.Sprintf("%02X", data[3])
	rest := data[4+(size+1)/2:]
	for _, octet := range data[4 : 4+(size+1)/2] {
		d.DA += fmt.Sprintf("%X%X", octet&15, octet>>4)
	}
	d.DA = strings.TrimSuffix(d.DA, "F")
	d.PID, d.DCS, d.VP = fmt.Sprintf("%02X", rest[0]), fmt.Sprintf("%02X", rest[1]), fmt.Sprintf("%02X", rest[2])
	return s
}
