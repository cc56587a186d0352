//go:build peer

package peer

import (
	"strings"
	"testing"
)

// twoQueues gives each of two modems a provider queue of its own.
const twoQueues = `devices = GSM1, GSM2
outgoing = @DIR@/outgoing
checked = @DIR@/checked
incoming = @DIR@/incoming
sent = @DIR@/sent
failed = @DIR@/failed
report = @DIR@/report
saved = @DIR@/saved
logfile = @DIR@/smsd.log
loglevel = 6
infofile = @DIR@/smsd.working
pidfile = @DIR@/smsd.pid
eventhandler = @DIR@/eventhandler
delaytime = 1
errorsleeptime = 1
trust_outgoing = yes

[queues]
D1 = @DIR@/D1
OTHER = @DIR@/OTHER

[providers]
D1 = 49170, 49171, s123
OTHER = 358, 44, 4917, s9

[GSM1]
device = @DIR@/modem1
incoming = yes
queues = D1
poll_faster = 200
check_network = 0
detect_message_routing = no
detect_unexpected_input = no
status_signal_quality = no
loglevel_lac_ci = 8

[GSM2]
device = @DIR@/modem2
incoming = yes
queues = OTHER
poll_faster = 200
check_network = 0
detect_message_routing = no
detect_unexpected_input = no
status_signal_quality = no
loglevel_lac_ci = 8
`

// TestQueues wants each file to go through the same modem.
func TestQueues(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a text of more than one part ", 10)
	files := []struct{ name, headers, text, modem string }{
		{"prefix", "To: 491701234567\n", "Hello", "GSM1"},
		{"prefix-second", "To: 491711234567\n", "Hello", "GSM1"},
		{"prefix-shorter", "To: 491721234567\n", "Hello", "GSM2"},
		{"prefix-other", "To: 358401234567\n", "Hello", "GSM2"},
		{"prefix-plus", "To: +44 20 1234567\n", "Hello", "GSM2"},
		{"short", "To: s1234\n", "Hello", "GSM1"},
		{"short-other", "To: s9876\n", "Hello", "GSM2"},
		{"long", "To: 491701234567\n", long, "GSM1"},
		{"long-other", "To: 358401234567\n", long, "GSM2"},
		{"queue", "To: 491701234567\nQueue: OTHER\n", "Hello", "GSM2"},
		{"provider", "To: 358401234567\nProvider: D1\n", "Hello", "GSM1"},
		{"queue-number", "To: 358401234567\nQueue: 49170\n", "Hello", "GSM1"},
		{"queue-twice", "To: 15551234567\nQueue: OTHER\nProvider: D1\n", "Hello", "GSM1"},
		{"queue-case", "To: 358401234567\nQueue: d1\n", "Hello", ""},
		{"queue-unknown", "To: 358401234567\nQueue: NONE\n", "Hello", ""},
		{"nobody", "To: 15551234567\n", "Hello", ""},
	}
	var messages []message
	for _, f := range files {
		messages = append(messages, message{name: f.name, data: []byte(f.headers + "\n" + f.text + "\n")})
	}
	both := runTwins(t, setup{conf: twoQueues, names: []string{"GSM1", "GSM2"}}).feed(t, messages)
	for _, f := range files {
		if diff := both.difference(f.name); diff != "" {
			t.Errorf("%s (-smsd +viesti):\n%s", f.name, diff)
		}
		if got := both.smsd[f.name].Modem; got != f.modem {
			t.Errorf("smsd sent %s through %q, expected %q", f.name, got, f.modem)
		}
	}
}
