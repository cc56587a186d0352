package compose_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// What follows was seen of the real smsd, side by side.

// TestNationalSeptets has the choice between a locking table and the default extension
// table, which most alphabets with a euro sign have in both.
func TestNationalSeptets(t *testing.T) {
	const portuguese, basic = uint8(3), uint8(0)
	for _, c := range []struct {
		language uint8
		ext      *uint8
		text     string
		pdu      string
	}{
		{turkish, nil, "şğ€", "00510005919411F10000FF0903250101E8303665"},
		{turkish, new(basic), "şğ€", "00510005919411F10000FF0803250101E83008"},
		{turkish, nil, "€", "00110005919411F10000FF029B32"},
		{turkish, new(basic), "€", "00510005919411F10000FF06032501012000"},
		{portuguese, nil, "`^~", "00510005919411F10000FF0A03250103E86F289B1E"},
	} {
		s := with(message.Options{Language: &c.language, LanguageExt: c.ext}, golden(message.Latin, c.text))
		if got := hexOf(mustCompose(t, s, new(compose.DefaultSettings())))[0]; got != c.pdu {
			t.Errorf("%q with language %d is %s, want %s", c.text, c.language, got, c.pdu)
		}
	}
}

// TestSeptetsWithLanguage: what a message calls GSM is UTF-8 when it names a language;
// that the modem has one changes nothing.
func TestSeptetsWithLanguage(t *testing.T) {
	set := compose.DefaultSettings()
	set.Language = new(turkish)
	s := golden(message.GSM, "ş")
	if got := hexOf(mustCompose(t, s, &set))[0]; got != "00110005919411F10000FF02C50F" {
		t.Errorf("without a language of its own: %s", got)
	}
	s.Options.Language = new(turkish)
	if got := hexOf(mustCompose(t, s, &set))[0]; got != "00510005919411F10000FF0603250101E800" {
		t.Errorf("with one: %s", got)
	}
}

// TestHeaderKept: UDH-DATA is sent whatever stands beside it.
func TestHeaderKept(t *testing.T) {
	set := compose.DefaultSettings()
	given := []byte("\x03\x99\x01\x02")
	s := with(message.Options{Language: new(turkish), UDH: given}, golden(message.UTF8, "ş"))
	if d := decoded(t, mustCompose(t, s, &set), 0); string(d.UDH) != "\x06\x99\x01\x02\x25\x01\x01" {
		t.Errorf("with a language: % X", d.UDH)
	}
	s = with(message.Options{UDHI: message.No, UDH: given}, golden(message.Binary, strings.Repeat("x", 200)))
	if d := decoded(t, mustCompose(t, s, &set), 0); string(d.UDH) != "\x08\x99\x01\x02\x00\x03\x00\x02\x01" {
		t.Errorf("with UDH: no, in two parts: % X", d.UDH)
	}
}

// TestSystemText: the octets of a system message are sent as they are, and its UCS2 in
// several parts.
func TestSystemText(t *testing.T) {
	set := compose.DefaultSettings()
	raw := with(message.Options{System: message.SystemMessage}, golden(message.GSM, "\xAB\xCD"))
	if got := hexOf(mustCompose(t, raw, &set))[0]; got != "00110005919411F140F4FF02ABCD" {
		t.Errorf("octets: %s", got)
	}
	long := with(message.Options{System: message.SystemToSIM}, golden(message.UCS2, strings.Repeat("\x4E\x2D", 71)))
	want := []string{
		"00510005919411F17FF6FF8C050003000201" + strings.Repeat("4E2D", 67),
		"00510005919411F17FF6FF0E050003000202" + strings.Repeat("4E2D", 4),
	}
	if diff := cmp.Diff(want, hexOf(mustCompose(t, long, &set))); diff != "" {
		t.Errorf("UCS2 (-want +got):\n%s", diff)
	}
	_, err := compose.Compose(with(message.Options{System: message.SystemMessage}, golden(message.Latin, strings.Repeat("a", 141))), &set)
	wantReason(t, err, compose.ReasonTooLongSystem)
}

// TestNotices: of what is left out, also when nothing is left.
func TestNotices(t *testing.T) {
	set := compose.DefaultSettings()
	s := with(message.Options{Language: new(uint8(2))}, golden(message.UTF8, "a日"))
	want := []string{"Cannot convert 2. UTF-8 character E6 97 A5 (日) to GSM, not found on language tables 0/2."}
	if diff := cmp.Diff(want, mustCompose(t, s, &set).Notices); diff != "" {
		t.Errorf("with a language (-want +got):\n%s", diff)
	}
	_, err := compose.Compose(golden(message.Latin, "я"), &set)
	var r *compose.Rejection
	if !errors.As(err, &r) || r.Reason != compose.ReasonNoText || !cmp.Equal(r.Notices, []string{"Cannot convert 1. character (D18F)я to GSM."}) {
		t.Errorf("nothing left: %v, notices %q", err, r.Notices)
	}
}

// TestNothingLeft: a header alone is a message, but not where a text was to go with it.
func TestNothingLeft(t *testing.T) {
	set := compose.DefaultSettings()
	header := message.Options{UDH: []byte("\x03\x99\x01\x02")}
	if got := hexOf(mustCompose(t, with(header, golden(message.Latin, "")), &set))[0]; got != "00510005919411F10000FF050399010200" {
		t.Errorf("a header alone is %s", got)
	}
	_, err := compose.Compose(with(header, golden(message.Latin, "я")), &set)
	wantReason(t, err, compose.ReasonNoText)
}

// TestSystemLanguage: the language holds for the text of a system message too.
func TestSystemLanguage(t *testing.T) {
	set := compose.DefaultSettings()
	for text, want := range map[string]string{
		"hi\n": "00110005919411F140F4FF0368690A",
		"hş":   "00510005919411F140F4FF0603250101681D",
	} {
		s := with(message.Options{System: message.SystemMessage, Language: new(turkish)}, golden(message.Latin, text))
		if got := hexOf(mustCompose(t, s, &set))[0]; got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}
