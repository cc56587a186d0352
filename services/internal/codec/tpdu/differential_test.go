package tpdu

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	other "github.com/warthog618/sms/encoding/tpdu"
	"pgregory.net/rapid"
)

// The package is compared with an independent implementation. Where that one is
// wrong or stricter, the comparison steps aside and says why.

// TestEncodersAgree compares the octets of SMS-SUBMIT.
func TestEncodersAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ud := comparableData(t)
		s := Submit{
			RejectDuplicates: rapid.Bool().Draw(t, "rd"), ReplyPath: rapid.Bool().Draw(t, "rp"),
			StatusReportRequest: rapid.Bool().Draw(t, "srr"), MR: rapid.Byte().Draw(t, "mr"),
			DA: international(rapid.StringMatching(`[0-9*#abc]{0,20}`).Draw(t, "da")), PID: rapid.Byte().Draw(t, "pid"),
			// The other one makes ten minutes, 1, of five, 0.
			DCS: ud.dcs, VP: rapid.ByteMin(1).Draw(t, "vp"),
			UDHI: ud.udhi, UDH: ud.udh, Data: ud.data, Septets: ud.septets,
		}
		got, err := s.AppendTo(nil)
		if err != nil {
			t.Fatal(err)
		}
		want, err := otherSubmit(t, &s).MarshalBinary()
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("got\n%X, want\n%X, %v", got, want, err)
		}
	})
}

// comparableData leaves out compressed text, which the other one takes for
// septets, an odd number of UCS2 octets, which it refuses, reserved codings, and
// a header without data, whose length it rounds down.
func comparableData(t *rapid.T) drawnData {
	comparable := func(d drawnData) bool {
		dcs := ParseDCS(d.dcs)
		odd := dcs.Alphabet == AlphabetUCS2 && len(d.data)%2 == 1
		return !odd && !dcs.Compressed && !dcs.Reserved && len(d.data) > 0
	}
	return userDataGen().Filter(comparable).Draw(t, "user data")
}

func otherSubmit(t *rapid.T, s *Submit) *other.TPDU {
	o, err := other.NewSubmit()
	if err != nil {
		t.Fatal(err)
	}
	o.FirstOctet = other.FirstOctet(s.firstOctet())
	o.SetVP(other.ValidityPeriod{Format: other.VpfRelative, Duration: RelativeValidity(s.VP)})
	o.MR, o.PID, o.DCS, o.UD = s.MR, s.PID, other.DCS(s.DCS), s.Data
	o.DA = other.Address{TOA: s.DA.TOA, Addr: s.DA.Digits}
	if s.UDHI {
		o.SetUDH(otherHeader(s.UDH))
	}
	return o
}

func otherHeader(udh []byte) other.UserDataHeader {
	var elements other.UserDataHeader
	for e := range Elements(udh) {
		elements = append(elements, other.InformationElement{ID: e.ID, Data: e.Data})
	}
	return elements
}

// FuzzDecodersAgree compares every SMS-DELIVER that the other one accepts.
func FuzzDecodersAgree(f *testing.F) {
	seedIncoming(f)
	f.Add(unhex(f, "040C91534810111111000042506070809021 0BC8329BFD06DDDF723619"))
	f.Add(unhex(f, "440C91534810111111000042506070809021 14060804123402 01E6B47C4E07C1C3723A0B04"))
	f.Fuzz(func(t *testing.T, tpdu []byte) {
		o := other.TPDU{Direction: other.MT}
		if o.UnmarshalBinary(tpdu) != nil || o.SmsType() != other.SmsDeliver {
			return
		}
		mt, err := DecodeTPDU(tpdu)
		if err != nil {
			t.Fatal(err)
		}
		compareDeliver(t, mt, &o)
	})
}

func compareDeliver(t *testing.T, mt MT, o *other.TPDU) {
	d := mt.Deliver
	if d.PID != o.PID || d.DCS != byte(o.DCS) || d.UDHI != o.UDHI() || d.OA.TOA != o.OA.TOA {
		t.Fatalf("got %+v, want %+v", d, o)
	}
	// The other one makes up for a filler among the digits with the padding.
	filled := d.OA.IsAlphanumeric() || hasText(mt.Warnings, warnFiller)
	if !filled && d.OA.Digits != o.OA.Addr {
		t.Fatalf("digits %q, want %q", d.OA.Digits, o.OA.Addr)
	}
	// Before 1990 the century differs, and the other one takes the 31st of June
	// for the 1st of July.
	if !d.SCTS.Time.IsZero() && o.SCTS.Year() >= firstYear && !d.SCTS.Time.Equal(o.SCTS.Time) {
		t.Fatalf("time %v, want %v", d.SCTS.Time, o.SCTS)
	}
	// The other one lets an element run on behind its header, and takes
	// compressed text for septets.
	if ParseDCS(d.DCS).Compressed || hasText(mt.Warnings, warnElement) || hasText(mt.Warnings, warnHeaderOnly) {
		return
	}
	if diff := cmp.Diff([]byte(o.UD), d.Data, cmpopts.EquateEmpty()); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(o.UDH, otherHeader(d.UDH), cmpopts.EquateEmpty()); diff != "" {
		t.Fatal(diff)
	}
}

func hasText(warnings []Warning, text string) bool {
	return strings.Contains(strings.Join(texts(warnings), "\n"), text)
}
