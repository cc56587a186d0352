package smsfile

import (
	"testing"
	"time"
)

func TestNormaliseNumber(t *testing.T) {
	for in, want := range map[string]string{
		"+358 40 123-4567":                   "358401234567",
		"00358401234567":                     "358401234567",
		`"Herbert +491721234567" <sms@host>`: "491721234567",
		"12 +358401234567":                   "358401234567",
		"s12345":                             "s12345",
		"+s123":                              "s123",
		"s00491":                             "s00491",
		"S123":                               "",
		"123abc456":                          "123",
		"12s3":                               "12",
		"*123#":                              "*123#",
		" \t358\t40 ":                        "35840",
		"0000123":                            "00123",
		"00+123":                             "",
		"s":                                  "",
		"s -":                                "",
		"":                                   "",
		"+":                                  "",
	} {
		if got := NormaliseNumber([]byte(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSMSCNumber(t *testing.T) {
	for in, want := range map[string]string{
		"00491722270000": "491722270000", "+49 172 2270000": "491722270000", "0501234567": "0501234567", "": "",
	} {
		if got := normaliseSMSC([]byte(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestYes(t *testing.T) {
	for in, want := range map[string]bool{
		"1": true, "yes": true, "Y": true, "true": true, "T": true, "on": true, "On": true, "only": true, "once": true,
		"": false, "0": false, "no": false, "ON": false, "o": false, "off": false, "false": false, "maybe": false,
	} {
		if got := isYes([]byte(in)); got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}

// TestValidity holds the rounding table of smstools spec §1.8, and what is no validity.
func TestValidity(t *testing.T) {
	const none = -1
	for in, want := range map[string]int{
		"0": 0, "204": 204, "255": 255, "256": none, "99999999999999999999": none,
		"4 min": 0, "5 min": 0, "9 min": 0, "10 min": 1, "720 min": 143, "721 min": 143, "780 min": 145,
		"1 hour": 11, "12 hour": 143, "13 hours": 145, "24 hours": 167, "25 hours": 167, "48 hours": 168,
		"1 day": 167, "2 days": 168, "3 days": 169, "30 days": 196, "31 days": 196, "34 days": 196, "35 days": 197,
		"1 week": 173, "4 weeks": 194, "5 weeks": 197, "63 weeks": 255, "64 weeks": 255, "1000000 weeks": 255,
		"1 month": 196, "2 months": 200, "12 month": 244, "13 months": 247, "1 year": 244, "2 years": 255,
		"min": 0, "MONTH": 196, "Day": 167, "hour 3": 11, "2days": 168, "3 sundays": 169, "+5 days": 171,
		"": none, "soon": none, "max": none, "0 day": none, "-3 day": none, "10 x": none,
		"2 HOURS": none, "3 Weeks": none, "days": none, "hourly": none, "Monday": none, "a day": none, "days 3": none, "day\t3": none,
	} {
		vp, ok := ParseValidity([]byte(in))
		if got := int(vp); ok != (want != none) || ok && got != want {
			t.Errorf("%q: %d, %v, want %d", in, got, ok, want)
		}
	}
}

func TestAlphabetWords(t *testing.T) {
	for in, want := range map[string]Alphabet{
		"ISO": ISO, "iso-8859-15": ISO, "Latin1": ISO, "ANSI": ISO, "GSM": GSM, "gsm": GSM, "binary": Binary, "BIN": Binary,
		"UCS2": UCS2, "unicode": UCS2, "Chinese": UCS2, "utf-8": UTF8, "UTF": UTF8,
		"": AlphabetInvalid, "klingon": AlphabetInvalid, "gsm7": AlphabetInvalid, "GSM 7": AlphabetInvalid, "is": AlphabetInvalid, " iso": AlphabetInvalid,
	} {
		if got := ParseAlphabet([]byte(in)); got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}

func TestLanguageNames(t *testing.T) {
	const invalid = -1
	for in, want := range map[string]int{
		"0": 0, "1": 1, "13": 13, "14": invalid, "-1": invalid, "": invalid, "9999999999": invalid,
		"turk": 1, "TURKISH": 1, "Spanish": 2, "p": 3, "Bengali": 4, "Bengali and Assemese": 4, "assemese": 4,
		"urdu and more": 13, "klingon": 0, "basic": 0, "b": 0, "te": 12, "turkishes": 0,
	} {
		n, ok := ParseLanguage([]byte(in))
		if ok != (want != invalid) || ok && int(n) != want {
			t.Errorf("%q: %d, %v, want %d", in, n, ok, want)
		}
	}
	if got := LanguageText(0); got != "basic (0)" {
		t.Errorf("%q", got)
	}
	if got := LanguageText(4); got != "Bengali and Assemese (4)" {
		t.Errorf("text %q", got)
	}
	if got := LanguageText(99); got != UnknownLanguageText {
		t.Errorf("text %q", got)
	}
}

func TestAlternateAfter(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"30 min": 30 * time.Minute, "2 hours": 2 * time.Hour, "1 DAY": 24 * time.Hour, "90s": 90 * time.Second,
		"63 weeks": maxAlternateAfter, "64 weeks": 0, "0 min": 0, "-1 min": 0, "30": 0, "30 m": 0, "soon": 0, "": 0,
		"999999999999 weeks": 0,
	} {
		if got, ok := parseAfter([]byte(in)); ok != (want != 0) || ok && got != want {
			t.Errorf("%q: %v, %v, want %v", in, got, ok, want)
		}
	}
}

func TestHexNumber(t *testing.T) {
	for in, want := range map[string]int{
		"F5": 0xF5, "f5": 0xF5, "8": 8, "0x08": 8, "0Xa": 10, "5 ": 5, "F5x": 0xF5, "F 5": 0xF, "+F5": 0xF5, "00000012": 0x12,
		"": 0, "G0": 0, "0x": 0, "x5": 0, "100": 0x100, "-1": -1, "FFFFFFFFFFFFFFFFFFFF": numberCap,
	} {
		if got := hexNumber([]byte(in)); got != want {
			t.Errorf("%q: %X, want %X", in, got, want)
		}
	}
}
