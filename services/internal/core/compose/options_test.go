package compose_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// decoded returns part i of a message.
func decoded(t rapid.TB, m *compose.Message, i int) tpdu.DecodedSubmit {
	t.Helper()
	d, err := tpdu.DecodeSubmit(m.Parts[i].TPDU)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPIDAndDCS(t *testing.T) {
	u := func(v uint8) *uint8 { return &v }
	for _, c := range []struct {
		name     string
		options  message.Options
		alphabet message.Alphabet
		pid, dcs byte
	}{
		{"plain", message.Options{}, message.Latin, 0, 0},
		{"binary", message.Options{}, message.Binary, 0, 0x04},
		{"UCS2", message.Options{}, message.UCS2, 0, 0x08},
		{"flash", message.Options{Flash: true}, message.Latin, 0, 0x10},
		{"flash before class", message.Options{Flash: true, Class: u(2)}, message.Latin, 0, 0x10},
		{"class of binary", message.Options{Class: u(3)}, message.Binary, 0, 0x17},
		{"class of UCS2", message.Options{Class: u(1)}, message.UCS2, 0, 0x19},
		{"class out of range", message.Options{Class: u(4)}, message.Latin, 0, 0},
		{"DCS before flash", message.Options{Flash: true, DCS: u(0xF5)}, message.Latin, 0, 0xF5},
		{"system before DCS", message.Options{System: message.SystemMessage, DCS: u(0xF5)}, message.Latin, 0x40, 0xF4},
		{"to SIM", message.Options{System: message.SystemToSIM}, message.UCS2, 0x7F, 0xF6},
		{"system before replace", message.Options{System: message.SystemToSIM, Replace: 1}, message.Latin, 0x7F, 0xF6},
		{"replace before ping", message.Options{Replace: 7, Ping: true}, message.Latin, 0x47, 0},
		{"replace out of range", message.Options{Replace: 8}, message.Latin, 0, 0},
		{"PID before all", message.Options{PID: u(0x5F), Replace: 7, System: message.SystemToSIM}, message.Latin, 0x5F, 0xF6},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := compose.DefaultSettings()
			d := decoded(t, mustCompose(t, with(c.options, golden(c.alphabet, "\x01a")), &set), 0)
			if d.PID != c.pid || d.DCS != c.dcs {
				t.Errorf("TP-PID %02X, TP-DCS %02X, want %02X, %02X", d.PID, d.DCS, c.pid, c.dcs)
			}
		})
	}
}

func TestReport(t *testing.T) {
	for _, c := range []struct {
		name     string
		setting  compose.Report
		receives bool
		message  message.Tri
		ping     bool
		want     bool
	}{
		{"nobody", compose.ReportNo, true, message.Unset, false, false},
		{"message", compose.ReportNo, true, message.Yes, false, true},
		{"message, and the modem is deaf", compose.ReportNo, false, message.Yes, false, true},
		{"modem", compose.ReportYes, true, message.Unset, false, true},
		{"not the message", compose.ReportYes, true, message.No, false, false},
		{"modem is deaf", compose.ReportYes, false, message.Unset, false, false},
		{"modem is deaf, message", compose.ReportYes, false, message.Yes, false, false},
		{"disabled", compose.ReportDisabled, true, message.Yes, false, false},
		{"disabled, ping", compose.ReportDisabled, false, message.No, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := compose.DefaultSettings()
			set.Report, set.ReceivesReports = c.setting, c.receives
			m := mustCompose(t, with(message.Options{Report: c.message, Ping: c.ping}, golden(message.Latin, "a")), &set)
			if d := decoded(t, m, 0); m.Report != c.want || d.StatusReportRequest != c.want {
				t.Errorf("report is %v, TP-SRR %v, want %v", m.Report, d.StatusReportRequest, c.want)
			}
		})
	}
}

func TestModemDefaults(t *testing.T) {
	set := compose.DefaultSettings()
	set.Validity, set.ReplyPath = 10, true
	d := decoded(t, mustCompose(t, golden(message.Latin, "a"), &set), 0)
	if d.VP != 10 || !d.ReplyPath || d.MR != 0 || d.RejectDuplicates {
		t.Errorf("got %+v", d.Submit)
	}
	o := message.Options{Validity: new(uint8(0)), ReplyPath: message.No}
	d = decoded(t, mustCompose(t, with(o, golden(message.Latin, "a")), &set), 0)
	if d.VP != 0 || d.ReplyPath {
		t.Errorf("got %+v", d.Submit)
	}
}

// TestRemaining: the shorter of two validities counts.
func TestRemaining(t *testing.T) {
	for _, c := range []struct {
		given     *uint8
		setting   uint8
		remaining time.Duration
		want      uint8
	}{
		{nil, 255, 0, 255}, {nil, 255, time.Second, 0}, {nil, 255, 11 * time.Minute, 2}, {nil, 1, time.Hour, 1},
		{new(uint8(10)), 0, time.Hour, 10}, {new(uint8(20)), 0, time.Hour, 11}, {nil, 255, 25 * time.Hour, 168},
	} {
		set := compose.DefaultSettings()
		set.Validity, set.Remaining = c.setting, c.remaining
		if d := decoded(t, mustCompose(t, with(message.Options{Validity: c.given}, golden(message.Latin, "a")), &set), 0); d.VP != c.want {
			t.Errorf("%v before the end: TP-VP %d, want %d", c.remaining, d.VP, c.want)
		}
	}
}

func TestDestination(t *testing.T) {
	international, domestic := []string{"358", "46"}, []string{"04", "05"}
	for _, c := range []struct {
		name          string
		to            string
		kind          message.NumberType
		international []string
		national      []string
		unknown       bool
		want          tpdu.Address
	}{
		{"automatic", "358401", message.NumberAuto, nil, nil, false, tpdu.Address{TOA: 0x91, Digits: "358401"}},
		{"short", "s123", message.NumberAuto, international, domestic, false, tpdu.Address{TOA: 0x81, Digits: "123"}},
		{"short with type", "s123", message.NumberInternational, nil, nil, false, tpdu.Address{TOA: 0x91, Digits: "123"}},
		{"from abroad", "46123", message.NumberAuto, international, nil, false, tpdu.Address{TOA: 0x91, Digits: "46123"}},
		{"not from abroad", "47123", message.NumberAuto, international, nil, false, tpdu.Address{TOA: 0xA1, Digits: "47123"}},
		{"domestic", "040123", message.NumberAuto, nil, domestic, false, tpdu.Address{TOA: 0xA1, Digits: "040123"}},
		{"domestic as unknown", "040123", message.NumberAuto, nil, domestic, true, tpdu.Address{TOA: 0x81, Digits: "040123"}},
		{"not domestic", "358401", message.NumberAuto, nil, domestic, true, tpdu.Address{TOA: 0x91, Digits: "358401"}},
		{"asked for national", "040123", message.NumberNational, nil, domestic, true, tpdu.Address{TOA: 0xA1, Digits: "040123"}},
		{"asked for unknown", "040123", message.NumberUnknown, nil, nil, false, tpdu.Address{TOA: 0x81, Digits: "040123"}},
		{"star and hash", "*123#", message.NumberAuto, nil, nil, false, tpdu.Address{TOA: 0x91, Digits: "*123#"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := compose.DefaultSettings()
			set.InternationalPrefixes, set.NationalPrefixes, set.NationalTOAUnknown = c.international, c.national, c.unknown
			s := to(c.to, golden(message.Latin, "a"))
			s.NumberType = c.kind
			if diff := cmp.Diff(c.want, decoded(t, mustCompose(t, s, &set), 0).DA); diff != "" {
				t.Errorf("TP-DA (-want +got):\n%s", diff)
			}
		})
	}
}

// TestStarAndHash has the octets that smsd gets wrong (smstools W35).
func TestStarAndHash(t *testing.T) {
	set := compose.DefaultSettings()
	if got := hexOf(mustCompose(t, to("*123#", golden(message.Latin, "hi")), &set))[0]; got != "00110005911A32FB0000FF02E834" {
		t.Errorf("got %s", got)
	}
}

func TestSMSC(t *testing.T) {
	for _, c := range []struct {
		name    string
		setting string
		inPDU   bool
		message string
		want    string
	}{
		{"none", "", false, "", "00"},
		{"in the modem", "358501234567", false, "491722270000", "00"},
		{"none in the PDU", "", true, "", "00"},
		{"setting", "+358501234567", true, "", "0791535810325476"},
		{"message", "358501234567", true, "+4917222700001", "0891947122720000F1"},
		{"national", "", true, "0501234567", "06815010325476"},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := compose.DefaultSettings()
			set.SMSC, set.SMSCInPDU = c.setting, c.inPDU
			s := with(message.Options{SMSC: message.NewAddress(c.message)}, golden(message.Latin, "hi"))
			p := mustCompose(t, s, &set).Parts[0]
			if p.Hex() != c.want+"110005919411F10000FF02E834" || p.Length() != 13 {
				t.Errorf("got %s, length %d", p.Hex(), p.Length())
			}
		})
	}
}
