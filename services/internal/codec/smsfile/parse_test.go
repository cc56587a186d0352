package smsfile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// mustParse reads a file that must be readable.
func mustParse(t *testing.T, data string, opt Options) *Outgoing {
	t.Helper()
	o, err := Parse([]byte(data), opt)
	if err != nil {
		t.Fatalf("%q: %v", data, err)
	}
	return o
}

// ignoreProblems compares what was read, not what is wrong with it.
var ignoreProblems = cmpopts.IgnoreUnexported(Outgoing{})

// TestHeaders reads every header of smstools spec §1.2 by itself.
func TestHeaders(t *testing.T) {
	for line, want := range map[string]Outgoing{
		"To_TOA: unknown":              {ToTOA: NumberUnknown},
		"To_TOA: International":        {ToTOA: NumberInternational},
		"To_TOA: NATIONAL":             {ToTOA: NumberNational},
		"To_TOA: other":                {ToTOA: NumberInvalid},
		"From:  Anna B. ":              {From: "Anna B."},
		"From: a\x00b":                 {From: "a"},
		"From: a\rb":                   {From: "ab"},
		"Alphabet: GSM":                {Alphabet: GSM, AlphabetGiven: true},
		"Binary: yes":                  {Alphabet: Binary, AlphabetGiven: true},
		"Binary: no":                   {Alphabet: ISO, AlphabetGiven: true},
		"Autosplit: 2":                 {Autosplit: new(2)},
		"Autosplit: 9":                 {Autosplit: new(1)},
		"Autosplit: -1":                {},
		"Autosplit: -2":                {Autosplit: new(0)},
		"Autosplit: yes":               {Autosplit: new(0)},
		"Class: 2":                     {Class: new(uint8(2))},
		"Class: 9":                     {},
		"Class: 2\nClass: 9":           {},
		"Class: x":                     {Class: new(uint8(0))},
		"DCS_hex: F5":                  {DCS: new(uint8(0xF5))},
		"DCS_hex: 100":                 {},
		"DCS_hex: F5\nDCS_hex: 100":    {},
		"DCS_hex:":                     {DCS: new(uint8(0))},
		"Flash: 1":                     {Flash: true},
		"Language: turkish":            {Language: new(uint8(1))},
		"Language_ext: 2":              {LanguageExt: new(uint8(2))},
		"Message_reference: 77":        {MessageReference: new(uint8(77))},
		"Ping: yes":                    {Ping: true},
		"Priority: High":               {HighPriority: true},
		"Priority: yes":                {HighPriority: true},
		"Priority: low":                {},
		"Provider: D1":                 {Queue: "D1"},
		"Queue: 49":                    {Queue: "49"},
		"Reject_duplicates: yes":       {RejectDuplicates: true},
		"Replace: 3":                   {Replace: 3},
		"Replace: 8":                   {},
		"Replace: 3\nReplace: x":       {},
		"Reply_path: no":               {ReplyPath: new(false)},
		"Report: yes":                  {Report: new(true)},
		"Retries: 0":                   {Retries: new(0)},
		"Retries: -1":                  {},
		"SMSC: +49 172":                {SMSC: "49172"},
		"System_message: yes":          {System: SystemMessage},
		"System_message: 2":            {System: SystemToSIM},
		"System_message: ToSIM":        {System: SystemToSIM},
		"System_message: no":           {},
		"UDH: no":                      {UDH: new(false)},
		"UDH-DATA: 03 24 01 01":        {UDHData: []byte{3, 0x24, 1, 1}},
		"UDH-DUMP: 03240101":           {UDHData: []byte{3, 0x24, 1, 1}},
		"UDH-DATA: 03,24:01-01":        {UDHData: []byte{3, 0x24, 1, 1}},
		"Validity: 2 days":             {Validity: new(uint8(168))},
		"Validity: soon":               {},
		"Voicecall: yes":               {Voicecall: true},
		"Alternate_to: +358 1, s5":     {AlternateTo: []string{"3581", "s5"}},
		"Alternate_to:":                {},
		"Alternate_after: 30 min":      {AlternateAfter: []time.Duration{30 * time.Minute}},
		"Alternate_after: 5 min,1 h":   {AlternateAfter: []time.Duration{5 * time.Minute, time.Hour}},
		"Send: tomorrow 10:00":         {Send: "tomorrow 10:00"},
		"Unknown-header: x":            {},
		" Report: yes":                 {},
		"report: yes":                  {},
		"Report : yes":                 {},
		"no colon":                     {},
		"Smsd_debug: x":                {},
		"Report:yes":                   {Report: new(true)},
		"Report: yes\r":                {Report: new(true)},
		"Report: yes\nReport: no":      {Report: new(false)},
		"Validity: 1\nValidity: x":     {Validity: new(uint8(1))},
		"From: a\nFrom:":               {},
		"Message_reference: x":         {MessageReference: new(uint8(0))},
		"Macro: X=Y":                   {},
		long(755, "x") + "Report: yes": {},
		"From: " + long(99, "f"):       {From: long(99, "f")},
		"From: " + long(100, "f"):      {},
		"SMSC: " + long(100, "1"):      {},
		"UDH-DATA: " + long(500, "0"):  {},
	} {
		want.To, want.Body = "12", []byte("t")
		if want.Alphabet == AlphabetUnset {
			want.Alphabet = ISO
		}
		got := mustParse(t, "To: 12\n"+line+"\n\nt", Options{})
		if diff := cmp.Diff(&want, got, ignoreProblems); diff != "" {
			t.Errorf("%.40q (-want +got):\n%s", line, diff)
		}
	}
}

func long(n int, s string) string { return strings.Repeat(s, n) }

// TestReasons gives files that are wrong in several ways the first reason of
// smstools spec §1.10.
func TestReasons(t *testing.T) {
	for file, want := range map[string]string{
		"":                                  ReasonNoDestination,
		"Alphabet: x\nTo_TOA: x\n\n":        ReasonNoDestination,
		"To: s\n\nt":                        ReasonNoDestination,
		"To: 1\nAlphabet: x\nTo_TOA: x\n\n": ReasonInvalidAlphabet,
		"To: 1\nTo_TOA: x\n\n":              ReasonNoTextOrData,
		"To: 1\nTo_TOA: x\n\n" + long(MaxBody+1, "t"):                          ReasonTooLongBody,
		"To: 1\nMessage_reference: 300\nTo_TOA: x\n\nt":                        ReasonInvalidNumberType,
		"To: 1\nMessage_reference: 300\nAlternate_to: x\n\nt":                  ReasonInvalidAlternate,
		"To: 1\nAlternate_after: never\n\nt":                                   ReasonInvalidAlternate,
		"To: 1\nMessage_reference: 300\nLanguage: 14\n\nt":                     ReasonInvalidMessageReference,
		"To: 1\nMessage_reference: 300\nMessage_reference: 3\n\nt":             "",
		"To: 1\nMessage_reference: -1\n\nt":                                    ReasonInvalidMessageReference,
		"To: 1\nLanguage_ext:\n\nt":                                            ReasonInvalidLanguage,
		"To: 1\nLanguage: 1\n\n\xFF":                                           ReasonShiftTables,
		"To: 1\nLanguage: 1\nAlphabet: UCS2\n\n\xFF\xFF":                       "",
		"To: 1\nUDH-DATA: 05 00 0\n\nt":                                        ReasonInvalidUDH,
		"To: 1\nUDH-DATA: 05 xx\n\nt":                                          ReasonInvalidUDH,
		"To: 1\nUDH-DATA: 05 00\n\nt":                                          ReasonUDHLength,
		"To: 1\nUDH-DATA: " + "8C" + long(280, "0") + "\n\nt":                  ReasonUDHLength,
		"To: 1\nAlphabet: bin\nHex: yes\n\n// nothing\n":                       ReasonNoData,
		"To: 1\nAlphabet: GSM\nHex: yes\n\n# nothing\n":                        ReasonNoText,
		"To: 1\n\n\x1A\x1A":                                                    ReasonNoText,
		"To: 1\nMacro: X=\n\nX":                                                ReasonNoText,
		"To: 1\nHex: yes\n\nxx":                                                ReasonHexDigit + `: "xx".`,
		"To: 1\nHex: yes\n\n48 xx 48":                                          ReasonHexDigit + `: "xx48".`,
		"To: 1\nHex: yes\n\n4G":                                                ReasonHexDigit + `: "4G".`,
		"To: 1\nHex: yes\n\nLENGTH":                                            ReasonHexUnclosed,
		"To: 1\nHex: yes\n\nLENGTH\nSTRING:" + long(256, "t") + "\nLENGTH\n":   ReasonHexSpan,
		"To: 1\nHex: yes\n\n" + long(999, "A"):                                 ReasonHexLength + `: "` + long(quoteLimit, "A") + `".`,
		"To: 1\nText_is_pdu: yes\n\n00 11 2":                                   ReasonInvalidPDU,
		"To: 1\nText_is_pdu: yes\n\nhello":                                     ReasonInvalidPDU,
		"To: 1\nText_is_pdu: yes\n\n  \n":                                      ReasonNoData,
		"To: 1\nAlphabet: bin\nSystem_message: yes\n\n" + long(141, "t"):       ReasonTooLongSystem,
		"To: 1\nAlphabet: bin\nSystem_message: yes\n\n" + long(140, "t"):       "",
		"To: 1\nMacro: X=" + long(MaxMacros, "t") + "\n\nt":                    ReasonTooLongMacros,
		"To: 1\nMacro: X=" + long(MaxMacros, "t") + "\nMacro: X=\n\nt":         "",
		"To: 1\nMacro: X=" + long(100, "t") + "\n\n" + long(MaxBody/2, "X"):    ReasonTooLongBody,
		"To: 1\nHex: yes\nMacro: X=" + long(9, "A") + "\n\n" + long(9999, "X"): ReasonTooLongBody,
		"To: 1\nInclude: x\n\nt":                                               ReasonInclude + `: "x".`,
		"To: 1\n\n" + long(DefaultMaxSize, "t"):                                ReasonTooLarge,
	} {
		if got := reasonOf(Parse([]byte(file), Options{})); got != want {
			t.Errorf("%.60q: reason %q, want %q", file, got, want)
		}
	}
}

// TestCheckOrder runs the caller's view: each check alone, in the order of spec §1.10.
func TestCheckOrder(t *testing.T) {
	o := mustParse(t, "Alphabet: x\nTo_TOA: x\nMessage_reference: 300\n\n", Options{})
	want := []string{
		ReasonNoDestination, ReasonInvalidAlphabet, ReasonNoTextOrData,
		ReasonInvalidNumberType, ReasonInvalidMessageReference,
	}
	checks := []func() error{
		o.CheckDestination, o.CheckAlphabet, o.CheckContent, o.CheckNumberType, o.CheckTransmission,
	}
	for i, check := range checks {
		if err := check(); !errors.Is(err, &Rejection{Reason: want[i]}) {
			t.Errorf("check %d: %v, want %q", i, err, want[i])
		}
	}
	if err := mustParse(t, "To: 1\n\nt", Options{}).Check(); err != nil {
		t.Error(err)
	}
}

// TestHexNotation is vector A9 of smstools spec Appendix B and its rules in §1.5.
func TestHexNotation(t *testing.T) {
	const head = "To: 49111\nAlphabet: binary\nHex: yes\n"
	for body, want := range map[string]string{
		"\n0605040B8423F0 : c\n# x\nSTRING:ab\nINLINESTRING:cd\nLENGTH\n0102\nLENGTH\n": "0605040B8423F0616203636400020102",
		"\r\n  01 \t02 ' x\r\nSTRING:a\tb \r\n":                                         "0102616220",
		"Macro: @H@=DE AD\n\n@H@/@H@":                                                   "DEAD",
		"\nLENGTHY\nff\nLENGTH\n\n":                                                     "01FF",
		"\nSTRING:\n INLINESTRING:\n":                                                   "0300",
		"\nLENGTH\n01\nLENGTH\nLENGTH\nLENGTH\n":                                        "010100",
	} {
		o := mustParse(t, head+body, Options{})
		if got := fmt.Sprintf("%X", o.Body); got != want || o.Check() != nil {
			t.Errorf("%q: %s (%v), want %s", body, got, o.Check(), want)
		}
	}
}

// TestMacros is vector A16 of smstools spec Appendix B and where macros count (§1.2).
func TestMacros(t *testing.T) {
	for file, want := range map[string]string{
		"Macro: @N@=Ann\nMacro: @X@=\n\nHi @N@@X@!":     "Hi Ann!",
		"Macro: N=1\nMacro: N=2\n\nN":                   "2",
		"Macro:  \tN= a \n\n[N]":                        "[ a ]",
		"Macro: N=1=2\r\n\r\nN":                         "1=2",
		"Macro: =x\nMacro: N\n\nN":                      "N",
		"Macro: A=B\nMacro: B=C\n\nA":                   "C",
		"Macro: X=XY\n\nXX":                             "XYXY",
		"Alphabet: UTF-8\nMacro: N=1\n\nN":              "N",
		"Alphabet: GSM\nMacro: N=1\n\nN":                "N",
		"Alphabet: binary\nMacro: N=1\n\nN":             "N",
		"Alphabet: UCS2\nHex: yes\nMacro: N=1\n\nN":     "N",
		"Language: 1\nMacro: N=1\n\nN":                  "N",
		"Alphabet: UTF-8\nHex: yes\nMacro: N=41\n\nN N": "AA",
	} {
		if got := string(mustParse(t, "To: 1\n"+file, Options{}).Body); got != want {
			t.Errorf("%q: %q, want %q", file, got, want)
		}
	}
}

// TestIncludedWAP sends the recorded WAP push template with its macros filled in.
func TestIncludedWAP(t *testing.T) {
	file := "To: 1\nMacro: @URL@=a.b/c\nMacro: @TEXT@=Hi\nInclude: @INCLUDE@/wap\n"
	o := mustParse(t, file, Options{Include: includeFrom(t)})
	want := "0605040B8423F0010601AE02056A0045C60C03612E622F630011033100010348690001" + "01"
	if got := fmt.Sprintf("%X", o.Body); got != want || o.Alphabet != Binary || o.Check() != nil {
		t.Errorf("%s (%v), want %s", got, o.Check(), want)
	}
}

// includes are the files that Include may name in the tests.
func includes(path string) ([]byte, error) {
	files := map[string]string{
		"headers": "\xEF\xBB\xBFTo: 358407777777\nReport: yes\n\ntext of the included file\n",
		"text":    "\nincluded text \n",
		"nested":  "Include: text\n\nnested file\n",
		"hex":     "Hex: yes\nAlphabet: bin\n\n4@\n",
		"bad":     "Hex: yes\nAlphabet: bin\n\n4\n",
		"large":   long(DefaultMaxSize+1, "x"),
		"body":    "\n" + long(MaxBody, "t"),
	}
	data, ok := files[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(data), nil
}

func TestInclude(t *testing.T) {
	for file, want := range map[string]struct{ to, body, reason string }{
		"Include: headers\n\nown":                      {"358407777777", "text of the included fileown", ""},
		"To: 1\nInclude: headers\n":                    {"358407777777", "text of the included file", ""},
		"Include: headers\nTo: 2\n":                    {"2", "text of the included file", ""},
		"To: 1\nInclude: nested\n":                     {"1", "nested file", ""},
		"To: 1\nInclude: text\nInclude: text\n\nx":     {"1", "included textincluded textx", ""},
		"To: 1\nAlphabet: UTF-8\nInclude: text\n\nx":   {"1", "included text \nx", ""},
		"To: 1\nMacro: @=2\nInclude: hex\n\n@@":        {"1", "B\"", ""},
		"To: 1\nInclude:\n\nx":                         {"1", "x", ""},
		"To: 1\nInclude: bad\n\n41":                    {"1", "", ReasonHexLength + `: "4".`},
		"To: 1\nInclude: gone\n\nx":                    {"", "", ReasonInclude + `: "gone".`},
		"To: 1\nInclude: large\n\nx":                   {"", "", ReasonTooLarge},
		"To: 1\nInclude: body\n\nx":                    {"1", "", ReasonTooLongBody},
		"To: 1\n" + long(17, "Include: text\n") + "\n": {"", "", ReasonInclude + `: "text".`},
	} {
		o, err := Parse([]byte(file), Options{Include: includes})
		if got := reasonOf(o, err); got != want.reason {
			t.Errorf("%q: reason %q, want %q", file, got, want.reason)
		}
		if err == nil && (o.To != want.to || string(o.Body) != want.body) {
			t.Errorf("%q: to %q, body %.60q, want %q, %q", file, o.To, o.Body, want.to, want.body)
		}
	}
}

func TestSeparator(t *testing.T) {
	for file, want := range map[string]string{
		"To: 1\n\nb": "b", "To: 1\n \t\r\nb": "b", "To: 1\n\x00x\nb": "b", "To: 1\n \x00x\nb": "b",
		"\xEF\xBB\xBFTo: 1\n\nb": "b", "To: 1\n\n\n": "\n", "To: 1\n\n\xEF\xBB\xBFb": "\xEF\xBB\xBFb",
	} {
		o := mustParse(t, file, Options{})
		if string(o.Body) != want || o.To != "1" {
			t.Errorf("%q: to %q, body %q, want %q", file, o.To, o.Body, want)
		}
	}
}

func TestDefaultAlphabet(t *testing.T) {
	o := mustParse(t, "To: 1\n\nt", Options{Alphabet: UTF8})
	if o.Alphabet != UTF8 || o.AlphabetGiven {
		t.Errorf("alphabet %v, given %v", o.Alphabet, o.AlphabetGiven)
	}
}

func TestTrimText(t *testing.T) {
	for in, want := range map[string]string{
		"Hello \t \r\n \n": "Hello", " ": " ", "\n": "\n", "Hello\x1A\n\x1A": "Hello\x1A", "\x1A": "", "a\x1A\x1A": "a", "": "",
	} {
		if got := string(TrimText([]byte(in))); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestTrims(t *testing.T) {
	for head, want := range map[string]bool{
		"": true, "Alphabet: ISO": true, "Language: 0": false, "Language_ext: 0": true, "Language: 1": false, "Language_ext: 1": false,
		"Alphabet: GSM": false, "Alphabet: UTF-8": false, "Text_is_pdu: yes": false, "Voicecall: yes": false, "Hex: yes": false,
	} {
		if got := mustParse(t, "To: 1\n"+head+"\n", Options{}).Trims(); got != want {
			t.Errorf("%q: %v, want %v", head, got, want)
		}
	}
}

func TestTextIsPDU(t *testing.T) {
	o := mustParse(t, "To: 4711\nText_is_pdu: yes\nHex: yes\n\n0011 00:0c\n91\n", Options{})
	if !bytes.Equal(o.Body, []byte{0x00, 0x11, 0x00, 0x0C, 0x91}) || o.Check() != nil {
		t.Errorf("body % X, %v", o.Body, o.Check())
	}
}

// TestRedaction prints a message in every way and finds nothing of it.
func TestRedaction(t *testing.T) {
	o := mustParse(t, "To: 358401234567\nFrom: Anna\n\nsecret", Options{})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%q"} {
		m, c := Incoming{From: "358401", Body: []byte("secret")}, MissedCall{From: "358401", Name: "Anna"}
		for _, v := range []any{o, *o, m, &m, c, &c} {
			got := fmt.Sprintf(verb, v)
			if strings.Contains(got, "secret") || strings.Contains(got, "3584") || strings.Contains(got, "Anna") {
				t.Errorf("%s shows %q", verb, got)
			}
		}
	}
	_, err := Parse([]byte("To: 1\nInclude: secret\n"), Options{})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v", err)
	}
}
