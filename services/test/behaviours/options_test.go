package behaviours

import (
	"fmt"
	"strings"
	"testing"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
)

// long has more than one part.
var long = strings.Repeat("a", 161)

func options() []behaviour {
	file := func(headers, body string) string { return "To: 49111\n" + headers + "\n" + body }
	sevenBit := "00110005919411F10000FF02E834"
	ucs2 := "00110005919411F10008FF0400680069"
	return []behaviour{
		{16, "iso and more", message(basis, file("Alphabet: ISOwhatever\n", "hi"), sends(sevenBit))},
		{16, "LAT", message(basis, file("Alphabet: LATin\n", "hi"), sends(sevenBit))},
		{16, "ansi", message(basis, file("Alphabet: ansi\n", "hi"), sends(sevenBit))},
		{16, "Binary", message(basis, file("Alphabet: BINary\nUDH: no\n", "hi"), sends("00110005919411F10004FF026869"))},
		{16, "ucs2", message(basis, file("Alphabet: UCS2\n", "\x00h\x00i"), sends(ucs2))},
		{16, "unicode", message(basis, file("Alphabet: Unicode\n", "\x00h\x00i"), sends(ucs2))},
		{16, "chinese", message(basis, file("Alphabet: chinese\n", "\x00h\x00i"), sends(ucs2))},
		{16, "utf", message(basis, file("Alphabet: UTF-8\n", "hi"), sends(sevenBit))},
		{16, "utf is not iso", message(basis, file("Alphabet: Utf\n", "\xC5\x91"), sends("00110005919411F10008FF020151"))},
		{16, "iso is not utf", message(basis, file("Alphabet: IsO\n", "\xC5\x91x"), sends("00110005919411F10000FF0178"))},
		{16, "gsm", message(basis, file("Alphabet: gsm\n", "\x00\x02"), sends("00110005919411F10000FF020001"))},
		{16, "gsm and more is none", message(basis, file("Alphabet: Gsm7\n", "hi"), fails("Invalid alphabet"))},
		{16, "two letters", message(basis, file("Alphabet: gs\n", "hi"), fails("Invalid alphabet"))},
		{16, "another word", message(basis, file("Alphabet: klingon\n", "hi"), fails("Invalid alphabet"))},
		{17, "Binary: yes", message(basis, file("Binary: yes\nUDH: no\n", "hi"), sends("00110005919411F10004FF026869"))},
		{17, "Binary: no", message(basis, file("Binary: no\n", "hi"), sends(sevenBit))},
		{18, "binary has UDHI", message(basis, file("Alphabet: binary\n", "\x02\x70\x00A"), sends("00510005919411F10004FF0402700041"))},
		{19, "Flash in 7 bits", message(basis, file("Flash: yes\n", "hi"), sends("00110005919411F10010FF02E834"))},
		{19, "Flash in UCS2", message(basis, file("Flash: on\nAlphabet: UCS2\n", "\x00h\x00\xE9"), sends("00110005919411F10018FF04006800E9"))},
		{19, "Flash in binary", message(basis, file("Flash: 1\nAlphabet: binary\nUDH: no\n", "hi"), sends("00110005919411F10014FF026869"))},
		{20, "Class 2", message(basis, file("Class: 2\n", "hi"), sends("00110005919411F10012FF02E834"))},
		{20, "Class 0", message(basis, file("Class: 0\n", "hi"), sends("00110005919411F10010FF02E834"))},
		{20, "Class 3 in UCS2", message(basis, file("Class: 3\nAlphabet: UCS2\n", "\x00h\x00i"), sends("00110005919411F1001BFF0400680069"))},
		{20, "Class 9", message(basis, file("Class: 9\n", "hi"), sends(sevenBit))},
		{21, "DCS_hex of more than an octet", message(basis, file("DCS_hex: 1F5\n", "hi"), sends(sevenBit))},
		{21, "DCS_hex", message(basis, file("DCS_hex: F5\n", "hi"), sends("00110005919411F100F5FF02E834"))},
		{22, "Ping", message(basis, file("Ping: yes\n", "hi"), sends("00310005919411F14000FF02E834"))},
		{23, "Replace 3", message(basis, file("Replace: 3\n", "hi"), sends("00110005919411F14300FF02E834"))},
		{23, "Replace 9", message(basis, file("Replace: 9\n", "hi"), sends(sevenBit))},
		{23, "Replace of two parts", message(basis, file("Replace: 3\n", long), parts("00510005919411F10000FFA0", "00510005919411F10000FF0F"))},
		{24, "System_message", message(basis, file("System_message: yes\n", "hi"), sends("00110005919411F140F4FF026869"))},
		{24, "ToSIM", message(basis, file("System_message: ToSIM\nAlphabet: binary\n", "\x01\x02"), sends("00110005919411F17FF6FF020102"))},
		{25, "a long system message", message(basis, file("System_message: yes\nAlphabet: binary\n", strings.Repeat("x", 141)),
			fails("Too long data for system message"))},
		{26, "Message_reference", message(basis, file("Message_reference: 77\n", "hi"), sends("00114D05919411F10000FF02E834"))},
		{25, "the longest system message", message(basis, file("System_message: yes\nAlphabet: binary\n", strings.Repeat("x", 140)),
			parts("00110005919411F140F4FF8C7878"))},
		{26, "Message_reference 255", message(basis, file("Message_reference: 255\n", "hi"), sends("0011FF05919411F10000FF02E834"))},
		{26, "Message_reference 300", message(basis, file("Message_reference: 300\n", "hi"), fails("Invalid message reference"))},
		{27, "Reply_path", message(basis, file("Reply_path: yes\n", "hi"), sends("00910005919411F10000FF02E834"))},
		{27, "Reject_duplicates", message(basis, file("Reject_duplicates: yes\n", "hi"), sends("00150005919411F10000FF02E834"))},
		{28, "Report", message(basis, file("Report: yes\n", "hi"), sends("00310005919411F10000FF02E834"), has("\nMessage_id: "))},
		{28, "report of the modem", message(with{modem: "report = yes"}, file("", "hi"), sends("00310005919411F10000FF02E834"), has("\nMessage_id: "))},
		{28, "report of the modem and Report: no", message(with{modem: "report = yes"}, file("Report: no\n", "hi"), sends(sevenBit), lacks("Message_id: "))},
		{28, "no Report", message(basis, file("", "hi"), sends(sevenBit), lacks("Message_id: "))},
		{24, "none of it in old mode", oldMode},
		{29, "report = disabled", message(with{modem: "report = disabled"}, file("Report: yes\n", "hi"), sends(sevenBit))},
		{29, "report = disabled and Ping", message(with{modem: "report = disabled"}, file("Ping: yes\n", "hi"), sends("00310005919411F14000FF02E834"))},
	}
}

// oldMode are messages of a modem of GSM phase 1, as smsd makes them (smstools spec §1.9);
// the system message has its TP-DCS, which smsd leaves out.
func oldMode(t *testing.T, _ *lab) {
	b := alone(t, with{modem: "mode = old"}, sim.Config{Phase1: true})
	for file, want := range map[string]string{
		"To: 49111\n\nhi": "010005919411F1000002E834",
		"To: 49111\nReport: yes\nFlash: yes\nReplace: 3\nValidity: 1 day\nReply_path: yes\nMessage_reference: 77\n\nhi": "A10005919411F1001002E834",
		"To: 49111\nPing: yes\n\nhi":                     "210005919411F1000002E834",
		"To: s123\nAlphabet: UCS2\n\n\x00h\x00i":         "0100038121F300080400680069",
		"To: 49111\nSystem_message: yes\n\nhi":           "010005919411F100F4026869",
		"To: 49111\nReplace: 3\nAutosplit: 1\n\n" + long: "010005919411F10000A0",
	} {
		if r := b.send(t, file); r.Outcome != "sent" || !strings.HasPrefix(r.raw[0], want) {
			t.Errorf("%q is sent as %q (%s), want %s", file, r.raw, r.Reason, want)
		}
	}
	if _, err := b.Modem.Store("SM", 0, deliver(t, nil)[2+2*7:]); err != nil {
		t.Fatal(err)
	}
	gateway.Wait(t, "the received message", func() bool { return len(gateway.Files(t, b.Path("incoming"))) == 1 })
	for _, content := range gateway.Files(t, b.Path("incoming")) {
		if !strings.HasPrefix(content, "From: 358401234567\nFrom_TOA: 91") || strings.Contains(content, "From_SMSC") || !strings.Contains(content, "\n\nHello") {
			t.Errorf("the received message:\n%s", content)
		}
	}
}

// validity are behaviours 30 and 31: the octet of TP-VP.
func validity() []behaviour {
	var all []behaviour
	for _, c := range []struct {
		number int
		text   string
		octet  int
	}{
		{30, "3 days", 0xA9}, {30, "MONTH", 0xC4}, {30, "204", 0xCC}, {30, "soon", 0xFF}, {30, "0", 0},
		{31, "4 min", 0}, {31, "9 min", 0}, {31, "10 min", 1}, {31, "721 min", 143}, {31, "5 weeks", 197}, {31, "31 days", 196}, {31, "2 weeks", 180},
		{30, "256", 0xFF}, {30, "2 HOURS", 0xFF}, {30, "2 hours", 23}, {30, "week", 0xAD}, {31, "60 min", 11}, {31, "720 min", 143}, {31, "12 hours", 143}, {31, "13 hours", 145}, {31, "24 hours", 167},
		{31, "25 hours", 167}, {31, "1 day", 167}, {31, "2 days", 168}, {31, "30 days", 196}, {31, "34 days", 196}, {31, "35 days", 197},
		{31, "4 weeks", 194}, {31, "63 weeks", 255}, {31, "64 weeks", 255}, {31, "1 month", 196}, {31, "12 month", 244}, {31, "1 year", 244}, {31, "2 years", 255},
	} {
		pdu := fmt.Sprintf("00110005919411F10000%02X02E834", c.octet)
		all = append(all, behaviour{c.number, "Validity " + c.text, message(basis, "To: 49111\nValidity: "+c.text+"\n\nhi", sends(pdu))})
	}
	pdu := "00110005919411F10000A902E834"
	return append(all,
		behaviour{30, "Validity nonsense and a default", message(with{global: "validity = 3 days"}, "To: 49111\nValidity: soon\n\nhi", sends(pdu))},
		behaviour{30, "Validity none and a default", message(with{global: "validity = 3 days"}, "To: 49111\n\nhi", sends(pdu))})
}
