package spool

import "testing"

// TestOutgoingUTF8 has text that is valid UTF-8 in a file of the alphabet iso: it is
// read as UTF-8, unless outgoing_utf8 says that each octet is a character. Other
// alphabets are what they say.
func TestOutgoingUTF8(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		utf8                  bool
		header, written, want string
	}{
		{true, "", "\xc3\x84\xa4", "\xc3\x84\xa4"},
		{false, "", "\xc3\x84\xa4x", "\u00c3\u039b\u20acx"},
		{false, "Language: 1\n", "\xc5\x9f", "\xc5\x9f"},
		{false, "Alphabet: UTF-8\n", "\xc3\x84", "\xc3\x84"},
		{false, "Alphabet: GSM\n", "\x7f\x00", "\x7f\x00"},
		{false, "Alphabet: binary\n", "\xc3\x84", "\xc3\x84"},
	} {
		r := newRig(t, func(cfg *Config) { cfg.OutgoingUTF8 = c.utf8 })
		r.start()
		r.drop("text", "To: 358401234567\n"+c.header+"\n"+c.written)
		if got := string(r.take().Body.Reveal()); got != c.want {
			t.Errorf("outgoing_utf8 %t, %q: body %q, want %q", c.utf8, c.header, got, c.want)
		}
		r.stop()
	}
}
