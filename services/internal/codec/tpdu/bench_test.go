package tpdu

import (
	"bytes"
	"testing"

	"github.com/warthog618/sms"
	"github.com/warthog618/sms/encoding/pdumode"
	other "github.com/warthog618/sms/encoding/tpdu"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
)

func fullSubmit() Submit {
	return Submit{
		DA: international("358401234567"), VP: 0xFF,
		Data: bytes.Repeat([]byte("abcdefgh"), MaxSeptets/8), Septets: true,
	}
}

func fullDeliver(tb testing.TB) []byte {
	tb.Helper()
	d := Deliver{
		OA: international("358401234567"), Data: fullSubmit().Data, Septets: true,
		SCTS: Timestamp{Octets: [7]byte{0x42, 0x50, 0x60, 0x70, 0x80, 0x90, 0x21}},
	}
	octets, err := AppendSMSC(nil, TOAInternational, "358501234567")
	if err != nil {
		tb.Fatal(err)
	}
	if octets, err = d.AppendTo(octets); err != nil {
		tb.Fatal(err)
	}
	return octets
}

// BenchmarkEncodeSubmit160 writes the TPDU of 160 septets that are there already;
// the package compose measures the way from the text.
func BenchmarkEncodeSubmit160(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		s := fullSubmit()
		dst := make([]byte, 0, 200)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.AppendTo(dst); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("warthog", func(b *testing.B) {
		o := otherFullSubmit(b)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := o.MarshalBinary(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func otherFullSubmit(b *testing.B) *other.TPDU {
	b.Helper()
	s := fullSubmit()
	o, err := other.NewSubmit()
	if err != nil {
		b.Fatal(err)
	}
	o.SetVP(other.ValidityPeriod{Format: other.VpfRelative, Duration: RelativeValidity(s.VP)})
	o.DA, o.UD = other.Address{TOA: s.DA.TOA, Addr: s.DA.Digits}, s.Data
	return o
}

// BenchmarkDecodeDeliver160 reads a message with a text of 160 characters, as a
// modem gives it, up to the text itself.
func BenchmarkDecodeDeliver160(b *testing.B) {
	pdu := fullDeliver(b)
	want := string(fullSubmit().Data)
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			mt, err := DecodeMT(pdu)
			if err != nil || gsm7.Decode(mt.Deliver.Data, gsm7.Tables{}) != want {
				b.Fatal(mt, err)
			}
		}
	})
	b.Run("warthog", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p, err := pdumode.UnmarshalBinary(pdu)
			if err != nil {
				b.Fatal(err)
			}
			o, err := sms.Unmarshal(p.TPDU)
			if err != nil {
				b.Fatal(err)
			}
			if text, err := sms.Decode([]*other.TPDU{o}); err != nil || string(text) != want {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDecodeHex(b *testing.B) {
	var notation bytes.Buffer
	for _, octet := range fullDeliver(b) {
		notation.WriteString(octetText(octet))
	}
	text := notation.String()
	b.ReportAllocs()
	for b.Loop() {
		if _, warnings := DecodeHex(text); len(warnings) > 0 {
			b.Fatal(warnings)
		}
	}
}
