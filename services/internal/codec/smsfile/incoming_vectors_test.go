package smsfile

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
)

// timeMark is what stands for times in the vectors; no conversion is in it, so it
// serves as a time format.
const timeMark = "<TIME>"

// TestRecordedIncoming renders every recorded file from the values that its
// headers show and wants the same octets.
func TestRecordedIncoming(t *testing.T) {
	files := 0
	for name, c := range loadCases[incomingCase](t, "incoming") {
		for config, recorded := range c.Configs {
			for i, f := range recorded.Files {
				files++
				if f.Dir == "saved" {
					continue // the storage of parts is no message file
				}
				m := rebuild(t, f)
				m.CountCharacters = wasGSM(m, c.Configs["base"].Files, i)
				got := string(m.AppendTo(nil, nil))
				if diff := cmp.Diff(string(f.Base64), got); diff != "" {
					t.Errorf("%s under %s (-recorded +rendered):\n%s", name, config, diff)
				}
			}
		}
	}
	if files < 500 {
		t.Errorf("only %d recorded files", files)
	}
}

// wasGSM reports whether a text came in the GSM alphabet without shift tables:
// it is ISO under the basic configuration.
func wasGSM(m *Incoming, base []recordedFile, i int) bool {
	return m.Language == nil && m.LanguageExt == nil && i < len(base) && base[i].header("Alphabet") == "ISO"
}

// rebuild makes the Incoming that a recorded file must come from. What can be
// computed is computed: TOA texts, UDH types, lengths and marks.
func rebuild(t *testing.T, f recordedFile) *Incoming {
	t.Helper()
	read := ParseHeaders(f.Base64)
	m := &Incoming{
		Error: f.header("Error"), Warnings: f.values("Warning"),
		From: f.header("From"), Name: f.header("Name"), FromSMSC: f.header("From_SMSC"),
		Sent: f.header("Sent"), TimeFormat: timeMark,
		Station: Station{
			Modem: f.header("Modem"), Number: f.header("Number"), Description: f.header("Description"),
			IMSI: f.header("IMSI"), IMEI: f.header("IMEI"),
		},
		Report: f.header("Report") == "yes", Flash: f.header("Flash") == "yes",
		Incomplete: f.header("Incomplete") == "yes",
		Alphabet:   ParseAlphabet([]byte(f.header("Alphabet"))),
		PDUs:       f.values("PDU"),
		Body:       read.Body,
	}
	rebuildOptional(t, m, &f)
	return m
}

func rebuildOptional(t *testing.T, m *Incoming, f *recordedFile) {
	t.Helper()
	if toa := f.header("From_TOA"); toa != "" {
		m.FromTOA = TOAText(octets(t, toa[:2])[0])
	}
	if v := f.header("Replace"); v != "" {
		m.Replace = new(v[0] - '0')
	}
	if v := f.header("UDH"); v != "" {
		m.UDH = new(v == "yes")
	}
	m.UDHData = octets(t, strings.ReplaceAll(f.header("UDH-DATA"), " ", ""))
	if v := f.header("Pos"); v != "" {
		m.Pos = remark(t, v)
	}
	m.Language = languageIn(f.header("Language"))
	m.LanguageExt = languageIn(f.header("Language_ext"))
}

func octets(t *testing.T, digits string) []byte {
	t.Helper()
	out, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// remark makes the mark anew from the position and the number of carets in it.
func remark(t *testing.T, mark string) string {
	t.Helper()
	_, at, _ := strings.Cut(strings.TrimSuffix(mark, ")"), "(")
	position, err := strconv.Atoi(at)
	if err != nil {
		t.Fatal(err)
	}
	return PositionMark(position, strings.Count(mark, "^"))
}

// languageIn reads `Turkish (1)`; ` (-1)` is absent.
func languageIn(text string) *uint8 {
	language, ok := gsm7.LookupLanguage(text)
	if !ok || strings.HasPrefix(text, " ") {
		return nil
	}
	return new(uint8(language))
}

// TestRecordedReports makes the bodies of the recorded report files.
func TestRecordedReports(t *testing.T) {
	reports := 0
	for name, c := range loadCases[incomingCase](t, "incoming") {
		for _, f := range c.Configs["base"].Files {
			if f.Dir != "report" {
				continue
			}
			reports++
			want := string(ParseHeaders(f.Base64).Body)
			if got := string(rebuildReport(t, want).Body()); got != want {
				t.Errorf("%s: body %q, want %q", name, got, want)
			}
		}
	}
	if reports < 20 {
		t.Errorf("only %d recorded reports", reports)
	}
}

func rebuildReport(t *testing.T, body string) *StatusReport {
	t.Helper()
	f := ParseHeaders([]byte(body))
	id, _ := f.Get("Message_id")
	discharge, _ := f.Get("Discharge_timestamp")
	status, _ := f.Get("Status")
	status, _, _ = strings.Cut(status, ",")
	return &StatusReport{MessageID: octetOf(t, id), Discharge: discharge, Status: octetOf(t, status)}
}

func octetOf(t *testing.T, text string) uint8 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil {
		t.Fatal(err)
	}
	return uint8(n)
}

// TestRecordedCharsets compares what smsd stored as ISO with what it stored as
// UTF-8 for the same PDUs.
func TestRecordedCharsets(t *testing.T) {
	compared := 0
	for name, c := range loadCases[incomingCase](t, "incoming") {
		compared += compareCharsets(t, name, c.Configs["base"].Files, c.Configs["utf8in"].Files)
		compared += compareCharsets(t, name, c.Configs["decode"].Files, c.Configs["utf8decode"].Files)
	}
	if compared < 80 {
		t.Errorf("only %d comparisons", compared)
	}
}

func compareCharsets(t *testing.T, name string, latin, unicode []recordedFile) (compared int) {
	t.Helper()
	for i := range min(len(latin), len(unicode)) {
		if latin[i].header("Alphabet") != "ISO" || unicode[i].header("Alphabet") != "UTF-8" {
			continue
		}
		compared++
		want, text := ParseHeaders(latin[i].Base64).Body, ParseHeaders(unicode[i].Base64).Body
		got, dropped := AppendLatin(nil, string(text))
		if !bytes.Equal(got, want) {
			t.Errorf("%s: ISO %q, want %q", name, got, want)
		}
		if got := AppendUnicode(nil, want); dropped == 0 && !bytes.Equal(got, text) {
			t.Errorf("%s: UTF-8 %q, want %q", name, got, text)
		}
	}
	return compared
}

// TestIncomingB1 is the golden vector of smstools spec Appendix B.
func TestIncomingB1(t *testing.T) {
	text, dropped := AppendLatin(nil, "Hello @ ¤ €[ ΔÖ")
	if dropped != 0 {
		t.Fatalf("dropped %d characters", dropped)
	}
	m := Incoming{
		From: "358401234567", FromTOA: TOAText(0x91), FromSMSC: "358401000000",
		Sent:     FormatTime(time.Date(2060, 10, 10, 11, 0, 0, 0, time.UTC), ""),
		Received: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC),
		Station:  Station{Modem: "M1", IMSI: "244051234567890", IMEI: "490154203237518"},
		Alphabet: ISO, Body: text,
	}
	want := "From: 358401234567\nFrom_TOA: 91 international, ISDN/telephone\nFrom_SMSC: 358401000000\n" +
		"Sent: 60-10-10 11:00:00\nReceived: 25-01-02 03:04:05\nSubject: M1\nModem: M1\n" +
		"IMSI: 244051234567890\nIMEI: 490154203237518\nReport: no\nAlphabet: ISO\nLength: 15\n\n" +
		"Hello @ \xA4 \xA4[ \x81\xD6"
	if diff := cmp.Diff(want, string(m.AppendTo(nil, nil))); diff != "" {
		t.Error(diff)
	}
}

// TestReportB2 is the golden vector of smstools spec Appendix B.
func TestReportB2(t *testing.T) {
	r := StatusReport{MessageID: 117, Discharge: "60-10-10 11:01:00"}
	lines := strings.Split(string(r.Body()), "\n")
	want := []string{
		"SMS STATUS REPORT", "Message_id: 117", "Discharge_timestamp: 60-10-10 11:01:00",
		"Status: 0,Ok,short message received by the SME",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("body %q, want %q", lines, want)
	}
}
