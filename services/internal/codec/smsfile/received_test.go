package smsfile

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestIncomingAll renders every header of smstools spec §2.2 in its order.
func TestIncomingAll(t *testing.T) {
	m := Incoming{
		Error: UndecodablePDU, Warnings: []string{"w1", "w2"}, From: "Anna", FromTOA: TOAText(0xD0), Name: "A. B.",
		FromSMSC: "35850", Sent: "24-05-06 07:08:09", Received: moment1, Station: station1, Report: true,
		Replace: new(uint8(0)), Flash: true, Incomplete: true, Alphabet: AlphabetInvalid,
		UDHData: []byte{3, 0x24, 1, 1}, UDH: new(true), PDUs: []string{"00", "01"}, Pos: PositionMark(3, 2),
		LanguageExt: new(uint8(1)), Body: []byte("body"),
	}
	want := "Error: Cannot decode PDU, see text part for details.\nWarning: w1\nWarning: w2\nFrom: Anna\n" +
		"From_TOA: D0 alphanumeric, unknown\nName: A. B.\nFrom_SMSC: 35850\nSent: 24-05-06 07:08:09\n" +
		"Received: 26-01-02 03:04:05\nSubject: GSM1\nModem: GSM1\nNumber: 35840\nDescription: first floor\n" +
		"IMSI: 244\nIMEI: 350\nReport: yes\nReplace: 0\nFlash: yes\nIncomplete: yes\nAlphabet: unknown\n" +
		"UDH-DATA: 03 24 01 01 \nUDH-Type: Length=4, [24]Single Shift Character Set information\nLength: 4\nUDH: yes\n" +
		"PDU: 00\nPDU: 01\nPos: ..^^~here(3)\nLanguage:  (-1)\nLanguage_ext: Turkish (1)\n\nbody"
	if diff := cmp.Diff(want, string(m.AppendTo(nil, nil))); diff != "" {
		t.Error(diff)
	}
}

func TestMissedCall(t *testing.T) {
	c := MissedCall{From: "35840", FromTOA: TOAText(0x91), Name: "Anna", Station: station1, Received: moment1}
	want := "From: 35840\nFrom_TOA: 91 international, ISDN/telephone\nName: Anna\nSubject: GSM1\nModem: GSM1\n" +
		"Number: 35840\nIMSI: 244\nIMEI: 350\nCall_type: missed\nReceived: 26-01-02 03:04:05\n\nCALL MISSED\n"
	if diff := cmp.Diff(want, string(c.AppendTo(nil, nil))); diff != "" {
		t.Error(diff)
	}
}

func TestTOAText(t *testing.T) {
	for toa, want := range map[byte]string{
		0x91: "91 international, ISDN/telephone", 0xA1: "A1 national, ISDN/telephone",
		0x81: "81 unknown, ISDN/telephone", 0xD0: "D0 alphanumeric, unknown",
		0x00: "00 unknown, unknown", 0xFF: "FF reserved, reserved", 0xB9: "B9 network specific, private",
		0x82: "82 unknown, unknown", 0x95: "95 international, international", 0xA7: "A7 national, national", 0xC8: "C8 subscriber, national",
	} {
		if got := TOAText(toa); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestUDHType(t *testing.T) {
	for want, udh := range map[string][]byte{
		"": nil,
		"Length=6, [00]Concatenated short messages, 8-bit reference number": {5, 0, 3, 1, 2, 1},
		"Length=1": {0},
		"Length=3, [00]Concatenated short messages, 8-bit reference number, ERROR":                    {5, 0, 3},
		"Length=2, [70](U)SIM Toolkit Security Headers, ERROR":                                        {1, 0x70},
		"Length=4, [01]Special SMS Message Indication, ERROR":                                         {3, 1, 5, 1},
		"Length=5, [03]unknown, [05]Application port addressing scheme, 16 bit address, ERROR":        {4, 3, 1, 9, 5},
		"Length=4, [70](U)SIM Toolkit Security Headers":                                               {3, 0x70, 1, 1},
		"Length=3, [26]Reserved for future use":                                                       {2, 0x26, 0},
		"Length=3, [1B]Reserved for future EMS features":                                              {2, 0x1B, 0},
		"Length=3, [81]SME to SME specific use":                                                       {2, 0x81, 0},
		"Length=3, [C0]SC specific use":                                                               {2, 0xC0, 0},
		"Length=5, [24]Single Shift Character Set information, [09]Wireless Control Message Protocol": {4, 0x24, 0, 9, 0},
	} {
		if got := UDHType(udh); got != want {
			t.Errorf("% X: %q, want %q", udh, got, want)
		}
	}
}

func TestStatusText(t *testing.T) {
	for status, want := range map[uint8]string{
		0: "Ok,short message received by the SME", 3: "unknown", 31: "unknown",
		33: "Still trying,SME busy", 37: "Still trying,error in SME", 38: "unknown", 47: "unknown",
		48: "Temporary error, SC specific, unknown", 63: "Temporary error, SC specific, unknown",
		65: "Error,incompatible destination", 71: "Error,SM deleted by originating SME", 74: "unknown",
		80: "Permanent error, SC specific, unknown", 95: "Permanent error, SC specific, unknown",
		96: "Error,congestion", 101: "Error,error in SME", 102: "unknown",
		112: "Permanent error, SC specific, unknown", 127: "Permanent error, SC specific, unknown", 128: "unknown",
	} {
		if got := StatusText(status); got != want {
			t.Errorf("%d: %q, want %q", status, got, want)
		}
	}
}

func TestPositionMark(t *testing.T) {
	for want, place := range map[string][2]int{
		"~here(0)": {0, 0}, "~here(1)": {1, -5}, "....-....*^~here(11)": {11, 1},
	} {
		if got := PositionMark(place[0], place[1]); got != want {
			t.Errorf("%v: %q, want %q", place, got, want)
		}
	}
	if got := PositionMark(1<<40, 1<<40); len(got) > 3*maxMark {
		t.Errorf("mark of %d octets", len(got))
	}
}

// TestLatin holds smstools spec §1.4: ISO-8859-15 and Greek capitals at 0x81 to 0x8A.
func TestLatin(t *testing.T) {
	for text, want := range map[string]string{
		"ΔΦΓΛΩΠΨΣΘΞ":    "\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8A",
		"€ŠšŽžŒœŸ":      "\xA4\xA6\xA8\xB4\xB8\xBC\xBD\xBE",
		"¤äÿ\u00A0":     "\xA4\xE4\xFF\xA0",
		"a привет":      "a ",
		"¦¨´¸¼½¾\u0081": "",
	} {
		if got, _ := AppendLatin(nil, text); string(got) != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if _, dropped := AppendLatin(nil, "приве😀"); dropped != 6 {
		t.Errorf("dropped %d, want 6", dropped)
	}
}

// TestLatinRoundTrip takes every octet to Unicode and back.
func TestLatinRoundTrip(t *testing.T) {
	for octet := range 256 {
		in := []byte{byte(octet)}
		if out, dropped := AppendLatin(nil, string(AppendUnicode(nil, in))); !bytes.Equal(in, out) || dropped != 0 {
			t.Errorf("%02X became % X", octet, out)
		}
	}
}

func TestPreview(t *testing.T) {
	for _, c := range []struct {
		alphabet Alphabet
		body     string
		limit    int
		want     string
	}{
		{ISO, "a/b c:d*e.f-g\n", 12, "-a_b_c_d_e.f-"},
		{ISO, "Hello \n", 12, "-Hello__"},
		{ISO, "Gr\xFC\xDFe \xA4 \xA7\x81", 99, "-Gru_e_e_S_"},
		{ISO, "\xA6\xA8\xB4\xB8\xBC\xBD\xBE\xA4\xD7\xEA", 99, "-_______e__"},
		{ISO, "$\xA3\xA5\xC4\xC5\xC6\xC7\xC9\xD1\xD6\xD8\xDC", 99, "-SLYAAACENOOU"},
		{ISO, "\xE0\xE4\xE5\xE6\xE8\xE9\xEC\xF1\xF2\xF6\xF8\xF9", 99, "-aaaaeeinooou"},
		{GSM, "Hello", 3, "-Hel"},
		{GSM, "\x00\x01\x02\x5B\x1B\x65", 99, "-_LSAe"},
		{ISO, "Hello", 0, ""},
		{ISO, "", 5, "-"},
		{UCS2, "\x00a", 3, "-ucs"},
		{ISO, "../..", 5, "-.._.."},
		{UTF8, "Hello", 5, ""},
		{UCS2, "\x00a", 5, "-ucs2"},
		{Binary, "x", 6, "-binary"},
	} {
		if got := Preview(c.alphabet, []byte(c.body), c.limit); got != c.want {
			t.Errorf("%v %q: %q, want %q", c.alphabet, c.body, got, c.want)
		}
	}
}

// TestPreviewOfUTF8 shows what came in the GSM alphabet, and nothing of what did not.
func TestPreviewOfUTF8(t *testing.T) {
	m := Incoming{Alphabet: UTF8, Body: []byte("aä€Δb")}
	if got := m.Preview(9); got != "" {
		t.Errorf("%q", got)
	}
	m.CountCharacters = true
	if got := m.Preview(4); got != "-aae_" {
		t.Errorf("%q", got)
	}
}

func TestAppendLatinUCS2(t *testing.T) {
	got, dropped := AppendLatinUCS2(nil, "aß€Š¦½ÿ\u0085Δя")
	if want := []byte("a\xDF\xA4\xA6\xA6\xBD\xFF"); !bytes.Equal(got, want) || dropped != 3 {
		t.Errorf("% X, %d dropped; want % X", got, dropped, want)
	}
}

// TestOutgoingPreview has the names of files as smsd gives them.
func TestOutgoingPreview(t *testing.T) {
	for file, want := range map[string]string{
		"\nHello W\xC3\xB6rld \xE2\x82\xAC\n":              "-Hello_World_e",
		"\n\xE4\xF6\xFC\xDF\xE9\xE8\xEA\xF1\xE7":           "-aou_eeenC",
		"\na\x01$\xA3\xB2\x1Bex\x1By":                      "-aSL2ex",
		"\nHi \xE4\xB8\xAD x":                              "-Hi__x",
		"\n\xE4\xB8\xAD":                                   "",
		"Alphabet: GSM\n\nHello W\xC3\xB6rld \n":           "-Hello_Wrld__",
		"Alphabet: GSM\n\n{|}":                             "-aon",
		"Alphabet: GSM\n\n\xE4":                            "-",
		"Alphabet: UTF-8\n\nHello":                         "",
		"Alphabet: UTF-8\n\nHi \xE4\xB8\xAD":               "-ucs2",
		"Alphabet: UCS2\n\n\x00a":                          "-ucs2",
		"Alphabet: binary\n\nx":                            "-binary",
		"Hex: yes\n\n4865":                                 "",
		"Hex: yes\nAlphabet: GSM\n\n4865":                  "-He",
		"Language: 1\n\nHi \xC3\xB6\n":                     "-Hi_o_",
		"Language: 1\n\n\xC5\x9F":                          "",
		"Language_ext: 2\n\n\xE4\xB8\xAD":                  "-",
		"System_message: yes\n\nHello":                     "",
		"System_message: yes\nAlphabet: UTF-8\n\n\xD1\x8F": "-ucs2",
		"System_message: yes\nAlphabet: bin\n\nHello":      "-binary",
		"Text_is_pdu: yes\n\n00":                           "",
		"Macro: H=J\n\nHi":                                 "-Ji",
	} {
		if got := mustParse(t, "To: 1\n"+file, Options{}).Preview(80); got != want {
			t.Errorf("%q: %q, want %q", file, got, want)
		}
	}
	for file, want := range map[string]string{"Alphabet: bin\n\nx": "-binar", "\nHello World": "-Hello"} {
		if got := mustParse(t, "To: 1\n"+file, Options{}).Preview(5); got != want {
			t.Errorf("%q cut: %q, want %q", file, got, want)
		}
	}
}

func TestNamePrefix(t *testing.T) {
	for style, want := range map[DateName]string{
		NoDate: "GSM1.", DateFirst: "2024-05-06.GSM1.", DateSecond: "GSM1.2024-05-06.",
	} {
		if got := NamePrefix("GSM1", "2024-05-06", style); got != want {
			t.Errorf("%d: %q, want %q", style, got, want)
		}
	}
}

func TestEligible(t *testing.T) {
	for name, want := range map[string]bool{
		"message": true, "größe": true, "x.lock": true, "a.LOCK.b": true, "LOCKE": true, "locked": true,
		"": false, ".hidden": false, "LOCKED": false, "LOCKEDx": false, "x.LOCK": false, ".LOCK": false,
	} {
		if got := Eligible(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}
