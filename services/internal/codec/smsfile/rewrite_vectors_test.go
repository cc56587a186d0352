package smsfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rewriteDivergences are recorded files that differ from the rewritten ones.
var rewriteDivergences = map[string]string{
	"gsm-cr-only":    "smsd glues Fail_reason to the last line (smstools spec §1.1 rule 12)",
	"binary-garbage": "smsd loses the octets of a separator line that begins with NUL",
}

// TestRecordedRewrite puts the result headers into every recorded input and wants
// the recorded file.
func TestRecordedRewrite(t *testing.T) {
	rewritten := 0
	for name, c := range loadCases[outgoingCase](t, "outgoing") {
		if c.File == nil || c.File.Dir != "sent" && c.File.Dir != "failed" {
			continue
		}
		rewritten++
		got := string(Rewrite(c.Input, resultHeaders(&c), nil))
		diff := cmp.Diff(string(c.File.Base64), got)
		if _, diverges := rewriteDivergences[name]; diverges != (diff != "") {
			t.Errorf("%s diverges: %v (-recorded +rewritten):\n%s", name, diverges, diff)
		}
	}
	if rewritten < 200 {
		t.Errorf("only %d recorded files", rewritten)
	}
}

// resultHeaders builds the headers that the recorded file shows.
func resultHeaders(c *outgoingCase) []Header {
	f := c.File
	station := Station{
		Modem: f.header("Modem"), Number: f.header("Number"), Description: f.header("Description"),
		IMSI: f.header("IMSI"), IMEI: f.header("IMEI"),
	}
	if f.Dir == "sent" {
		return sentHeaders(c, station)
	}
	if station.Modem == "" {
		return (&Rejected{Reason: c.recordedReason(), TimeFormat: timeMark}).Headers()
	}
	failed := Failed{
		Station: station, Reason: c.recordedReason(), TimeFormat: timeMark,
		PDUs: f.values("PDU"), Store: StoreFailedPDU, Notices: f.values("NOTICE"),
	}
	return failed.Headers()
}

// recordedReason is the Fail_reason, which the vectors lack where smsd glued it to
// another line.
func (c *outgoingCase) recordedReason() string {
	if d, ok := failDivergences[c.Name]; ok && c.FailReason == "" {
		return d.reason
	}
	return c.FailReason
}

func sentHeaders(c *outgoingCase, station Station) []Header {
	sent := Sent{
		Station: station, TimeFormat: timeMark,
		MessageIDs: []int{0}, Report: c.File.header("Message_id") != "",
		Notices: rawNotices(c.File.Base64),
		Store:   StoreCodedPDU, Coded: c.File.header("PDU") != "", PDUs: c.File.values("PDU"),
	}
	var headers []Header
	if original := c.File.header("Original_filename"); original != "" {
		headers = append(headers, OriginalFilename(original))
	}
	for _, h := range sent.Headers() {
		switch h.Name {
		case "Sending_time":
			h.Value = "<SECONDS>"
		case "Message_id":
			h.Value = c.File.header(h.Name)
		}
		headers = append(headers, h)
	}
	return headers
}

// rawNotices reads the notices out of the file itself, since JSON cannot hold their octets.
func rawNotices(data []byte) []string {
	f := ParseHeaders(data)
	var notices []string
	for _, h := range f.Headers {
		if h.Name == "NOTICE" {
			notices = append(notices, h.Value)
		}
	}
	return notices
}

// TestRecordedNotices makes the NOTICE values of the recorded files anew.
func TestRecordedNotices(t *testing.T) {
	for name, c := range loadCases[outgoingCase](t, "outgoing") {
		if c.File == nil {
			continue
		}
		unmapped := 0
		for _, notice := range rawNotices(c.File.Base64) {
			if want := remakeNotice(t, notice, &unmapped); notice != want {
				t.Errorf("%s: notice %q, want %q", name, want, notice)
			}
		}
	}
}

func remakeNotice(t *testing.T, notice string, unmapped *int) string {
	t.Helper()
	if strings.HasSuffix(notice, "converting to UCS2") {
		return UCS2Notice(*unmapped)
	}
	*unmapped++
	place := strings.TrimPrefix(notice, "Cannot convert ")
	_, digits, _ := strings.Cut(place, "(")
	digits, _, _ = strings.Cut(digits, ")")
	return UnmappedNotice(atoi([]byte(place)), octets(t, digits))
}
