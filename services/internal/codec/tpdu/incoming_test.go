package tpdu

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestRecordedIncoming compares every PDU with the headers that smsd wrote when
// it combined nothing: one file a PDU, in the same order.
func TestRecordedIncoming(t *testing.T) {
	for name, vector := range readVectors[incomingVector](t, "incoming") {
		if strings.HasPrefix(name, "bad-") || smsdFails[name] {
			continue
		}
		files := vector.Configs["nocombine"].Files
		if len(files) != len(vector.PDUs) {
			t.Errorf("%s: %d files for %d PDUs", name, len(files), len(vector.PDUs))
			continue
		}
		for i, pdu := range vector.PDUs {
			t.Run(fmt.Sprintf("%s/%d", name, i), func(t *testing.T) {
				checkReceived(t, pdu.PDU, pdu.Report, files[i])
			})
		}
	}
}

// smsdFails are PDUs that smsd calls undecodable because it reads two bits of
// TP-DCS (spec W42); TestDivergences decodes them.
var smsdFails = map[string]bool{"dcs-reserved": true, "mwi-discard": true}

func checkReceived(t *testing.T, pdu string, report bool, file receivedFile) {
	octets, warnings := DecodeHex(pdu)
	mt, err := DecodeMT(octets)
	if err != nil || len(warnings) > 0 || report != (mt.StatusReport != nil) {
		t.Fatalf("report %v, want %v; %v, %v", mt.StatusReport != nil, report, err, warnings)
	}
	var party Address
	var sent Timestamp
	if report {
		party, sent = mt.StatusReport.RA, mt.StatusReport.SCTS
		checkReport(t, mt.StatusReport, file.Text)
	} else {
		party, sent = mt.Deliver.OA, mt.Deliver.SCTS
		checkDeliver(t, mt.Deliver, file)
	}
	checkAddress(t, party, file)
	checkHeader(t, file, "From_SMSC", mt.SMSC.Digits)
	checkHeader(t, file, "Sent", smsdTime(sent))
	if smsdWarned := hasWarning(file); len(mt.Warnings) > 0 && !smsdWarned {
		t.Errorf("smsd had nothing to warn of: %v", mt.Warnings)
	}
}

func hasWarning(file receivedFile) bool { _, ok := file.header("Warning"); return ok }

// checkHeader compares a header, which may be absent when want is empty.
func checkHeader(t *testing.T, file receivedFile, name, want string) {
	t.Helper()
	if got, _ := file.header(name); got != want {
		t.Errorf("%s: decoded %q, recorded %q", name, want, got)
	}
}

func checkAddress(t *testing.T, a Address, file receivedFile) {
	t.Helper()
	from, _ := file.header("From")
	if toa, ok := file.header("From_TOA"); ok && toa[:2] != octetText(a.TOA) {
		t.Errorf("TOA %02X, recorded %s", a.TOA, toa)
	}
	if a.IsAlphanumeric() {
		// Characters are the business of gsm7: letters are alike, and the counts.
		if len(a.Septets) != len(from) || a.Septets[len(from)-1] != from[len(from)-1] {
			t.Errorf("septets %q, recorded %q", a.Septets, from)
		}
		return
	}
	// smsd shows the nibbles A to E as letters, Viesti as the characters that
	// they stand for (3GPP TS 23.040 §9.1.2.3).
	if got := strings.NewReplacer("*", "A", "#", "B").Replace(a.Digits); got != from {
		t.Errorf("digits %q, recorded %q", got, from)
	}
}

func checkDeliver(t *testing.T, d *Deliver, file receivedFile) {
	t.Helper()
	checkUserDataHeader(t, d, file)
	report := map[bool]string{true: "yes", false: "no"}[d.StatusReport]
	checkHeader(t, file, "Report", report)
	replace := ""
	if n, ok := ReplaceType(d.PID); ok {
		replace = fmt.Sprint(n)
	}
	checkHeader(t, file, "Replace", replace)
	dcs := ParseDCS(d.DCS)
	alphabet, _ := file.header("Alphabet")
	recorded, known := map[string]Alphabet{
		"ISO": AlphabetGSM7, "UTF-8": AlphabetGSM7, "UCS2": AlphabetUCS2, "binary": Alphabet8Bit,
	}[alphabet]
	if !known || dcs.Alphabet != recorded {
		t.Errorf("alphabet %v, recorded %q", dcs.Alphabet, alphabet)
	}
	checkContent(t, d, file)
}

// checkContent compares octets with the body, and counts septets, an escape and
// its character as one. With tables the recorded count is another: of UTF-8, and
// without the characters of a table that smsd lacks.
func checkContent(t *testing.T, d *Deliver, file receivedFile) {
	t.Helper()
	if !d.Septets {
		if !bytes.HasSuffix(file.All, d.Data) {
			t.Errorf("decoded % X, recorded body ends otherwise", d.Data)
		}
		return
	}
	if locking, single := Languages(d.UDH); locking == 0 && single == 0 {
		length := len(d.Data) - bytes.Count(d.Data, []byte{0x1B})
		checkHeader(t, file, "Length", fmt.Sprint(length))
	}
}

// checkUserDataHeader knows that smsd leaves the header of binary data, when it
// combines nothing, in the body.
func checkUserDataHeader(t *testing.T, d *Deliver, file receivedFile) {
	t.Helper()
	if !d.Septets && ParseDCS(d.DCS).Alphabet == Alphabet8Bit {
		if want := append(d.UDH, d.Data...); !bytes.HasSuffix(file.All, want) {
			t.Errorf("decoded % X, recorded file ends otherwise", want)
		}
		return
	}
	udh := ""
	for _, octet := range d.UDH {
		udh += octetText(octet) + " "
	}
	checkHeader(t, file, "UDH-DATA", udh)
}

func checkReport(t *testing.T, s *StatusReport, text string) {
	t.Helper()
	want := fmt.Sprintf("SMS STATUS REPORT\nMessage_id: %d\nDischarge_timestamp: %s\nStatus: %d,%s",
		s.MR, smsdTime(s.DT), s.ST, s.ST.Text())
	if text != want {
		t.Errorf("decoded\n%s\nrecorded\n%s", want, text)
	}
}

// smsdTime writes a time stamp as smsd does: without its zone, and digit for
// digit when there is no such time.
func smsdTime(s Timestamp) string {
	if !s.Time.IsZero() {
		return s.Time.Format("06-01-02 15:04:05")
	}
	text := ""
	for i, separator := range []string{"-", "-", " ", ":", ":", ""} {
		text += fmt.Sprintf("%d%d%s", s.Octets[i]&0xF, s.Octets[i]>>4, separator)
	}
	return text
}

// TestDivergences decodes what smsd could not, or not rightly.
func TestDivergences(t *testing.T) {
	tests := []struct {
		name     string
		sender   string
		septets  string
		data     string
		warnings []string
	}{
		{"dcs-reserved", "358401111111", "HJ1cv\rH;od1", "", []string{warnTrailing}},
		{"mwi-discard", "358401111111", "Hello world", "", nil},
		{"bad-address-long", "35400111111100002405", "", "", []string{warnTruncated, warnAddressLength}},
		{"bad-cut-22", "", "", "", []string{warnTruncated}},
		{"bad-cut-72", "358401111111", "Hello worl", "", []string{warnTruncated}},
		{"bad-udl-big", "358401111111", "Hello world", "", []string{warnTruncated}},
		{"bad-udl-huge", "358401111111", "Hello world", "", []string{warnLength, warnTruncated}},
		{"bad-long", "358401111111", "Hello world", "", []string{warnTrailing}},
		{"bad-digits", "bc#a0*1111c", "Hello", "", []string{warnEndFiller}},
		{"bad-nohex", "35840111", "Hello world", "", []string{warnHexDigit, warnFiller}},
		{"bad-type-reserved", "354001111111", "Hello", "", []string{warnReservedType}},
		{"time-bad", "354001111111", "Hello\f", "", []string{warnDate, warnTime}},
	}
	vectors := readVectors[incomingVector](t, "incoming")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			octets, warnings := DecodeHex(vectors[tt.name].PDUs[0].PDU)
			mt, err := DecodeMT(octets)
			if err != nil {
				t.Fatal(err)
			}
			if got := mt.Deliver.OA.Digits; got != tt.sender {
				t.Errorf("sender %q, want %q", got, tt.sender)
			}
			if got := string(mt.Deliver.Data); got != tt.septets {
				t.Errorf("septets %q, want %q", got, tt.septets)
			}
			if got := texts(append(warnings, mt.Warnings...)); !slices.Equal(got, tt.warnings) {
				t.Errorf("warnings %q, want %q", got, tt.warnings)
			}
		})
	}
}

func texts(warnings []Warning) []string {
	var all []string
	for _, w := range warnings {
		all = append(all, w.Text)
	}
	return all
}

// TestUntold holds the vectors whose type cannot be told, and where that shows.
func TestUntold(t *testing.T) {
	tests := []struct {
		name   string
		offset int
		reason error
		smsc   string
	}{
		{"bad-cut-10", 5, ErrTruncated, "358501"},
		{"bad-cut-16", 8, ErrTruncated, "358501234567"},
		{"bad-ff", 0, ErrSMSC, ""},
		{"bad-smsc-long", 0, ErrSMSC, ""},
	}
	vectors := readVectors[incomingVector](t, "incoming")
	for _, tt := range tests {
		octets, _ := DecodeHex(vectors[tt.name].PDUs[0].PDU)
		mt, err := DecodeMT(octets)
		typeError, ok := errors.AsType[*TypeError](err)
		if !ok || typeError.Offset != tt.offset || !errors.Is(err, tt.reason) {
			t.Errorf("%s: %v; want %v at octet %d", tt.name, err, tt.reason, tt.offset)
		}
		if mt.SMSC.Digits != tt.smsc {
			t.Errorf("%s: service centre %q, want %q", tt.name, mt.SMSC.Digits, tt.smsc)
		}
	}
}

// TestReportB2 is the report of appendix B of the smstools spec.
func TestReportB2(t *testing.T) {
	octets, _ := hex.DecodeString("079153480100000006750C91534810325476060101110000000601011110000000")
	mt, err := DecodeMT(octets)
	if err != nil || len(mt.Warnings) > 0 {
		t.Fatal(err, mt.Warnings)
	}
	s := mt.StatusReport
	if mt.SMSC.Digits != "358410000000" || s.RA.Digits != "358401234567" || s.MR != 117 || s.ST != 0 {
		t.Errorf("got %+v from %+v", s, mt.SMSC)
	}
	if want := time.Date(2060, 10, 10, 11, 1, 0, 0, time.UTC); !s.DT.Time.Equal(want) {
		t.Errorf("discharged %v, want %v", s.DT.Time, want)
	}
}

// TestDecodeSMSC reads the address alone, as it stands before a TPDU of either direction.
func TestDecodeSMSC(t *testing.T) {
	for _, c := range []struct {
		name, pdu string
		want      Address
		size      int
		warnings  []string
		err       error
	}{
		{"address", "0791534850020200 0100", Address{TOA: 0x91, Digits: "358405202000"}, 8, nil, nil},
		{"odd digits", "0281F1", Address{TOA: 0x81, Digits: "1"}, 3, nil, nil},
		{"none", "000100", Address{}, 1, nil, nil},
		{"truncated", "079153", Address{TOA: 0x91, Digits: "35"}, 3, []string{warnTruncated}, nil},
		{"no octets", "", Address{}, 0, []string{warnTruncated}, nil},
		{"too long", "0D91", Address{}, 0, nil, ErrSMSC},
	} {
		t.Run(c.name, func(t *testing.T) {
			smsc, size, warnings, err := DecodeSMSC(unhex(t, c.pdu))
			if size != c.size || !errors.Is(err, c.err) {
				t.Errorf("size %d, %v, want %d, %v", size, err, c.size, c.err)
			}
			if diff := cmp.Diff(c.want, smsc) + cmp.Diff(c.warnings, texts(warnings), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
