package compose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

func TestText(t *testing.T) {
	for _, c := range []struct {
		name     string
		change   func(*compose.Settings, *message.Submission)
		alphabet message.Alphabet
		body     string
		text     string
		notices  []string
	}{
		{name: "trimmed", alphabet: message.Latin, body: "hi \t\r\n\x1A\x1A", text: "hi"},
		{name: "blanks alone stay", alphabet: message.Latin, body: " \n", text: " \n"},
		{
			name: "not trimmed", alphabet: message.Latin, body: "hi \x1A", text: "hi ",
			change: func(_ *compose.Settings, s *message.Submission) { s.Trim = false },
		},
		{name: "UTF-8 is never trimmed", alphabet: message.UTF8, body: "hi \n", text: "hi \n"},
		{name: "GSM is never trimmed", alphabet: message.GSM, body: "\x00\x11 \n", text: "@_ \n"},
		{name: "eighth bit", alphabet: message.GSM, body: "\xE1", text: "a"},
		{
			name: "no conversion", alphabet: message.Latin, body: "\x00a\xE1 \n", text: "@aa \n",
			change: func(set *compose.Settings, _ *message.Submission) { set.CSConvert = false },
		},
		{name: "look-alikes", alphabet: message.UTF8, body: "ê`", text: "e'"},
		{
			name: "no look-alikes", alphabet: message.UTF8, body: "ê", text: "ê",
			change:  func(set *compose.Settings, _ *message.Submission) { set.Optical = false },
			notices: []string{"Cannot convert 1. character (C3AA)ê to GSM.", "1 characters outside the GSM alphabet, converting to UCS2"},
		},
		{
			name: "total alone", alphabet: message.UTF8, body: "я😀", text: "я😀",
			change:  func(set *compose.Settings, _ *message.Submission) { set.NoticeUCS2 = compose.NoticeTotal },
			notices: []string{"2 characters outside the GSM alphabet, converting to UCS2"},
		},
		{
			name: "no notice", alphabet: message.UTF8, body: "я😀", text: "я😀",
			change: func(set *compose.Settings, _ *message.Submission) { set.NoticeUCS2 = compose.NoticeNone },
		},
		{
			name: "Latin always tells", alphabet: message.Latin, body: "aя\x90b", text: "ab",
			change:  func(set *compose.Settings, _ *message.Submission) { set.NoticeUCS2 = compose.NoticeNone },
			notices: []string{"Cannot convert 2. character (D18F)я to GSM.", "Cannot convert 3. character (90)\x90 to GSM."},
		},
		{name: "an escape goes through", alphabet: message.Latin, body: "a\x1Beb\x1B", text: "a€b "},
		{name: "an escape is no reason for UCS2", alphabet: message.UTF8, body: "\x1B<", text: "["},
		{name: "NUL", alphabet: message.Latin, body: "a\x00b", text: "ab", notices: []string{"Cannot convert 2. character (00) to GSM."}},
		{name: "NUL in UTF-8", alphabet: message.UTF8, body: "a\x00b", text: "a\x00b", notices: []string{
			"Cannot convert 2. character (00) to GSM.", "1 characters outside the GSM alphabet, converting to UCS2",
		}},
		{name: "U+00BD is not what Latin-9 has there", alphabet: message.UTF8, body: "½", text: "½", notices: []string{
			"Cannot convert 1. character (C2BD)½ to GSM.", "1 characters outside the GSM alphabet, converting to UCS2",
		}},
		{name: "Latin octets as UCS2", alphabet: message.UTF8, body: "я\xA4\x81", text: "я€Δ", notices: []string{
			"Cannot convert 1. character (D18F)я to GSM.", "1 characters outside the GSM alphabet, converting to UCS2",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := compose.DefaultSettings()
			s := golden(c.alphabet, c.body)
			if c.change != nil {
				c.change(&set, s)
			}
			m := mustCompose(t, s, &set)
			if got := joinedText(t, m); got != c.text {
				t.Errorf("text is %q, want %q", got, c.text)
			}
			if diff := cmp.Diff(c.notices, m.Notices, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("notices (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAlphabet(t *testing.T) {
	for _, c := range []struct {
		alphabet message.Alphabet
		system   message.System
		body     string
		want     tpdu.Alphabet
	}{
		{message.UTF8, message.NotSystem, "a", tpdu.AlphabetGSM7},
		{message.UTF8, message.NotSystem, "я", tpdu.AlphabetUCS2},
		{message.GSM, message.NotSystem, "a", tpdu.AlphabetGSM7},
		{message.UCS2, message.NotSystem, "ab", tpdu.AlphabetUCS2},
		{message.Binary, message.NotSystem, "a", tpdu.Alphabet8Bit},
		{message.Latin, message.SystemMessage, "a", tpdu.Alphabet8Bit},
	} {
		set := compose.DefaultSettings()
		m := mustCompose(t, with(message.Options{System: c.system}, golden(c.alphabet, c.body)), &set)
		if m.Alphabet != c.want {
			t.Errorf("%v %q is sent as %v, want %v", c.alphabet, c.body, m.Alphabet, c.want)
		}
	}
}

func TestLanguages(t *testing.T) {
	u := func(l gsm7.Language) *uint8 { return new(uint8(l)) }
	for _, c := range []struct {
		name          string
		language, ext *uint8
		modem         *uint8
		body          string
		header        string
		text          string
		notices       int
	}{
		{"not needed", u(gsm7.Turkish), nil, nil, "hello €", "", "hello €", 0},
		{"locking", u(gsm7.Turkish), nil, nil, "ışık", "\x03\x25\x01\x01", "ışık", 0},
		{"single alone", nil, u(gsm7.Turkish), nil, "ışık", "\x03\x24\x01\x01", "ışık", 0},
		{"basic and single", u(gsm7.Basic), u(gsm7.Turkish), nil, "ışık", "\x03\x24\x01\x01", "ışık", 0},
		{"Spanish", u(gsm7.Spanish), nil, nil, "así", "\x03\x24\x01\x02", "así", 0},
		{"both", u(gsm7.Hindi), nil, nil, "अ१", "\x06\x25\x01\x06\x24\x01\x06", "अ१", 0},
		{"two languages", u(gsm7.Hindi), u(gsm7.Urdu), nil, "अ۴", "\x06\x25\x01\x06\x24\x01\x0D", "अ۴", 0},
		{"nothing lost that another table keeps", u(gsm7.Turkish), nil, nil, "èş", "\x03\x24\x01\x01", "èş", 0},
		{"of the modem", nil, nil, u(gsm7.Turkish), "ışık", "\x03\x25\x01\x01", "ışık", 0},
		{"message before modem", u(gsm7.Basic), nil, u(gsm7.Turkish), "ışık", "", "k", 3},
		{"nothing lost that the default table keeps", u(gsm7.Portuguese), nil, nil, "Áñ", "\x03\x24\x01\x03", "Áñ", 0},
		{"dropped", u(gsm7.Turkish), nil, nil, "ş日", "\x03\x25\x01\x01", "ş", 1},
		{"not trimmed", u(gsm7.Turkish), nil, nil, "a \n", "", "a \n", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := compose.DefaultSettings()
			set.Language = c.modem
			m := mustCompose(t, with(message.Options{Language: c.language, LanguageExt: c.ext}, golden(message.Latin, c.body)), &set)
			d := decoded(t, m, 0)
			locking, single := tpdu.Languages(d.UDH)
			text := gsm7.Decode(d.Data, gsm7.Tables{Locking: gsm7.Language(locking), Single: gsm7.Language(single)})
			if string(d.UDH) != c.header || text != c.text || len(m.Notices) != c.notices {
				t.Errorf("header % X, text %q, notices %q, want % X, %q, %d", d.UDH, text, m.Notices, c.header, c.text, c.notices)
			}
		})
	}
}

// TestLanguageIgnored: neither raw septets nor octets are text that a table could be for.
func TestLanguageIgnored(t *testing.T) {
	for _, alphabet := range []message.Alphabet{message.GSM, message.UCS2, message.Binary} {
		set := compose.DefaultSettings()
		set.Language = new(turkish)
		s := with(message.Options{UDHI: message.No}, golden(alphabet, "\xFFa"))
		if d := decoded(t, mustCompose(t, s, &set), 0); d.UDHI {
			t.Errorf("%v has a header", alphabet)
		}
	}
	set := compose.DefaultSettings()
	s := with(message.Options{Language: new(turkish), System: message.SystemMessage}, golden(message.Latin, "hi"))
	if got := hexOf(mustCompose(t, s, &set))[0]; !strings.HasSuffix(got, "40F4FF026869") {
		t.Errorf("system message is %s", got)
	}
}
