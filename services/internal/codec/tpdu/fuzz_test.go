package tpdu

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// seedIncoming adds the recorded PDUs, the broken ones included.
func seedIncoming(f *testing.F) {
	for _, vector := range readVectors[incomingVector](f, "incoming") {
		for _, pdu := range vector.PDUs {
			octets, _ := DecodeHex(pdu.PDU)
			f.Add(octets)
		}
	}
}

// FuzzDecodeMT holds that no PDU is refused but for its type, that nothing is
// invented beyond its octets, and that what was decoded is stable: encoded and
// decoded again it is the same.
func FuzzDecodeMT(f *testing.F) {
	seedIncoming(f)
	f.Fuzz(func(t *testing.T, pdu []byte) {
		mt, err := DecodeMT(pdu)
		if err != nil {
			typeError, ok := errors.AsType[*TypeError](err)
			if !ok || typeError.Offset > len(pdu) || mt.Deliver != nil || mt.StatusReport != nil {
				t.Fatalf("%+v, %v", mt, err)
			}
			checkWarnings(t, pdu, DecodeDeliver(pdu).Warnings)
			checkWarnings(t, pdu, DecodeStatusReport(pdu).Warnings)
			return
		}
		checkWarnings(t, pdu, mt.Warnings)
		if (mt.Deliver != nil) == (mt.StatusReport != nil) {
			t.Fatalf("not exactly one of two: %+v", mt)
		}
		if hasText(mt.Warnings, warnTruncated) {
			return // half a time stamp would become a whole one
		}
		if mt.Deliver != nil {
			checkDeliverStable(t, mt.Deliver, len(pdu))
		} else {
			checkReportStable(t, mt.StatusReport)
		}
	})
}

func checkWarnings(t *testing.T, pdu []byte, warnings []Warning) {
	for _, w := range warnings {
		if w.Offset < 0 || w.Offset > len(pdu) || w.Field == "" || w.Text == "" {
			t.Fatalf("%d octets: %v", len(pdu), w)
		}
	}
}

func checkDeliverStable(t *testing.T, d *Deliver, octets int) {
	if len(d.UDH)+len(d.Data) > 8*octets/7 {
		t.Fatalf("%d of data from %d octets", len(d.Data), octets)
	}
	tpdu, err := d.AppendTo(nil)
	if err != nil {
		return // longer than what may be encoded, but decoded all the same
	}
	again, err := DecodeTPDU(tpdu)
	if err != nil || again.Deliver == nil {
		t.Fatal(err)
	}
	if d.UDHI && len(d.UDH) == 0 {
		return // data that pretends to be a header may be read as one once it is whole
	}
	if diff := cmp.Diff(d, again.Deliver, cmpopts.EquateEmpty()); diff != "" {
		t.Fatal(diff)
	}
}

func checkReportStable(t *testing.T, s *StatusReport) {
	tpdu, err := s.AppendTo(nil)
	if err != nil {
		return
	}
	again, err := DecodeTPDU(tpdu)
	if err != nil || again.StatusReport == nil {
		t.Fatal(err)
	}
	if s.UDHI && len(s.UDH) == 0 {
		return
	}
	s.PI &^= piExtension // AppendTo writes none
	if diff := cmp.Diff(s, again.StatusReport, cmpopts.EquateEmpty()); diff != "" {
		t.Fatal(diff)
	}
}

// FuzzDecodeSubmit holds the same for the other direction.
func FuzzDecodeSubmit(f *testing.F) {
	for _, vector := range readVectors[outgoingVector](f, "outgoing") {
		for _, submit := range vector.Submits {
			octets, _ := DecodeHex(submit.PDU)
			f.Add(octets[1+int(octets[0]):])
		}
	}
	f.Fuzz(func(t *testing.T, tpdu []byte) {
		d, err := DecodeSubmit(tpdu)
		if err != nil {
			if len(tpdu) > 0 && tpdu[0]&maskMTI == mtiSubmit {
				t.Fatal(err)
			}
			return
		}
		checkWarnings(t, tpdu, d.Warnings)
		d.Validity.Duration()
		octets, err := d.AppendTo(nil)
		if err != nil || hasText(d.Warnings, warnTruncated) || d.UDHI && len(d.UDH) == 0 {
			return
		}
		again, err := DecodeSubmit(octets)
		d.Warnings, again.Warnings = nil, nil
		if diff := cmp.Diff(d, again, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatal(diff, err)
		}
	})
}

// FuzzHeader holds that elements stay within the header, and that taking none
// away keeps all of a sound header.
func FuzzHeader(f *testing.F) {
	for _, seed := range []string{"", "00", "050003AA0201", "0608041234FF01", "FF", "0A2401012501010500", "0605040B8423F0"} {
		f.Add(unhex(f, seed))
	}
	f.Fuzz(func(t *testing.T, udh []byte) {
		used := 1
		for e := range Elements(udh) {
			used += 2 + len(e.Data)
		}
		if used > 1 && (used > len(udh) || used > 1+int(udh[0])) {
			t.Fatalf("elements of %d octets in %X", used, udh)
		}
		if part, ok := Concatenation(udh); ok && (part.Seq == 0 || part.Seq > part.Total) {
			t.Fatalf("impossible %+v", part)
		}
		ApplicationPorts(udh)
		Languages(udh)
		if kept := WithoutElements(udh); used > 1 && used == len(udh) && used == 1+int(udh[0]) && !bytes.Equal(kept, udh) {
			t.Fatalf("kept %X of %X", kept, udh)
		}
	})
}

// FuzzDecodeHex holds that every notation yields something, and that white space
// and the end of a line do not matter.
func FuzzDecodeHex(f *testing.F) {
	for _, seed := range []string{"", "0", "0791", "07 91\r\n", "zz", "0791XY5348", "07915"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, notation string) {
		octets, warnings := DecodeHex(notation)
		if len(octets) > len(notation)/2 {
			t.Fatalf("%d octets of %d characters", len(octets), len(notation))
		}
		checkWarnings(t, octets, warnings)
		if again, _ := DecodeHex(" " + notation + "\r\n"); !bytes.Equal(again, octets) {
			t.Fatalf("%X, with white space %X", octets, again)
		}
	})
}

// FuzzSeptets holds that septets come back from their octets whatever fill bits
// stand before them, and that unpacking believes no number of septets.
func FuzzSeptets(f *testing.F) {
	f.Add([]byte("hello"), 0, 5)
	f.Add([]byte("12345678"), 1, 9)
	f.Add(bytes.Repeat([]byte{0x7F}, MaxSeptets), 6, MaxSeptets)
	f.Fuzz(func(t *testing.T, octets []byte, fill, n int) {
		if fill < 0 || fill > 6 || n < 0 {
			return
		}
		septets := bytes.Clone(octets)
		for i := range septets {
			septets[i] &= 0x7F
		}
		packed := PackSeptets([]byte{0xEE}, octets, fill)
		if size := 1 + (fill+7*len(octets)+7)/8; len(packed) != size || packed[0] != 0xEE {
			t.Fatalf("%d septets after %d bits take %d octets, want %d", len(octets), fill, len(packed), size)
		}
		if back := UnpackSeptets(nil, packed[1:], fill, len(septets)); !bytes.Equal(back, septets) {
			t.Fatalf("% X comes back as % X", septets, back)
		}
		if got := UnpackSeptets(nil, octets, fill, n); len(got) > n || len(got) > 8*len(octets)/7 {
			t.Fatalf("%d septets of %d octets, asked for %d", len(got), len(octets), n)
		}
	})
}
