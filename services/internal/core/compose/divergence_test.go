package compose_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/core/compose"
)

// divergence is a vector in which smsd is wrong: why, and what is right.
type divergence struct {
	why string
	// reason is what the message is refused with; empty: it is sent.
	reason string
	// texts are those of the parts, which smsd did not send so.
	texts []string
	// ends, instead, are what the text of each part ends with.
	ends []string
	// starts, instead, are what the text of each part begins with.
	starts []string
}

const (
	emojiLost = "smsd cuts the text at the first character beyond U+FFFF (W23)"
	escapeCut = "smsd cuts between an escape and its character (W25)"
	noNumbers = "smsd loses the numbers of Autosplit 2 (W24)"
	cutSilent = "smsd cuts in silence what does not fit (W26)"
)

var divergences = map[string]divergence{
	"utf-emoji":      {why: emojiLost, texts: []string{"hi 😀 there\n"}},
	"utf-emoji-zwj":  {why: emojiLost, texts: []string{"family 👨‍👩‍👧‍👦 flag 🇫🇮\n"}},
	"utf-emoji-70":   {why: emojiLost, ends: []string{"01234", "5😀\n"}},
	"utf-emoji-edge": {why: emojiLost, ends: []string{"0123", "😀abcdefghij\n"}},
	"utf-emoji-only": {why: emojiLost, texts: []string{strings.Repeat("😀", 33), "😀😀\n"}},
	"utf-invalid-cyrillic": {
		why:   "smsd cuts the text at the first octet that is no UTF-8; it is Latin instead",
		texts: []string{"прÿиÃ(в\n"},
	},
	"utf-overlong": {
		why:   "an overlong form is no UTF-8 (RFC 3629 §3), so its octets are Latin like any others",
		texts: []string{"aA-bà -c\n"},
	},
	"ext-edge-152":    {why: escapeCut, ends: []string{"fgh", "€abcdefghijklmnopqrst"}},
	"ext-edge-305":    {why: escapeCut, ends: []string{"ghi", "opq", "€abcdefghijklmnopqrst"}},
	"split2-161":      {why: noNumbers, starts: []string{"1/2 abc", "2/2 mnopq"}},
	"split2-312":      {why: noNumbers, starts: []string{"1/2 abc", "2/2 mno"}},
	"split2-313":      {why: noNumbers, starts: []string{"1/3 abc", "2/3 mno", "3/3 y"}},
	"split-config2":   {why: noNumbers, starts: []string{"1/2 abc", "2/2 mno"}},
	"split2-100parts": {why: noNumbers},
	"split-word":      {why: cutSilent, reason: compose.ReasonTextSingle},
	"udh-data-200":    {why: cutSilent, reason: compose.ReasonTextWithUDH},
	"split3-256parts": {why: "smsd cuts the body at 39016 octets, and sends malformed headers", reason: compose.ReasonTooLongBody},
	"udh-data-nospaces": {
		why:   "smsd reads UDH-DATA without blanks as something else",
		texts: []string{"Hello"},
	},
	"to-long-21": {
		why:    "an address has at most 20 digits (3GPP TS 23.040 §9.1.2.5)",
		reason: compose.ReasonLongDestination,
	},
}

func TestDivergences(t *testing.T) {
	vectors := readVectors(t)
	for name, d := range divergences {
		t.Run(name, func(t *testing.T) {
			m, err := composeVector(t, vectors[name])
			if d.reason != "" {
				wantReason(t, err, d.reason)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(vectors[name].notices(t), m.Notices); diff != "" && name != "utf-overlong" {
				t.Errorf("notices (-smsd +ours):\n%s", diff)
			}
			d.check(t, textsOf(t, m))
		})
	}
}

func (d divergence) check(t *testing.T, texts []string) {
	t.Helper()
	if d.texts != nil {
		if diff := cmp.Diff(d.texts, texts); diff != "" {
			t.Errorf("%s, but (-want +got):\n%s", d.why, diff)
		}
	}
	everyPart(t, d.why, d.ends, texts, strings.HasSuffix)
	everyPart(t, d.why, d.starts, texts, strings.HasPrefix)
}

func everyPart(t *testing.T, why string, want, texts []string, matches func(text, want string) bool) {
	t.Helper()
	if want != nil && len(want) != len(texts) {
		t.Fatalf("%s, but got %d parts, want %d", why, len(texts), len(want))
	}
	for i := range want {
		if !matches(texts[i], want[i]) {
			t.Errorf("%s, but part %d is %q, want %q in it", why, i, texts[i], want[i])
		}
	}
}

// TestNumbered100 looks at the widest numbers: smsd's parts with a number before
// each of them (vector split2-100parts).
func TestNumbered100(t *testing.T) {
	v := readVectors(t)["split2-100parts"]
	m, err := composeVector(t, v)
	if err != nil {
		t.Fatal(err)
	}
	texts := textsOf(t, m)
	for i, s := range v.Submits {
		number := paddedNumber(i+1, len(v.Submits), 8)
		if want := number + textOfPDU(t, s.PDU); texts[i] != want {
			t.Fatalf("part %d is %q, want %q", i, texts[i], want)
		}
	}
}

func wantReason(t *testing.T, err error, reason string) {
	t.Helper()
	var rejection *compose.Rejection
	if !errors.As(err, &rejection) {
		t.Fatalf("got %v, want a rejection %q", err, reason)
	}
	if rejection.Reason != reason {
		t.Errorf("reason is %q, want %q", rejection.Reason, reason)
	}
	if want := "composing: " + reason; err.Error() != want {
		t.Errorf("error is %q, want %q", err, want)
	}
}
