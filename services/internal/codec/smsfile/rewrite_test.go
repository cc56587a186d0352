package smsfile

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var moment1 = time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("EET", 2*3600))

var station1 = Station{
	Modem: "GSM1", Number: "35840", Description: "first floor", IMSI: "244", IMEI: "350",
}

func TestRewrite(t *testing.T) {
	added := []Header{{"Modem", "new"}, {"PDU", ""}}
	for in, want := range map[string]string{
		"":                               "Modem: new\nPDU: \n",
		"To: 1\n\nb":                     "To: 1\nModem: new\nPDU: \n\nb",
		"To: 1":                          "To: 1\nModem: new\nPDU: \n",
		"To: 1\r\n\r\nb\r\n":             "To: 1\r\nModem: new\nPDU: \n\r\nb\r\n",
		"To: 1\n \t\nb":                  "To: 1\nModem: new\nPDU: \n \t\nb",
		"\nb":                            "Modem: new\nPDU: \n\nb",
		"To: 1\x00x\n\nb":                "To: 1\x00x\nModem: new\nPDU: \n\nb",
		"\x00\x01\nb":                    "Modem: new\nPDU: \n\x00\x01\nb",
		"Modem: old\nTo: 1\n\nModem: b":  "To: 1\nModem: new\nPDU: \n\nModem: b",
		"modem: x\n Modem: y\nModem\n\n": "modem: x\n Modem: y\nModem\nModem: new\nPDU: \n\n",
		"Description: d\nReceived: r\nOriginal_filename: o\nX: y\n\n": "Description: d\nReceived: r\nOriginal_filename: o\nX: y\n" +
			"Modem: new\nPDU: \n\n",
		"Fail_reason: 1\nFailed: 2\nIMSI:3\nIMEI: 4\nNumber: 5\nSent: 6\nSending_time: 7\nMessage_id: 8\nResult: 9\n" +
			"PDU: 10\nNOTICE: 11\nNOTICE: 12\n\n": "Modem: new\nPDU: \n\n",
		"\xEF\xBB\xBFTo: 1\n\n\xEF\xBB\xBFb": "To: 1\nModem: new\nPDU: \n\n\xEF\xBB\xBFb",
	} {
		if diff := cmp.Diff(want, string(Rewrite([]byte(in), added, nil))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", in, diff)
		}
	}
}

// TestRewriteInjection keeps what a modem or a network said inside its line.
func TestRewriteInjection(t *testing.T) {
	got := Rewrite([]byte("To: 1\n\nb"), []Header{{"Fail_reason", "a\r\nTo: 2\n\nx\x00"}}, nil)
	if want := "To: 1\nFail_reason: a  To: 2  x \n\nb"; string(got) != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestSentHeaders(t *testing.T) {
	sent := Sent{
		Station: station1, Time: moment1, SendingTime: 7900 * time.Millisecond,
		MessageIDs: []int{3, 4}, Report: true, Result: "BUSY",
		PDUs: []string{"00", "01"}, Store: StoreAllPDU, Notices: []string{"n1", "n2"},
	}
	want := []Header{
		{"Modem", "GSM1"}, {"Number", "35840"}, {"Description", "first floor"},
		{"Sent", "26-01-02 03:04:05"}, {"Sending_time", "7"}, {"Message_id", "4"},
		{"IMSI", "244"}, {"IMEI", "350"}, {"Result", "BUSY"},
		{"PDU", "00"}, {"PDU", "01"}, {"NOTICE", "n1"}, {"NOTICE", "n2"},
	}
	if diff := cmp.Diff(want, sent.Headers()); diff != "" {
		t.Error(diff)
	}
}

func TestSentHeadersAbsent(t *testing.T) {
	sent := Sent{
		Station: Station{Modem: "GSM1", IMSI: "ERROR", IMEI: "+CME ERROR: 10"},
		Time:    moment1, TimeFormat: "%Y/%m/%d", MessageIDs: []int{1}, PDUs: []string{"00"}, Store: StoreCodedPDU,
	}
	want := []Header{{"Modem", "GSM1"}, {"Sent", "2026/01/02"}, {"Sending_time", "0"}}
	if diff := cmp.Diff(want, sent.Headers()); diff != "" {
		t.Error(diff)
	}
}

func TestFailedHeaders(t *testing.T) {
	failed := Failed{
		Station: station1, Reason: "+CMS ERROR: 38 (Network out of order)", Time: moment1,
		PDUs: []string{"00"}, Store: StoreFailedPDU, Notices: []string{"n"},
	}
	want := []Header{
		{"Modem", "GSM1"}, {"Number", "35840"}, {"Description", "first floor"}, {"IMSI", "244"}, {"IMEI", "350"},
		{"Fail_reason", "+CMS ERROR: 38 (Network out of order)"}, {"Failed", "26-01-02 03:04:05"},
		{"PDU", "00"}, {"NOTICE", "n"},
	}
	if diff := cmp.Diff(want, failed.Headers()); diff != "" {
		t.Error(diff)
	}
}

func TestRejectedHeaders(t *testing.T) {
	rejected := Rejected{Reason: ReasonNoDestination, Time: moment1}
	want := []Header{{"Fail_reason", "No destination"}, {"Failed", "26-01-02 03:04:05"}}
	if diff := cmp.Diff(want, rejected.Headers()); diff != "" {
		t.Error(diff)
	}
}

func TestMessageIDs(t *testing.T) {
	ids := []int{3, 4, 5}
	for m, want := range map[MessageIDs]string{
		DefaultMessageIDs: "5", FirstMessageID: "3", LastMessageID: "5", AllMessageIDs: "3 4 5 .",
	} {
		if got := m.Text(ids); got != want {
			t.Errorf("%d: %q, want %q", m, got, want)
		}
		if got := m.Text(nil); got != "" {
			t.Errorf("%d: %q without ids", m, got)
		}
	}
}

// TestStorePDU is the matrix of the setting store_sent_pdu (smstools spec §3).
func TestStorePDU(t *testing.T) {
	for _, c := range []struct {
		store               StorePDU
		text, coded, failed bool
	}{
		{StoreNoPDU, false, false, false},
		{StoreFailedPDU, false, false, true},
		{StoreCodedPDU, false, true, true},
		{StoreAllPDU, true, true, true},
	} {
		pdus := []string{"00"}
		text := Sent{PDUs: pdus, Store: c.store}
		coded := Sent{PDUs: pdus, Store: c.store, Coded: true}
		failed := Failed{PDUs: pdus, Store: c.store}
		got := []bool{hasPDU(text.Headers()), hasPDU(coded.Headers()), hasPDU(failed.Headers())}
		if diff := cmp.Diff([]bool{c.text, c.coded, c.failed}, got); diff != "" {
			t.Errorf("store_sent_pdu %d: %s", c.store, diff)
		}
	}
}

func hasPDU(headers []Header) bool {
	for _, h := range headers {
		if h.Name == "PDU" {
			return true
		}
	}
	return false
}

func TestParseHeaders(t *testing.T) {
	f := ParseHeaders([]byte("\xEF\xBB\xBFTo:49111\r\nPDU: 00 \nPDU:  01\nno colon\nX: a:b\n\nbody\n"))
	want := File{
		Headers: []Header{{"To", "49111"}, {"PDU", "00 "}, {"PDU", " 01"}, {"", "no colon"}, {"X", "a:b"}},
		Body:    []byte("body\n"),
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Error(diff)
	}
	if v, ok := f.Get("PDU"); v != "01" || !ok {
		t.Errorf("PDU %q, %v", v, ok)
	}
	if _, ok := f.Get("Sent"); ok {
		t.Error("a header that is not there")
	}
	if diff := cmp.Diff([]string{"00", "01"}, f.Values("PDU")); diff != "" {
		t.Error(diff)
	}
}

// TestLater adds what is learned about a sent file and marks its alternate as tried.
func TestLater(t *testing.T) {
	const sent = "To: 1\nAlternate_to:\t2\r\nAlternate_to 3\nSent: then\n\nAlternate_to: 4"
	got := string(Rename(Insert([]byte(sent), []Header{{"Received", "now"}}, nil), "Alternate_to", "Old-Alternate_to"))
	want := "To: 1\nOld-Alternate_to:\t2\r\nAlternate_to 3\nSent: then\nReceived: now\n\nAlternate_to: 4"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := Rename([]byte("To: 1"), "From", "X"); string(got) != "To: 1" {
		t.Errorf("%q", got)
	}
}

func TestRedirect(t *testing.T) {
	const file = "To: 1\nTo_TOA: national\nReport: yes\nAlternate_to: 2, 3\nAlternate_after: 5 min\nSent: then\nReceived: now\nSend: 10:00\n\nTo: 4\n"
	got := string(Redirect([]byte(file), "2", []string{"3"}, []time.Duration{5 * time.Minute}))
	if want := "To: 2\nReport: yes\nAlternate_to: 3\nAlternate_after: 300 s\n\nTo: 4\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	got = string(Redirect([]byte(file), "3", nil, nil))
	if want := "To: 3\nReport: yes\n\nTo: 4\n"; got != want {
		t.Errorf("the last one: got %q, want %q", got, want)
	}
}
