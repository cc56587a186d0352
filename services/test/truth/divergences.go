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

// Divergence is a recorded case in which Viesti deliberately differs. Each has
// its row in services/doc/divergences-smstools.md.
type Divergence struct {
	reason string
	check  func(t testing.TB, c *Outgoing, got, want Observed)
	// rules replace those of the simulated modem.
	rules string
}

// Check checks that Viesti does what it should do instead.
func (d Divergence) Check(t testing.TB, c *Outgoing, got, want Observed) {
	t.Helper()
	d.check(t, c, got, want)
}

// Divergences are all of them, by the name of the case.
var Divergences = map[string]Divergence{
	"bin-hex-length-open": {reason: early, check: rejectedEarly},
	"bin-hex-odd":         {reason: early, check: rejectedEarly},
	"hex-text-odd":        {reason: early, check: rejectedEarly},
	"language-14":         {reason: early, check: rejectedEarly},
	"mr-300":              {reason: early, check: rejectedEarly},
	"system-message-long": {reason: early, check: rejectedEarly},

	"split-word":      {reason: "smsd cuts the text in silence", check: refusedWith("Too long text for single part sending")},
	"udh-data-200":    {reason: "smsd cuts the text in silence", check: refusedWith("Too long text to be sent with UDH-DATA")},
	"split3-256parts": {reason: "smsd cuts the file and sends malformed headers", check: refusedWith("Too long body")},
	"text-is-pdu-bad": {reason: "smsd gives the modem what is no PDU", check: refusedWith("Invalid PDU")},
	"to-long-21":      {reason: "an address holds 20 digits (3GPP TS 23.040 §9.1.2.5)", check: refusedWith("Too long destination")},
	"gsm-cr-only":     {reason: "smsd glues the reason to the last line", check: refusedWith("No text or data")},

	"udh-data-lower":    {reason: "smsd puts lower-case letters into the PDU", check: sentAs("0051000C915348103254760000FF0D0605040B8423F0C8329BFD06")},
	"udh-data-nospaces": {reason: "smsd reads every third character", check: sentAs("0051000C915348103254760000FF0D0605040B8423F0C8329BFD06")},
	"smsc-pdu-strict":   {reason: "smsd counts the service centre into the length (W37)", check: sentAs("079153581032547611000C915348103254760000FF05C8329BFD06")},

	"split-config2":        {reason: "smsd overwrites the numbers (W24)", check: numbered},
	"split2-100parts":      {reason: "smsd overwrites the numbers (W24)", check: numbered},
	"split2-161":           {reason: "smsd overwrites the numbers (W24)", check: numbered},
	"split2-312":           {reason: "smsd overwrites the numbers (W24)", check: numbered},
	"split2-313":           {reason: "smsd overwrites the numbers (W24)", check: numbered},
	"ext-edge-152":         {reason: "smsd cuts between ESC and its character (W25)", check: complete},
	"ext-edge-305":         {reason: "smsd cuts between ESC and its character (W25)", check: complete},
	"utf-emoji":            {reason: "smsd drops everything from the first emoji on (W23)", check: complete},
	"utf-emoji-70":         {reason: "smsd drops everything from the first emoji on (W23)", check: complete},
	"utf-emoji-edge":       {reason: "smsd drops everything from the first emoji on (W23)", check: complete},
	"utf-emoji-only":       {reason: "smsd drops everything from the first emoji on (W23)", check: complete},
	"utf-emoji-zwj":        {reason: "smsd drops everything from the first emoji on (W23)", check: complete},
	"utf-overlong":         {reason: "overlong forms are not UTF-8; their octets are read as Latin", check: reads("aA-bà -c\n")},
	"utf-invalid-cyrillic": {reason: "smsd drops everything from the first octet on that is not UTF-8", check: reads("прÿиÃ(в\n")},

	"mr-quoted":  {reason: "smsd crashes on a time stamp behind the message reference", check: delivered("Message_id: 77\n", "SENT|@DIR@/sent/mr-quoted|77")},
	"name-quote": {reason: "smsd gives the name to a shell, which fails (W20)", check: delivered("", `SENT|@DIR@/sent/it's "quoted" $HOME;x|1`)},
	"nofailed": {
		reason: "a file that is not kept is shown to the handler where it waits, not in outgoing",
		check:  removed(`^FAILED\|@DIR@/checked/[0-9a-z]{26}\.nofailed\|$`),
	},
	"binary-garbage": {reason: "smsd drops the line that ended the headers", check: keptWhole},
	"error-cme": {
		reason: "a busy SIM is the modem's trouble: the message waits for it instead of failing (W14)",
		check:  delivered("Message_id: 1\n", "SENT|@DIR@/sent/error-cme|1"),
		rules:  `[{"stage":"pdu","match":".","action":"reply","reply":"+CME ERROR: 14","times":2}]`,
	},
}

const early = "what no modem could send is refused before one is asked, hence without its headers"

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
