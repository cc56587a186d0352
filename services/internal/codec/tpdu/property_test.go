package tpdu

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// Generators of what the encoders accept.

func septetsGen(most int) *rapid.Generator[[]byte] {
	return rapid.SliceOfN(rapid.ByteRange(0, 0x7F), 0, most)
}

func addressGen() *rapid.Generator[Address] {
	return rapid.Custom(func(t *rapid.T) Address {
		if rapid.Bool().Draw(t, "alphanumeric") {
			return Address{TOA: TOAAlphanumeric, Septets: septetsGen(maxAddressSeptets).Draw(t, "septets")}
		}
		toa := rapid.SampledFrom([]byte{TOAUnknown, TOAInternational, TOANational, 0x80}).Draw(t, "toa")
		digits := rapid.StringOfN(rapid.RuneFrom([]rune(digitNibbles)), 0, maxAddressDigits, -1)
		return Address{TOA: toa, Digits: digits.Draw(t, "digits")}
	})
}

func headerGen() *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		var udh []byte
		for range rapid.IntRange(0, 4).Draw(t, "elements") {
			data := rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(t, "element data")
			udh = AppendElement(udh, rapid.Byte().Draw(t, "id"), data...)
		}
		return udh
	})
}

func timestampGen() *rapid.Generator[Timestamp] {
	return rapid.Custom(func(t *rapid.T) Timestamp {
		first, last := time.Date(1990, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(2089, 12, 30, 0, 0, 0, 0, time.UTC)
		seconds := rapid.Int64Range(first.Unix(), last.Unix()).Draw(t, "seconds")
		quarters := rapid.IntRange(-maxQuarters, maxQuarters).Draw(t, "quarters")
		return NewTimestamp(time.Unix(seconds, 0).In(zone(quarters)))
	})
}

// userDataGen draws a TP-DCS and user data of its kind that fits.
func userDataGen() *rapid.Generator[drawnData] {
	return rapid.Custom(func(t *rapid.T) drawnData {
		d := drawnData{dcs: rapid.Byte().Draw(t, "dcs")}
		d.udh = headerGen().Draw(t, "udh")
		d.udhi = len(d.udh) > 0
		d.septets = ParseDCS(d.dcs).Septets()
		if d.septets {
			d.data = septetsGen(MaxSeptets-HeaderSeptets(len(d.udh))).Draw(t, "septets")
		} else {
			d.data = rapid.SliceOfN(rapid.Byte(), 0, MaxOctets-len(d.udh)).Draw(t, "octets")
		}
		return d
	})
}

type drawnData struct {
	userData
	dcs byte
}

// sameTPDU compares what was encoded with what was decoded.
func sameTPDU(t *rapid.T, want, got any) {
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatal(diff)
	}
}

func TestSubmitRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ud := userDataGen().Draw(t, "user data")
		s := Submit{
			RejectDuplicates: rapid.Bool().Draw(t, "rd"), ReplyPath: rapid.Bool().Draw(t, "rp"),
			StatusReportRequest: rapid.Bool().Draw(t, "srr"), MR: rapid.Byte().Draw(t, "mr"),
			DA: addressGen().Draw(t, "da"), PID: rapid.Byte().Draw(t, "pid"),
			DCS: ud.dcs, VP: rapid.Byte().Draw(t, "vp"),
			UDHI: ud.udhi, UDH: ud.udh, Data: ud.data, Septets: ud.septets,
		}
		octets, err := s.AppendTo(nil)
		if err != nil {
			t.Fatal(err)
		}
		d, err := DecodeSubmit(octets)
		if err != nil || len(d.Warnings) > 0 {
			t.Fatal(err, d.Warnings)
		}
		sameTPDU(t, s, d.Submit)
	})
}

func TestDeliverRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ud := userDataGen().Draw(t, "user data")
		d := Deliver{
			MoreMessages: rapid.Bool().Draw(t, "mms"), LoopPrevention: rapid.Bool().Draw(t, "lp"),
			ReplyPath: rapid.Bool().Draw(t, "rp"), StatusReport: rapid.Bool().Draw(t, "sri"),
			OA: addressGen().Draw(t, "oa"), PID: rapid.Byte().Draw(t, "pid"), DCS: ud.dcs,
			SCTS: timestampGen().Draw(t, "scts"),
			UDHI: ud.udhi, UDH: ud.udh, Data: ud.data, Septets: ud.septets,
		}
		octets := drawSMSC(t)
		octets, err := d.AppendTo(octets)
		if err != nil {
			t.Fatal(err)
		}
		mt, err := DecodeMT(octets)
		if err != nil || len(mt.Warnings) > 0 || mt.StatusReport != nil {
			t.Fatal(err, mt.Warnings)
		}
		sameTPDU(t, &d, mt.Deliver)
		sameTPDU(t, &d, DecodeDeliver(octets).Deliver)
	})
}

func drawSMSC(t *rapid.T) []byte {
	digits := rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), 0, maxAddressDigits, -1).Draw(t, "smsc")
	octets, err := AppendSMSC(nil, TOAInternational, digits)
	if err != nil {
		t.Fatal(err)
	}
	r := reader{octets: octets}
	if got := r.smsc(); got.Digits != digits || len(r.warnings) > 0 {
		t.Fatalf("service centre %v, %v; want %s", got, r.warnings, digits)
	}
	return octets
}

func TestStatusReportRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := StatusReport{
			MoreMessages: rapid.Bool().Draw(t, "mms"), LoopPrevention: rapid.Bool().Draw(t, "lp"),
			Command: rapid.Bool().Draw(t, "srq"), MR: rapid.Byte().Draw(t, "mr"),
			RA:   addressGen().Draw(t, "ra"),
			SCTS: timestampGen().Draw(t, "scts"), DT: timestampGen().Draw(t, "dt"),
			ST: Status(rapid.Byte().Draw(t, "st")), HasPI: rapid.Bool().Draw(t, "pi"),
		}
		if s.HasPI {
			drawParameters(t, &s)
		}
		octets, err := s.AppendTo(drawSMSC(t))
		if err != nil {
			t.Fatal(err)
		}
		mt, err := DecodeMT(octets)
		if err != nil || len(mt.Warnings) > 0 || mt.Deliver != nil {
			t.Fatal(err, mt.Warnings)
		}
		sameTPDU(t, &s, mt.StatusReport)
		sameTPDU(t, &s, DecodeStatusReport(octets).StatusReport)
	})
}

func drawParameters(t *rapid.T, s *StatusReport) {
	s.PI = rapid.ByteRange(0, 7).Draw(t, "pi bits")
	if s.PI&piPID != 0 {
		s.PID = rapid.Byte().Draw(t, "pid")
	}
	ud := userDataGen().Draw(t, "user data")
	if s.PI&piDCS != 0 {
		s.DCS = ud.dcs
	}
	if s.PI&piUserData != 0 && ParseDCS(s.DCS).Septets() == ud.septets {
		s.UDHI, s.UDH, s.Data, s.Septets = ud.udhi, ud.udh, ud.data, ud.septets
	} else {
		s.PI &^= piUserData
	}
}

// TestSeptetsAgainstDefinition compares the word-wise packing with one that puts
// bit after bit (3GPP TS 23.038 §6.1.2.1.1).
func TestSeptetsAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		septets := septetsGen(200).Draw(t, "septets")
		fill := rapid.IntRange(0, 6).Draw(t, "fill")
		want := make([]byte, (fill+7*len(septets)+7)/8)
		for i := range 7 * len(septets) {
			at := fill + i
			want[at/8] |= septets[i/7] >> (i % 7) & 1 << (at % 8)
		}
		packed := PackSeptets([]byte{0xEE}, septets, fill)
		if !bytes.Equal(packed[1:], want) || packed[0] != 0xEE {
			t.Fatalf("packed %X, want %X", packed, want)
		}
		more := append(packed[1:], rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "octets after")...)
		if got := UnpackSeptets(nil, more, fill, len(septets)); !bytes.Equal(got, septets) {
			t.Fatalf("unpacked %X, want %X", got, septets)
		}
	})
}

func TestUnpackMoreThanThereIs(t *testing.T) {
	for n := range 20 {
		packed := bytes.Repeat([]byte{0xFF}, n)
		for fill := range 7 {
			want := max(0, (8*n-fill)/7)
			if got := UnpackSeptets(nil, packed, fill, 1000); len(got) != want {
				t.Errorf("%d octets, fill %d: %d septets, want %d", n, fill, len(got), want)
			}
		}
	}
}

// TestHexRoundTrip also finds that nothing is dropped from a clean notation.
func TestHexRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		octets := rapid.SliceOf(rapid.Byte()).Draw(t, "octets")
		var notation strings.Builder
		for _, o := range octets {
			notation.WriteString(octetText(o))
		}
		got, warnings := DecodeHex(notation.String())
		if !bytes.Equal(got, octets) || len(warnings) > 0 {
			t.Fatalf("%X, %v", got, warnings)
		}
	})
}
