package tpdu

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const (
	helloTPDU  = "040C91534810111111000042506070809021 0BC8329BFD06DDDF723619"
	reportTPDU = "06750C91534810111111425060708090214250607080732100"
)

// TestBarePDU reads PDUs of modems that give no service centre address.
func TestBarePDU(t *testing.T) {
	tests := []struct {
		name, pdu string
		report    bool
		warnings  []string
	}{
		{"deliver", helloTPDU, false, []string{warnNoSMSC}},
		{"deliver with report", "24" + helloTPDU[2:], false, []string{warnNoSMSC}},
		{"deliver with header bit", "44" + helloTPDU[2:], false, []string{warnNoSMSC, warnHeaderLength}},
		{"report", reportTPDU, true, []string{warnNoSMSC}},
		{"with an empty address", "00" + helloTPDU, false, nil},
		{"with an address without digits", "0191" + helloTPDU, false, []string{warnAddressEmpty}},
		{"with an address of unusual type", "0711358501234567" + helloTPDU, false, []string{warnAddressType}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mt, err := DecodeMT(unhex(t, tt.pdu))
			if err != nil || (mt.StatusReport != nil) != tt.report {
				t.Fatal(mt, err)
			}
			if got := texts(mt.Warnings); !slices.Equal(got, tt.warnings) {
				t.Errorf("warnings %q, want %q", got, tt.warnings)
			}
			var party Address
			if tt.report {
				party = mt.StatusReport.RA
			} else {
				party = mt.Deliver.OA
			}
			if party.Digits != "358401111111" {
				t.Errorf("party %q", party.Digits)
			}
		})
	}
}

func TestTypeErrors(t *testing.T) {
	tests := []struct {
		name, pdu string
		offset    int
		want      error
	}{
		{"nothing", "", 0, ErrTruncated},
		{"service centre only", "00", 1, ErrTruncated},
		{"a message that was sent", "0011000C91534810325476", 1, ErrMessageType},
		{"impossible service centre", "15915348", 0, ErrSMSC},
	}
	for _, tt := range tests {
		_, err := DecodeMT(unhex(t, tt.pdu))
		typeError, ok := errors.AsType[*TypeError](err)
		if !ok || typeError.Offset != tt.offset || !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// TestForcedType decodes PDUs that arrived under a result code that names their type.
func TestForcedType(t *testing.T) {
	hello, report := unhex(t, "00"+helloTPDU), unhex(t, "00"+reportTPDU)
	if mt := DecodeDeliver(hello); len(mt.Warnings) > 0 || string(mt.Deliver.Data) != "Hello world" {
		t.Errorf("got %+v", mt)
	}
	if mt := DecodeStatusReport(report); len(mt.Warnings) > 0 || mt.StatusReport.MR != 0x75 {
		t.Errorf("got %+v", mt)
	}
	other := append(unhex(t, "0005"), hello[2:]...)
	if mt := DecodeDeliver(other); !hasText(mt.Warnings, warnForcedType) || mt.Deliver.OA.Digits != "358401111111" {
		t.Errorf("got %+v", mt)
	}
	impossible := append([]byte{0x20, 0x91}, hello[2:]...)
	if mt := DecodeDeliver(impossible); !hasText(mt.Warnings, warnSMSCLength) {
		t.Errorf("got %+v", mt)
	}
	for _, mt := range []MT{DecodeDeliver(nil), DecodeStatusReport(nil)} {
		if len(mt.Warnings) == 0 || (mt.Deliver == nil) == (mt.StatusReport == nil) {
			t.Errorf("of nothing came %+v", mt)
		}
	}
}

func TestDecodeAddress(t *testing.T) {
	tests := []struct {
		name, field string
		want        Address
		warnings    []string
	}{
		{"even", "0C91534810111111", international("358401111111"), nil},
		{"odd", "0581 2143F5", Address{TOA: TOAUnknown, Digits: "12345"}, nil},
		{"odd without filler", "0581 214305", Address{TOA: TOAUnknown, Digits: "12345"}, []string{warnNoFiller}},
		{"even with filler", "0681 2143F5", Address{TOA: TOAUnknown, Digits: "12345"}, []string{warnEndFiller}},
		{"fillers at the end", "0681 21FFF5", Address{TOA: TOAUnknown, Digits: "125"}, []string{warnFiller}},
		{"type without its highest bit", "0411 2143", Address{TOA: 0x11, Digits: "1234"}, []string{warnAddressType}},
		{"filler within", "0681 21F365", Address{TOA: TOAUnknown, Digits: "12356"}, []string{warnFiller}},
		{"all characters", "0F81 1032547698BADCFE", Address{TOA: TOAUnknown, Digits: digitNibbles}, nil},
		{"empty", "0080", Address{TOA: 0x80}, nil},
		{"nothing", "", Address{}, []string{warnTruncated}},
		{"no type", "05", Address{}, []string{warnTruncated}},
		{"cut short", "0C91 5348", international("3584"), []string{warnTruncated}},
		{"one septet", "02D0 41", Address{TOA: 0xD0, Septets: []byte("A")}, nil},
		{"seven septets", "0DD0 41F1985C369F01", Address{TOA: 0xD0, Septets: []byte("Abcdefg")}, nil},
		{"eleven septets", "14D0 41E19058341E9149E512", Address{TOA: 0xD0, Septets: []byte("ABCDEFGHIJK")}, nil},
		{"alphanumeric cut short", "14D0 41E190", Address{TOA: 0xD0, Septets: []byte("ABC")}, []string{warnTruncated}},
		{"empty alphanumeric", "00D0", Address{TOA: 0xD0}, nil},
		{
			"21 digits", "1591 534810325476981032 54F6",
			international("358401234567890123456"), []string{warnAddressLength},
		},
		{"far too long", "FF91 534810", international("358401"), []string{warnTruncated, warnAddressLength}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := reader{octets: unhex(t, tt.field)}
			if diff := cmp.Diff(tt.want, r.address("TP-OA"), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			if got := texts(r.warnings); !slices.Equal(got, tt.warnings) || r.rest() > 0 {
				t.Errorf("warnings %q, want %q; %d octets left", got, tt.warnings, r.rest())
			}
		})
	}
}

func TestDecodeUserData(t *testing.T) {
	tests := []struct {
		name, field string
		udhi        bool
		dcs         byte
		udh, data   string
		warnings    []string
	}{
		{"septets", "02E834", false, 0, "", "6869", nil},
		{"octets", "026869", false, 4, "", "6869", nil},
		{"compressed septets are octets", "026869", false, 0x20, "", "6869", nil},
		{"empty", "00", false, 0, "", "", nil},
		{"nothing", "", true, 0, "", "", []string{warnTruncated}},
		{"header", "0703250101E83000", true, 0, "03250101", "1D0C", nil},
		{"header alone", "0403250101", true, 4, "03250101", "", nil},
		{"septet header alone", "0503250101 00", true, 0, "03250101", "", nil},
		{"length ends within the header", "0403250101", true, 0, "03250101", "", []string{warnHeaderOnly}},
		{"no header at all", "00", true, 4, "", "", []string{warnHeaderLength}},
		{"header too long", "03FF6869", true, 4, "", "FF6869", []string{warnHeaderLength}},
		{"element too long", "0403250901", true, 4, "03250901", "", []string{warnElement}},
		{"octets after", "0168 6969", false, 4, "", "68", []string{warnTrailing}},
		{"cut short", "056869", false, 8, "", "6869", []string{warnTruncated}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := reader{octets: unhex(t, tt.field)}
			u := r.userData(tt.udhi, tt.dcs)
			if string(u.udh) != string(unhex(t, tt.udh)) || string(u.data) != string(unhex(t, tt.data)) {
				t.Errorf("got %X and %X", u.udh, u.data)
			}
			if got := texts(r.warnings); !slices.Equal(got, tt.warnings) {
				t.Errorf("warnings %q, want %q", got, tt.warnings)
			}
		})
	}
}

// TestDecodedIsCopied holds that the PDU may be overwritten afterwards.
func TestDecodedIsCopied(t *testing.T) {
	pdu := unhex(t, "00 440C91534810111111000442506070809021 0F0605040B8423F0010601AE64617461")
	mt, err := DecodeMT(pdu)
	if err != nil {
		t.Fatal(err)
	}
	again, err := DecodeMT(slices.Clone(pdu))
	clear(pdu)
	if diff := cmp.Diff(again, mt); err != nil || diff != "" {
		t.Error(diff, err)
	}
}

func TestReportParameters(t *testing.T) {
	base := StatusReport{MR: 0x75, RA: international("358401111111"), HasPI: true}
	mt, err := DecodeTPDU(unhex(t, reportTPDU))
	if err != nil || mt.StatusReport.HasPI {
		t.Fatal(mt, err)
	}
	base.SCTS, base.DT = mt.StatusReport.SCTS, mt.StatusReport.DT
	with := func(change func(*StatusReport)) StatusReport {
		s := base
		change(&s)
		return s
	}
	tests := []struct {
		name, parameters string
		want             StatusReport
		warnings         []string
	}{
		{"none", "00", base, nil},
		{"PID", "0140", with(func(s *StatusReport) { s.PI, s.PID = 1, 0x40 }), nil},
		{"text", "070000 02E834", with(func(s *StatusReport) {
			s.PI, s.Data, s.Septets = 7, []byte("hi"), true
		}), nil},
		{"extension", "828008 04", with(func(s *StatusReport) { s.PI, s.DCS = 0x82, 4 }), nil},
		{"junk", "00FFFF", base, []string{warnTrailing}},
		{"cut short", "03", with(func(s *StatusReport) { s.PI = 3 }), []string{warnTruncated}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mt, err := DecodeTPDU(unhex(t, reportTPDU+tt.parameters))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, *mt.StatusReport, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			if got := texts(mt.Warnings); !slices.Equal(got, tt.warnings) {
				t.Errorf("warnings %q, want %q", got, tt.warnings)
			}
		})
	}
}

func TestTexts(t *testing.T) {
	tests := map[string]string{
		fieldError("TP-DA", ErrDigit).Error():              "encoding TP-DA: not a semi-octet digit",
		(&TypeError{Offset: 8, Err: ErrTruncated}).Error(): "decoding TP-MTI at octet 8: no first octet",
		Warning{"TP-OA", 9, warnFiller}.String():           "TP-OA at octet 9: filler among the digits",
	}
	for got, want := range tests {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if fieldError("TP-DA", nil) != nil {
		t.Error("an error of nothing")
	}
}

// TestEncodersRefuse covers the types that the simulator makes.
func TestEncodersRefuse(t *testing.T) {
	letters := Address{TOA: TOAInternational, Digits: "1+2"}
	tooMuch := make([]byte, MaxOctets+1)
	encoders := map[string]func([]byte) ([]byte, error){
		"TP-OA":  (&Deliver{OA: letters}).AppendTo,
		"TP-UD":  (&Deliver{Data: tooMuch}).AppendTo,
		"TP-RA":  (&StatusReport{RA: letters}).AppendTo,
		"TP-UDH": (&StatusReport{UDH: tooMuch}).AppendTo,
	}
	for field, encode := range encoders {
		got, err := encode([]byte{7})
		if fe, ok := errors.AsType[*FieldError](err); !ok || fe.Field != field || len(got) != 1 {
			t.Errorf("%s: %X, %v", field, got, err)
		}
	}
}
