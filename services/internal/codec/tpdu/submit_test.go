package tpdu

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func unhex(tb testing.TB, notation string) []byte {
	tb.Helper()
	octets, err := hex.DecodeString(strings.ReplaceAll(notation, " ", ""))
	if err != nil {
		tb.Fatal(err)
	}
	return octets
}

func international(digits string) Address { return Address{TOA: TOAInternational, Digits: digits} }

// TestGoldenSubmits holds the outgoing vectors of appendix B of the smstools
// spec, in both directions.
func TestGoldenSubmits(t *testing.T) {
	to := international("49111")
	text := func(s Submit) Submit {
		s.Data, s.Septets = []byte("hi"), true
		if s.DA.TOA == 0 {
			s.DA = to
		}
		s.VP = 0xFF
		return s
	}
	tests := []struct {
		id   string
		s    Submit
		want string
	}{
		{"A1", text(Submit{}), "110005919411F10000FF02E834"},
		{"A2", text(Submit{DA: international("358401234567")}), "11000C915348103254760000FF02E834"},
		{"A3", text(Submit{DA: Address{TOA: TOAUnknown, Digits: "12345"}}), "110005812143F50000FF02E834"},
		{"A4", text(Submit{DA: Address{TOA: TOANational, Digits: "49111"}}), "110005A19411F10000FF02E834"},
		{
			"A8", text(Submit{DCS: 0x12, ReplyPath: true, RejectDuplicates: true, MR: 77}),
			"954D05919411F10012FF02E834",
		},
		{
			"A9", Submit{
				DA: to, DCS: 0x04, VP: 0xFF, UDHI: true, UDH: unhex(t, "0605040B8423F0"),
				Data: unhex(t, "616203636400020102"),
			},
			"510005919411F10004FF100605040B8423F0616203636400020102",
		},
		{"A10", text(Submit{PID: PIDType0, StatusReportRequest: true}), "310005919411F14000FF02E834"},
		{"A12", Submit{DA: to, PID: 0x40, DCS: 0xF4, VP: 0xFF, Data: []byte("hi")}, "110005919411F140F4FF026869"},
		{
			"A14", Submit{
				DA: to, VP: 0xFF, UDHI: true, UDH: AppendLanguages(nil, 1, 0),
				Data: []byte{0x1D, 0x0C}, Septets: true,
			},
			"510005919411F10000FF0703250101E83000",
		},
		{"W35", text(Submit{DA: international("*123#abc")}), "11000891 1A32CBED 0000FF02E834"},
		{"no validity", text(Submit{NoVP: true, DA: to}), "010005919411F1000002E834"},
		{
			"alphanumeric", text(Submit{DA: Address{TOA: TOAAlphanumeric, Septets: []byte("Anna")}}),
			"110007D041B73B0C0000FF02E834",
		},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			if tt.s.NoVP {
				tt.s.VP = 0
			}
			want := unhex(t, tt.want)
			octets, err := tt.s.AppendTo([]byte{0x77})
			if err != nil || !bytes.Equal(octets[1:], want) || octets[0] != 0x77 {
				t.Fatalf("got %X, %v\nwant %X", octets, err, want)
			}
			d, err := DecodeSubmit(want)
			if err != nil || len(d.Warnings) > 0 {
				t.Fatal(err, d.Warnings)
			}
			if diff := cmp.Diff(tt.s, d.Submit, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestConcatenatedSeptets(t *testing.T) {
	// A17: 161 times "a" in two parts.
	s := Submit{DA: international("49111"), VP: 0xFF, UDHI: true, Septets: true}
	s.UDH = Part{Reference: 0xAA, Total: 2, Seq: 1}.AppendTo(nil)
	s.Data = bytes.Repeat([]byte("a"), 153)
	octets, err := s.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := unhex(t, "510005919411F10000FFA0 050003AA0201 C2E170")
	if !bytes.HasPrefix(octets, want) || len(octets) != 11+MaxOctets {
		t.Errorf("got %X, want it to begin %X", octets, want)
	}
}

func TestSubmitRefuses(t *testing.T) {
	base := Submit{DA: international("49111")}
	with := func(change func(*Submit)) Submit {
		s := base
		change(&s)
		return s
	}
	tests := []struct {
		name  string
		s     Submit
		field string
		want  error
	}{
		{"octets", with(func(s *Submit) { s.Data = make([]byte, 141) }), "TP-UD", ErrUserDataLength},
		{"septets", with(func(s *Submit) { s.Data, s.Septets = make([]byte, 161), true }), "TP-UD", ErrUserDataLength},
		{"septets after a header", with(func(s *Submit) {
			s.UDHI, s.UDH, s.Data, s.Septets = true, Part{}.AppendTo(nil), make([]byte, 154), true
		}), "TP-UD", ErrUserDataLength},
		{"digits", with(func(s *Submit) { s.DA.Digits = strings.Repeat("1", 21) }), "TP-DA", ErrAddressLength},
		{"letters", with(func(s *Submit) { s.DA.Digits = "12A" }), "TP-DA", ErrDigit},
		{"second of a pair", with(func(s *Submit) { s.DA.Digits = "1+" }), "TP-DA", ErrDigit},
		{"alphanumeric", with(func(s *Submit) { s.DA.Septets = make([]byte, 12) }), "TP-DA", ErrAddressLength},
		{"header without indicator", with(func(s *Submit) { s.UDH = []byte{0} }), "TP-UDH", ErrHeader},
		{"header length", with(func(s *Submit) { s.UDHI, s.UDH = true, []byte{2, 0} }), "TP-UDH", ErrHeader},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dst := []byte{1, 2, 3}
			got, err := tt.s.AppendTo(dst)
			fe, ok := errors.AsType[*FieldError](err)
			if !ok || fe.Field != tt.field || !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %s: %v", err, tt.field, tt.want)
			}
			if !bytes.Equal(got, []byte{1, 2, 3}) {
				t.Errorf("dst is now %X", got)
			}
			if err != nil && strings.Contains(err.Error(), tt.s.DA.Digits) && tt.s.DA.Digits != "" {
				t.Errorf("%v tells the number", err)
			}
		})
	}
}

func TestSubmitFits(t *testing.T) {
	for _, s := range []Submit{
		{Data: make([]byte, MaxOctets)},
		{Data: make([]byte, MaxSeptets), Septets: true},
		{UDHI: true, UDH: Part{}.AppendTo(nil), Data: make([]byte, 153), Septets: true},
		{UDHI: true, Data: unhex(t, "0500030001016162")},
	} {
		octets, err := s.AppendTo(nil)
		if err != nil || len(octets) > 8+MaxOctets {
			t.Errorf("%d octets, %v", len(octets), err)
		}
	}
}

func TestAppendSMSC(t *testing.T) {
	tests := []struct {
		toa    byte
		digits string
		want   string
		err    error
	}{
		{TOAInternational, "", "00", nil},
		{TOAInternational, "358405202000", "0791534850020200", nil},
		{TOAUnknown, "0501234567", "0681 5010325476", nil},
		{TOAInternational, "35840000000", "0791 5348000000F0", nil},
		{TOAInternational, strings.Repeat("12", 10), "0B91" + strings.Repeat("21", 10), nil},
		{TOAInternational, strings.Repeat("1", 21), "", ErrAddressLength},
		{TOAInternational, "12 3", "", ErrDigit},
	}
	for _, tt := range tests {
		got, err := AppendSMSC([]byte{9}, tt.toa, tt.digits)
		want := append([]byte{9}, unhex(t, tt.want)...)
		if !bytes.Equal(got, want) || !errors.Is(err, tt.err) {
			t.Errorf("%s: got %X, %v; want %X, %v", tt.digits, got, err, want, tt.err)
		}
	}
}

func TestDecodeSubmitValidity(t *testing.T) {
	tests := []struct {
		name   string
		tpdu   string
		format ValidityFormat
	}{
		{"none", "0100 05919411F1 0000 02E834", ValidityNone},
		{"enhanced", "0900 05919411F1 0000 02050000000000 02E834", ValidityEnhanced},
		{"relative", "1100 05919411F1 0000 A7 02E834", ValidityRelative},
		{"absolute", "1900 05919411F1 0000 42506070809021 02E834", ValidityAbsolute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			octets := unhex(t, tt.tpdu)
			d, err := DecodeSubmit(octets)
			if err != nil || d.Validity.Format != tt.format || d.NoVP == (tt.format == ValidityRelative) || len(d.Warnings) > 0 {
				t.Fatalf("got %+v, %v", d, err)
			}
			if again, err := d.AppendTo(nil); err != nil || !bytes.Equal(again, octets) {
				t.Errorf("encoded again: %X, %v", again, err)
			}
		})
	}
}

func TestDecodeSubmitType(t *testing.T) {
	for notation, want := range map[string]error{"": ErrTruncated, "04": ErrMessageType, "02": ErrMessageType} {
		_, err := DecodeSubmit(unhex(t, notation))
		if _, ok := errors.AsType[*TypeError](err); !ok || !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", notation, err, want)
		}
	}
}
