package smstools

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// incomingDivergence is a recorded case in which Viesti deliberately differs, under
// some configurations or all but some. Each has its row in
// services/doc/divergences-smstools.md.
type incomingDivergence struct {
	reason string
	only   []string
	except []string
	check  func(t *testing.T, d diverged)
}

// diverged is what a check looks at.
type diverged struct {
	*incomingCase
	config    string
	got, want arrival
}

func (d incomingDivergence) applies(config string) bool {
	return (len(d.only) == 0 || slices.Contains(d.only, config)) && !slices.Contains(d.except, config)
}

const (
	prose   = "smsd writes its attempts at decoding; the PDU itself is what is of use"
	guessed = "what can be read of a damaged PDU is delivered, with a warning and the PDU"
	class2  = "class 2 is for the SIM, not for the display (3GPP TS 23.038 §4)"
	nibbles = "* # a b c are digits (3GPP TS 23.040 §9.1.2.3)"
)

var incomingDivergences = map[string]incomingDivergence{
	"bad-address-long": {reason: prose, check: keepsPDU},
	"bad-cut-10":       {reason: prose, check: keepsPDU},
	"bad-cut-16":       {reason: "smsd never reads it and leaves it in the modem", check: keepsPDU},
	"bad-cut-22":       {reason: prose, check: keepsPDU},
	"bad-ff":           {reason: prose, check: keepsPDU},
	"bad-smsc-long":    {reason: prose, check: keepsPDU},

	"bad-cut-72":        {reason: guessed, check: readsDamaged("From: 358401111111\n", "Hello worl")},
	"bad-udl-big":       {reason: guessed, check: readsDamaged("From: 358401111111\n", "Hello world")},
	"bad-udl-huge":      {reason: guessed, check: readsDamaged("From: 358401111111\n", "Hello world")},
	"bad-type-reserved": {reason: "a reserved type is read as a message (3GPP TS 23.040 §9.2.3.1)", check: readsDamaged("From: 354001111111\n", "Hello")},
	"bad-nohex":         {reason: "what is no digit is no digit; the PDU is shown as the modem gave it", check: readsDamaged("From: 35840111\n", "Hello world")},
	"dcs-reserved":      {reason: "a reserved coding is read as the GSM alphabet (3GPP TS 23.038 §4)", check: readsDamaged("From: 358401111111\n", "")},

	"bad-digits": {reason: nibbles, check: edited("Warning: Invalid character(s) in sender address.\n", "", "From: DEBC0A1111E\n", "From: bc#a0*1111c\n")},
	"from-star":  {reason: nibbles, check: edited("Warning: Invalid character(s) in sender address.\n", "", "From: A100B\n", "From: *100#\n")},
	"from-alpha-special": {
		reason: "smsd shows septets as if they were ASCII; the name is in the charset of the text",
		check: func(t *testing.T, d diverged) {
			t.Helper()
			name := "\xC4 b_c\xA4"
			if slices.Contains(unicode, d.config) {
				name = "Ä b_c€"
			}
			edited("From: [ b\x11c\x1be\n", "From: "+name+"\n")(t, d)
		},
	},
	"class2-8bit":  {reason: class2, check: edited("Flash: yes\n", "")},
	"sim-download": {reason: class2, check: edited("Flash: yes\n", "")},
	"lang-unknown": {
		reason: "a character that the table lacks is shown as in the default table (3GPP TS 23.038 §6.2.1.1)", except: []string{"nocs"},
		check: edited("Length: 1\n", "Length: 2\n", "\n\na", "\n\naS"),
	},
	"mwi-discard": {reason: "smsd reads message waiting groups as UCS2 (W42)", check: likeCase("gsm")},
	"gsm-all": {
		reason: "24 is the currency sign (3GPP TS 23.038 §6.2.1)", only: unicode,
		check: edited("\"#€%", "\"#¤%"),
	},
	"ucs2-emoji": {
		reason: "smsd drops characters beyond U+FFFF", only: []string{"utf8decode"},
		check: edited("Length: 3\n", "Length: 7\n", "\n\nhi ", "\n\nhi 😀"),
	},
	"ucs2-lone-surrogate": {
		reason: "half a character shows as U+FFFD, so that one sees that something was there", only: []string{"utf8decode"},
		check: edited("Length: 2\n", "Length: 5\n", "\n\nab", "\n\nab\uFFFD"),
	},
	"ucs2-odd": {
		reason: "smsd makes a character of half a one", only: []string{"utf8decode"},
		check: edited("Length: 10\n", "Length: 11\n", "\u0400", "\uFFFD"),
	},
	"concat-ref-reused": {
		reason: "smsd joins parts of two messages, of three parts and of two", except: []string{"nocombine"},
		check: newMessageAlone,
	},
}

// unicode are the configurations that store the GSM alphabet as UTF-8.
var unicode = []string{"utf8in", "utf8decode"}

// keepsPDU wants a file with an Error and the PDU as it came, and one call.
func keepsPDU(t *testing.T, d diverged) {
	t.Helper()
	content := d.onlyFile(t)
	if !strings.HasPrefix(content, "Error: Cannot decode PDU, see text part for details.\nFrom: \nReceived: <TIME>\n") ||
		!strings.Contains(content, "\nPDU: "+d.PDUs[0].PDU+"\n") || !strings.Contains(content, "\n\nThis PDU cannot be decoded: ") {
		t.Errorf("the file is:\n%s", content)
	}
}

// readsDamaged wants a file with a warning, the PDU as it came, the sender, and
// a text that begins with what can be read.
func readsDamaged(from, text string) func(*testing.T, diverged) {
	return func(t *testing.T, d diverged) {
		t.Helper()
		content := d.onlyFile(t)
		head, body, _ := strings.Cut(content, "\n\n")
		if !strings.HasPrefix(head, "Warning: ") || !strings.Contains(head, "\n"+from) ||
			!strings.HasSuffix(head, "\nPDU: "+d.PDUs[0].PDU) || !strings.HasPrefix(body, text) {
			t.Errorf("the file is:\n%s", content)
		}
	}
}

// onlyFile wants one file in incoming, and one call about it.
func (d diverged) onlyFile(t *testing.T) string {
	t.Helper()
	if len(d.got.Files) != 1 || d.got.Files[0].Dir != "incoming" || d.got.Files[0].Name != "GSM1.XXXXXX" ||
		len(d.got.Calls) != 1 || d.got.Calls[0] != "RECEIVED|@DIR@/incoming/GSM1.XXXXXX|" {
		t.Fatalf("files and calls %q", d.got)
	}
	return d.got.Files[0].Content
}

// edited wants what was recorded, with replacements that must all occur.
func edited(replacements ...string) func(*testing.T, diverged) {
	return func(t *testing.T, d diverged) {
		t.Helper()
		for i := range d.want.Files {
			f := &d.want.Files[i]
			for r := 0; r < len(replacements); r += 2 {
				if !strings.Contains(f.Content, replacements[r]) {
					t.Errorf("%q was not recorded", replacements[r])
				}
				f.Content = strings.ReplaceAll(f.Content, replacements[r], replacements[r+1])
			}
		}
		d.wantGot(t)
	}
}

func (d diverged) wantGot(t *testing.T) {
	t.Helper()
	if diff := cmp.Diff(d.want, d.got); diff != "" {
		t.Errorf("(-want +viesti):\n%s", diff)
	}
}

// likeCase wants what was recorded of another case.
func likeCase(name string) func(*testing.T, diverged) {
	return func(t *testing.T, d diverged) {
		t.Helper()
		other := loadIncoming(t)
		at := slices.IndexFunc(other, func(c *incomingCase) bool { return c.Name == name })
		d.want = other[at].expected(d.config)
		f := &d.want.Files[0]
		f.Content = strings.Replace(f.Content, other[at].PDUs[0].PDU, d.PDUs[0].PDU, 1)
		d.wantGot(t)
	}
}

// newMessageAlone wants the second message whole, without the part of the first,
// which waits for its own.
func newMessageAlone(t *testing.T, d diverged) {
	t.Helper()
	edited("first part, new two", "new one new two", "Length: 19\n", "Length: 15\n")(t, d.with(d.PDUs[0].PDU, d.PDUs[1].PDU))
}

// with replaces a PDU in what was recorded.
func (d diverged) with(pdu, other string) diverged {
	for i := range d.want.Files {
		d.want.Files[i].Content = strings.ReplaceAll(d.want.Files[i].Content, pdu, other)
	}
	return d
}

// TestIncomingDivergences wants every divergence to be about something recorded.
func TestIncomingDivergences(t *testing.T) {
	cases := loadIncoming(t)
	page, err := os.ReadFile("../../doc/divergences-smstools.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range incomingDivergences {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("divergence %s has no row in the documentation", name)
		}
		at := slices.IndexFunc(cases, func(c *incomingCase) bool { return c.Name == name })
		if at < 0 {
			t.Errorf("divergence %s is about no recorded case", name)
			continue
		}
		for _, config := range slices.Concat(d.only, d.except) {
			if _, recorded := cases[at].Configs[config]; !recorded || d.reason == "" {
				t.Errorf("divergence %s is about no recorded configuration %s, or has no reason", name, config)
			}
		}
	}
}
