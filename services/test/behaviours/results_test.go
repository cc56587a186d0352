package behaviours

import (
	"regexp"
	"strings"
	"testing"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// sameReference wants the same concatenation reference in all parts.
func sameReference(t *testing.T, r result) {
	t.Helper()
	reference := regexp.MustCompile(`FFA0050003(..)0201`).FindStringSubmatch(r.raw[0])
	if len(r.raw) != 2 || reference == nil || !strings.Contains(r.raw[1], "050003"+reference[1]+"0202") {
		t.Errorf("the parts are %q", r.raw)
	}
}

// otherReference wants references that are not all the same for message after message.
func otherReference(t *testing.T, l *lab) {
	b := l.bench(basis)
	seen := map[string]bool{}
	for range 4 {
		r := b.send(t, "To: 49111\n\n"+long)
		seen[regexp.MustCompile(`FFA0050003(..)0201`).FindStringSubmatch(r.raw[0])[1]] = true
	}
	if len(seen) < 2 {
		t.Errorf("four messages have the reference %v", seen)
	}
}

var described = with{modem: "number = 358400000001\ndescription = on the roof"}

func results() []behaviour {
	const order = `(?s)\nModem: GSM1\nNumber: 358400000001\nDescription: on the roof\nSent: [^\n]+\nSending_time: \d+\nMessage_id: \d+\nIMSI: \d+\nIMEI: \d+\nPDU: [0-9A-F]+\n\nhi$`
	return []behaviour{
		{52, "another reference for another message", otherReference},
		{57, "the order of headers", message(with{global: "store_sent_pdu = 3", modem: described.modem}, "To: 49111\nReport: yes\n\nhi",
			func(t *testing.T, r result) {
				if !regexp.MustCompile(order).MatchString(r.text) {
					t.Errorf("the headers are not in order:\n%s", r.text)
				}
			})},
		{57, "Result is behind IMEI", voicecallResult},
		{58, "headers of an earlier time are replaced", message(basis,
			"To: 49111\nReport: yes\nSent: once\nMessage_id: 999\nPDU: 00\nModem: OLD\nFail_reason: none\nFailed: once\n\nhi", sends("00310005919411F10000FF02E834"),
			lacks("once", "999", "PDU:", "OLD", "Fail"), has("Modem: GSM1\n", "Message_id: "))},
		{59, "a refused file", message(basis, "To: 49111\nAlphabet: x\n\nhi", fails("Invalid alphabet"), has("\nFail_reason: Invalid alphabet\nFailed: "))},
		{59, "a file that a modem failed with", failedByModem},
		{60, "store_sent_pdu", storeSentPDU},
		{61, "messageids = 1", messageIDs("1", "Message_id: 1\n", "1")},
		{61, "messageids = 2", messageIDs("2", "Message_id: 3\n", "3")},
		{61, "messageids = 3", messageIDs("3", "Message_id: 1 2 3 .\n", "1 2 3 .")},
	}
}

// refuses makes a modem refuse PDUs.
func refuses(t *testing.T, answer string) sim.Config {
	t.Helper()
	rules, err := sim.ParseRules([]byte(`[{"stage":"pdu","action":"reply","reply":"` + answer + `"}]`))
	if err != nil {
		t.Fatal(err)
	}
	return sim.Config{Rules: rules}
}

func failedByModem(t *testing.T, _ *lab) {
	b := alone(t, described, refuses(t, "+CMS ERROR: 1"))
	r := b.send(t, "To: 49111\n\nhi")
	const order = `\nModem: GSM1\nNumber: \d+\nDescription: on the roof\nIMSI: \d+\nIMEI: \d+\nFail_reason: \+CMS ERROR: 1 \([^\n]+\)\nFailed: [^\n]+\nPDU: 0011[0-9A-F]+\n\nhi$`
	if r.Outcome != "failed" || !regexp.MustCompile(order).MatchString(r.text) {
		t.Errorf("%s:\n%s", r.Outcome, r.text)
	}
}

// storeSentPDU is the matrix of that setting: 0 none, 1 failed, 2 also binary and
// UCS2, 3 all.
func storeSentPDU(t *testing.T, l *lab) {
	for value, want := range map[string][4]bool{"0": {}, "1": {false, false, false, true}, "2": {false, true, true, true}, "3": {true, true, true, true}} {
		w := with{global: "store_sent_pdu = " + value}
		files := [3]string{"To: 49111\n\nhi", "To: 49111\nAlphabet: binary\nUDH: no\n\nhi", "To: 49111\nAlphabet: utf\n\nő"}
		for i, file := range files {
			if r := l.bench(w).send(t, file); strings.Contains(r.text, "\nPDU: ") != want[i] {
				t.Errorf("store_sent_pdu = %s, sent:\n%s", value, r.text)
			}
		}
		b := alone(t, w, refuses(t, "+CMS ERROR: 1"))
		if r := b.send(t, files[0]); strings.Contains(r.text, "\nPDU: ") != want[3] {
			t.Errorf("store_sent_pdu = %s, failed:\n%s", value, r.text)
		}
		b.Gateway.Stop()
	}
}

func messageIDs(setting, header, argument string) func(*testing.T, *lab) {
	return func(t *testing.T, _ *lab) {
		b := alone(t, with{modem: "messageids = " + setting}, sim.Config{})
		r := b.send(t, "To: 49111\nReport: yes\n\n"+strings.Repeat("a", 400))
		if !strings.Contains(r.text, header) || !strings.HasSuffix(r.Calls[0], "|"+argument) {
			t.Errorf("called %q, want %s, and the file is\n%s", r.Calls, argument, r.text)
		}
	}
}

func voicecallResult(t *testing.T, l *lab) {
	r := l.bench(basis).send(t, "To: 49111\nVoicecall: yes\n\nTIME: 1\n")
	if !regexp.MustCompile(`IMEI: \d+\nResult: [^\n]+\n\n`).MatchString(r.text) || r.Outcome != "sent" {
		t.Errorf("%s:\n%s", r.Outcome, r.text)
	}
}
