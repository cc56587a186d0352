//go:build peer

package peer

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/truth"
)

// arrivals are recorded cases in which smsd and Viesti do the same; each gives one
// file and one call. Where Viesti differs on purpose, package smstools has the cases.
var arrivals = []string{
	"gsm", "gsm-8chars", "gsm-newlines", "binary-port", "binary-text", "class1", "flash", "flash-ucs2", "from-alpha-7", "from-alpha-11",
	"from-empty", "from-national", "from-short", "more-messages", "replace-7", "time-minus", "time-y2k", "ucs2-latin", "smsc-none",
	"concat-2-reverse", "concat-10", "concat-16bit", "concat-binary", "lang-turkish-lock", "report-00", "report-23", "report-46", "report-40",
}

// recordedPDU is a PDU of a recorded case.
type recordedPDU struct {
	PDU    string `json:"pdu"`
	Report bool   `json:"report"`
}

func recordedPDUs(t *testing.T, name string) []recordedPDU {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(truth.Vectors(t), "incoming", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		PDUs []recordedPDU `json:"pdus"`
	}
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	return c.PDUs
}

// TestIncoming gives both the same PDUs from the network, and wants the same files in
// the same directories, the same calls of the event handler, and the same lines of the
// log that programs read.
func TestIncoming(t *testing.T) {
	t.Parallel()
	for _, config := range []string{"base", "utf8decode", "storerecv3", "noreportdir"} {
		t.Run(config, func(t *testing.T) {
			t.Parallel()
			both := runTwins(t, recordedSetup(t, config))
			for _, name := range arrivals {
				want, got := both.smsd.arrives(t, name), both.viesti.arrives(t, name)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-smsd +viesti):\n%s", name, diff)
				}
			}
			both.compareLogs(t)
		})
	}
}

// arrival is what a program made of a recorded case.
type arrival struct{ Call, Dir, Content string }

// randomNames are those of received files.
var randomNames = regexp.MustCompile(`GSM1\.\w{6}`)

var receivedAt = regexp.MustCompile(`(?m)^Received: .*$`)

// arrives delivers the PDUs of a case and waits for the call of the event handler.
func (g *peer) arrives(t *testing.T, name string) arrival {
	t.Helper()
	before := len(g.calls())
	modem := g.modems["GSM1"]
	for _, p := range recordedPDUs(t, name) {
		var err error
		if p.Report {
			_, err = modem.Store("SM", 0, p.PDU)
		} else {
			err = modem.Deliver(p.PDU)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	gateway.Wait(t, "a call of "+g.name+" about "+name, func() bool { return len(g.calls()) > before })
	gateway.Wait(t, "an empty modem of "+g.name, func() bool { return modem.Stored()+modem.Waiting() == 0 })
	line := strings.TrimSuffix(g.calls()[before], "\n")
	path := strings.Split(line, "|")[1]
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%s shows its handler what is not there: %v", g.name, err)
	}
	return arrival{
		Call: randomNames.ReplaceAllString(truth.Call(line, g.dir), "GSM1.XXXXXX"), Dir: filepath.Base(filepath.Dir(path)),
		Content: receivedAt.ReplaceAllString(string(data), "Received: <TIME>"),
	}
}

// parsed are the lines of a log that programs read (smstools spec §8.6), with what
// differs from run to run replaced: references count for each modem, and how long
// sending took is nobody's fault.
var (
	parsed     = regexp.MustCompile(`^[^,]+,(\d), (\S+: (?:SMS sent|SMS received|SMS To|Sending SMS.* failed|The modem answer was not OK).*)$`)
	references = regexp.MustCompile(`Message_id: \d+, To`)
	durations  = regexp.MustCompile(`(sending|trying) time \d+ sec`)
)

func (g *peer) logLines(t *testing.T) (lines []string) {
	t.Helper()
	data, err := os.ReadFile(g.path("smsd.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(data), "\n") {
		m := parsed.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		text := strings.ReplaceAll(m[1]+", "+m[2], g.dir, "@DIR@")
		text = references.ReplaceAllString(text, "Message_id: N, To")
		lines = append(lines, durations.ReplaceAllString(text, "$1 time N sec"))
	}
	slices.Sort(lines)
	return lines
}

// compareLogs wants the same of these lines of both.
func (w twins) compareLogs(t *testing.T) {
	t.Helper()
	want, got := w.smsd.logLines(t), w.viesti.logLines(t)
	if len(want) == 0 {
		t.Error("smsd has logged nothing that programs read")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the logs (-smsd +viesti):\n%s", diff)
	}
}

// TestOutgoingLogs: the lines about messages that are sent, refused and given up.
func TestOutgoingLogs(t *testing.T) {
	t.Parallel()
	s := recordedSetup(t, "base")
	both := runTwins(t, s)
	long := strings.Repeat("a text of more than one part ", 10)
	both.feed(t, []message{
		{name: "short", data: []byte("To: 358401234567\n\nHello\n")},
		{name: "long", data: []byte("To: +49 170 1234567\n\n" + long + "\n")},
		{name: "service", data: []byte("To: s1234\n\nHello\n")},
		{name: "refused", data: []byte("To: 358401234567\nAlphabet: klingon\n\nHello\n")},
	})
	both.compareLogs(t)
}
