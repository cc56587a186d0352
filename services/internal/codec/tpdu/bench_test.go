package tpdu

import (
	"bytes"
	"testing"

	other "github.com/warthog618/sms/encoding/tpdu"
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

func BenchmarkSubmitEncode(b *testing.B) {
	s := fullSubmit()
	dst := make([]byte, 0, 200)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.AppendTo(dst); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSubmitEncodeOther(b *testing.B) {
	s := fullSubmit()
	o, err := other.NewSubmit()
	if err != nil {
		b.Fatal(err)
	}
	o.SetVP(other.ValidityPeriod{Format: other.VpfRelative, Duration: RelativeValidity(s.VP)})
	o.DA, o.UD = other.Address{TOA: s.DA.TOA, Addr: s.DA.Digits}, s.Data
	b.ReportAllocs()
	for b.Loop() {
		if _, err := o.MarshalBinary(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDeliverDecode(b *testing.B) {
	pdu := fullDeliver(b)
	b.ReportAllocs()
	for b.Loop() {
		if mt, err := DecodeMT(pdu); err != nil || len(mt.Deliver.Data) != MaxSeptets {
			b.Fatal(mt, err)
		}
	}
}

func BenchmarkDeliverDecodeOther(b *testing.B) {
	tpdu := fullDeliver(b)[8:]
	b.ReportAllocs()
	for b.Loop() {
		o := other.TPDU{Direction: other.MT}
		if err := o.UnmarshalBinary(tpdu); err != nil || len(o.UD) != MaxSeptets {
			b.Fatal(err)
		}
	}
}

func BenchmarkHexDecode(b *testing.B) {
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
