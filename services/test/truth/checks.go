package truth

import (
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
)

// rejectedEarly wants the recorded file without the headers of a modem.
func rejectedEarly(t testing.TB, _ *Outgoing, got, want Observed) {
	t.Helper()
	want.Content = regexp.MustCompile(`(?m)^(Modem|IMSI|IMEI): .*\n`).ReplaceAllString(want.Content, "")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +viesti):\n%s", diff)
	}
}

func refusedWith(reason string) func(testing.TB, *Outgoing, Observed, Observed) {
	return func(t testing.TB, c *Outgoing, got, _ Observed) {
		t.Helper()
		if got.Outcome != "failed" || got.Reason != reason || len(got.PDUs) != 0 {
			t.Errorf("%s, reason %q, %d PDUs; want failed, %q, none", got.Outcome, got.Reason, len(got.PDUs), reason)
		}
		if !strings.Contains(got.Content, "Fail_reason: "+reason+"\nFailed: <TIME>\n") || !strings.HasPrefix(got.Content, "To: ") {
			t.Errorf("the file is not intact:\n%.300s", got.Content)
		}
	}
}

func sentAs(pdu string) func(testing.TB, *Outgoing, Observed, Observed) {
	return func(t testing.TB, _ *Outgoing, got, _ Observed) {
		t.Helper()
		if got.Outcome != "sent" || len(got.PDUs) != 1 || got.PDUs[0] != pdu {
			t.Errorf("%s as %s, want sent as %s", got.Outcome, got.PDUs, pdu)
		}
	}
}

// complete wants the whole text of the file on the air.
func complete(t testing.TB, c *Outgoing, got, want Observed) {
	t.Helper()
	_, body, _ := strings.Cut(string(c.Input), "\n\n")
	if !strings.Contains(string(c.Input), "UTF-8") {
		body = strings.TrimRight(body, "\r\n")
	}
	reads(body)(t, c, got, want)
}

func reads(text string) func(testing.TB, *Outgoing, Observed, Observed) {
	return func(t testing.TB, _ *Outgoing, got, _ Observed) {
		t.Helper()
		if all := strings.Join(texts(t, got.PDUs), ""); got.Outcome != "sent" || all != text {
			t.Errorf("%s as %q, want sent as %q", got.Outcome, all, text)
		}
	}
}

// numbered wants "i/n " before each part, and the whole text behind them.
func numbered(t testing.TB, c *Outgoing, got, _ Observed) {
	t.Helper()
	_, body, _ := strings.Cut(string(c.Input), "\n\n")
	var all strings.Builder
	parts := texts(t, got.PDUs)
	for i, part := range parts {
		prefix := strconv.Itoa(i+1) + "/" + strconv.Itoa(len(parts))
		number, text, ok := strings.Cut(part, " ")
		if !ok || strings.TrimLeft(number, "0") != prefix {
			t.Errorf("part %d begins with %.10q, want %q", i+1, part, prefix)
		}
		all.WriteString(text)
	}
	if joined := strings.ReplaceAll(all.String(), " ", ""); joined != strings.ReplaceAll(strings.TrimRight(body, "\n"), " ", "") {
		t.Errorf("the parts read %q", joined)
	}
}

func delivered(header, call string) func(testing.TB, *Outgoing, Observed, Observed) {
	return func(t testing.TB, _ *Outgoing, got, _ Observed) {
		t.Helper()
		if got.Outcome != "sent" || !strings.Contains(got.Content, header) || len(got.Calls) != 1 || got.Calls[0] != call {
			t.Errorf("%s, handler %q, file:\n%s", got.Outcome, got.Calls, got.Content)
		}
	}
}

func removed(call string) func(testing.TB, *Outgoing, Observed, Observed) {
	return func(t testing.TB, _ *Outgoing, got, _ Observed) {
		t.Helper()
		if got.Outcome != "deleted" || len(got.Calls) != 1 || !regexp.MustCompile(call).MatchString(got.Calls[0]) {
			t.Errorf("%s, handler %q", got.Outcome, got.Calls)
		}
	}
}

func keptWhole(t testing.TB, c *Outgoing, got, want Observed) {
	t.Helper()
	if got.Outcome != "failed" || got.Reason != want.Reason || !strings.HasSuffix(got.Content, string(c.Input)) {
		t.Errorf("%s, reason %q, file:\n%q", got.Outcome, got.Reason, got.Content)
	}
}

// texts decodes the parts of a message.
func texts(t testing.TB, pdus []string) []string {
	t.Helper()
	var out []string
	for _, pdu := range pdus {
		octets, err := hex.DecodeString(pdu)
		if err != nil {
			t.Fatal(err)
		}
		d, err := tpdu.DecodeSubmit(octets[1+int(octets[0]):])
		if err != nil {
			t.Fatal(err)
		}
		if d.Septets {
			out = append(out, gsm7.Decode(d.Data, gsm7.Tables{}))
			continue
		}
		text, _ := ucs2.Decode(d.Data)
		out = append(out, text)
	}
	return out
}

// failedAfter wants the recorded failure after so many attempts.
func failedAfter(attempts int) func(testing.TB, *Outgoing, Observed, Observed) {
	return func(t testing.TB, _ *Outgoing, got, want Observed) {
		t.Helper()
		if len(got.PDUs) != attempts {
			t.Errorf("%d attempts, want %d", len(got.PDUs), attempts)
		}
		got.PDUs, want.PDUs = nil, nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +viesti):\n%s", diff)
		}
	}
}
