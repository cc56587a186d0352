package compose_test

import (
	"strings"
	"testing"

	"github.com/warthog618/sms"
	"github.com/warthog618/sms/encoding/tpdu"

	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

var (
	oneText  = strings.Repeat("The quick brown fox jumps over 10", 5)[:160]
	fiveText = strings.Repeat("The quick brown fox jumps over 10", 25)[:5*153]
)

func benchmarkOurs(b *testing.B, alphabet message.Alphabet, text string, parts int) {
	set := compose.DefaultSettings()
	s := &message.Submission{
		ID: "01jd0000000000000000000000", Recipient: message.NewAddress("358401234567"),
		Alphabet: alphabet, Body: message.NewBody([]byte(text)), Trim: true,
	}
	b.ReportAllocs()
	for b.Loop() {
		m, err := compose.Compose(s, &set)
		if err != nil || len(m.Parts) != parts {
			b.Fatal(err, len(m.Parts))
		}
	}
}

// BenchmarkEncode160 makes the TPDU of a text of 160 characters.
func BenchmarkEncode160(b *testing.B) {
	b.Run("ours", func(b *testing.B) { benchmarkOurs(b, message.Latin, oneText, 1) })
	b.Run("warthog", func(b *testing.B) { benchmarkOther(b, oneText, 1) })
}

// BenchmarkEncodeFiveParts makes the TPDUs of a text that fills five parts.
func BenchmarkEncodeFiveParts(b *testing.B) {
	b.Run("ours", func(b *testing.B) { benchmarkOurs(b, message.Latin, fiveText, 5) })
	b.Run("warthog", func(b *testing.B) { benchmarkOther(b, fiveText, 5) })
}

func BenchmarkUCS2(b *testing.B) {
	benchmarkOurs(b, message.UCS2, strings.Repeat("\x04\x4F", 70), 1)
}
func BenchmarkUTF8AsUCS2(b *testing.B) {
	benchmarkOurs(b, message.UTF8, strings.Repeat("я", 70), 1)
}

// benchmarkOther is github.com/warthog618/sms on the same text and number.
func benchmarkOther(b *testing.B, text string, parts int) {
	encoder := sms.NewEncoder(sms.AsSubmit, sms.To("358401234567"))
	body := []byte(text)
	b.ReportAllocs()
	for b.Loop() {
		pdus, err := encoder.Encode(body)
		if err != nil || len(pdus) != parts {
			b.Fatal(err, len(pdus))
		}
		marshalAll(b, pdus)
	}
}

func marshalAll(b *testing.B, pdus []tpdu.TPDU) {
	for i := range pdus {
		if _, err := pdus[i].MarshalBinary(); err != nil {
			b.Fatal(err)
		}
	}
}
