package compose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// golden returns a submission of text to the number of Appendix B, whose
// concatenation reference is zero.
func golden(alphabet message.Alphabet, body string) *message.Submission {
	return &message.Submission{
		ID: zeroReferenceID(), Recipient: message.NewAddress("49111"),
		Alphabet: alphabet, Body: message.NewBody([]byte(body)), Trim: true,
	}
}

func to(recipient string, s *message.Submission) *message.Submission {
	s.Recipient = message.NewAddress(recipient)
	return s
}

func with(o message.Options, s *message.Submission) *message.Submission {
	s.Options = o
	return s
}

func national(s *message.Submission) *message.Submission {
	s.NumberType = message.NumberNational
	return s
}

const (
	wapHeader = "\x06\x05\x04\x0B\x84\x23\xF0"
	turkish   = uint8(1)
)

// TestAppendixB has the golden vectors A1 to A22 of the smstools spec. A PDU that
// ends in an ellipsis is compared up to it.
func TestAppendixB(t *testing.T) {
	chinese := string(ucs2.AppendEncode(nil, "é"+strings.Repeat("中", 100)))
	data := wapHeader + strings.Repeat("x", 200)
	pair := strings.Repeat("ş", 200)
	for _, c := range []struct {
		id         string
		submission *message.Submission
		want       []string
	}{
		{"A1", golden(message.Latin, "hi"), []string{"00110005919411F10000FF02E834"}},
		{"A2", to("358401234567", golden(message.Latin, "hi")), []string{"0011000C915348103254760000FF02E834"}},
		{"A3", to("s12345", golden(message.Latin, "hi")), []string{"00110005812143F50000FF02E834"}},
		{"A4", national(golden(message.Latin, "hi")), []string{"00110005A19411F10000FF02E834"}},
		{"A5", golden(message.UTF8, "ê ő é"), []string{"00110005919411F10008FF0A00EA00200151002000E9"}},
		{"A6", golden(message.Latin, "ab中c€"), []string{"00110005919411F10000FF0561F1785306"}},
		{"A7", with(message.Options{Flash: true}, golden(message.UCS2, "\x00h\x00\xE9")), []string{"00110005919411F10018FF04006800E9"}},
		{"A8", with(message.Options{
			Class: new(uint8(2)), ReplyPath: message.Yes, RejectDuplicates: true, MessageReference: new(uint8(77)),
		}, golden(message.Latin, "hi")), []string{"00954D05919411F10012FF02E834"}},
		{"A9", golden(message.Binary, "\x06\x05\x04\x0B\x84\x23\xF0ab\x03cd\x00\x02\x01\x02"),
			[]string{"00510005919411F10004FF100605040B8423F0616203636400020102"}},
		{"A10", with(message.Options{Ping: true}, golden(message.Latin, "hi")), []string{"00310005919411F14000FF02E834"}},
		{"A11", with(message.Options{Replace: 3, Report: message.Yes}, golden(message.Latin, "hi")), []string{"00310005919411F14300FF02E834"}},
		{"A12", with(message.Options{System: message.SystemMessage}, golden(message.Latin, "hi")), []string{"00110005919411F140F4FF026869"}},
		{"A13", with(message.Options{System: message.SystemToSIM}, golden(message.Binary, "\x01\x02")), []string{"00110005919411F17FF6FF020102"}},
		{"A14", with(message.Options{Language: new(turkish)}, golden(message.Latin, "şğ")), []string{"00510005919411F10000FF0703250101E83000"}},
		{"A15", with(message.Options{UDH: []byte(wapHeader)}, golden(message.Binary, "\x01\x02\x03")),
			[]string{"00510005919411F10004FF0A0605040B8423F0010203"}},
		{"A16", golden(message.Latin, "Hi Ann!"), []string{"00110005919411F10000FF07C83428E8768700"}},
		{"A17", golden(message.Latin, strings.Repeat("a", 161)),
			[]string{"00510005919411F10000FFA0050003000201C2E170…", "00510005919411F10000FF0F050003000202C2E170…"}},
		{"A18", with(message.Options{Split: new(message.SplitNumbered)}, golden(message.UCS2, chinese)),
			[]string{"00110005919411F10008FF8C0031002F0032002000E94E2D…", "00110005919411F10008FF4E0032002F00320020…"}},
		{"A19", golden(message.UCS2, chinese),
			[]string{"00510005919411F10008FF8C050003000201…", "00510005919411F10008FF4A050003000202…"}},
		{"A20", golden(message.Binary, data),
			[]string{"00510005919411F10004FF8B0B05040B8423F00003000201…", "00510005919411F10004FF4F050003000202…"}},
		{"A21", with(message.Options{Language: new(turkish)}, golden(message.Latin, pair)),
			[]string{"00510005919411F10000FFA0080003000201250101…", "00510005919411F10000FF3E080003000202250101…"}},
	} {
		t.Run(c.id, func(t *testing.T) {
			set := compose.DefaultSettings()
			got := hexOf(mustCompose(t, c.submission, &set))
			for i := range min(len(got), len(c.want)) {
				if begin, open := strings.CutSuffix(c.want[i], "…"); open && strings.HasPrefix(got[i], begin) {
					got[i] = c.want[i]
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("PDUs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAppendixB22 has smsd's PDU, but the length that 3GPP TS 27.005 asks for (W37).
func TestAppendixB22(t *testing.T) {
	set := compose.DefaultSettings()
	set.SMSC, set.SMSCInPDU = "358405202000", true
	part := mustCompose(t, golden(message.Latin, "hi"), &set).Parts[0]
	if part.Hex() != "0791534850020200110005919411F10000FF02E834" || part.Length() != 13 {
		t.Errorf("got %s with length %d", part.Hex(), part.Length())
	}
}

func mustCompose(t rapid.TB, s *message.Submission, set *compose.Settings) *compose.Message {
	t.Helper()
	m, err := compose.Compose(s, set)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
