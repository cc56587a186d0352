package compose_test

import (
	"encoding/hex"
	"strings"

	"github.com/warthog618/sms"
	"github.com/warthog618/sms/encoding/tpdu"
	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/core/compose"
)

// The functions of this file read our PDUs with an independent decoder,
// github.com/warthog618/sms.

func decodePart(t rapid.TB, octets []byte) *tpdu.TPDU {
	t.Helper()
	pdu, err := sms.Unmarshal(octets, sms.AsMO)
	if err != nil {
		t.Fatalf("decoding %X: %v", octets, err)
	}
	return pdu
}

// textOf returns the text of one part.
func textOf(t rapid.TB, octets []byte) string {
	t.Helper()
	text, err := sms.Decode([]*tpdu.TPDU{decodePart(t, octets)})
	if err != nil {
		t.Fatalf("decoding the text of %X: %v", octets, err)
	}
	return string(text)
}

// textOfPDU returns the text of a PDU in hex that begins with an empty service centre.
func textOfPDU(t rapid.TB, pdu string) string {
	t.Helper()
	octets, err := hex.DecodeString(pdu)
	if err != nil {
		t.Fatal(err)
	}
	return textOf(t, octets[1:])
}

func textsOf(t rapid.TB, m *compose.Message) []string {
	t.Helper()
	var texts []string
	for _, p := range m.Parts {
		texts = append(texts, textOf(t, p.TPDU))
	}
	return texts
}

// joinedText returns the text of all parts together.
func joinedText(t rapid.TB, m *compose.Message) string {
	t.Helper()
	var segments []*tpdu.TPDU
	for _, p := range m.Parts {
		segments = append(segments, decodePart(t, p.TPDU))
	}
	text, err := sms.Decode(segments)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// paddedNumber is the number of a part as the specification describes it.
func paddedNumber(seq, total, width int) string {
	digits := func(n int) string {
		return strings.TrimLeft(string([]byte{'0' + byte(n/100), '0' + byte(n/10%10), '0' + byte(n%10)}), "0")
	}
	number := digits(seq) + "/" + digits(total)
	return number + strings.Repeat(" ", width-len(number))
}
