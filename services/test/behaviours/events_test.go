package behaviours

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/truth"
)

func events() []behaviour {
	return []behaviour{
		{72, "checkhandler accepts, rejects and takes over", checkHandler},
		// smsd accepts the message for any other code; Viesti holds it.
		{73, "checkhandler with another code", checkHandlerOtherwise},
		{74, "checkhandler may change the file", checkHandlerChanges},
		{74, "checkhandler may choose the queue", checkHandlerRoutes},
		{75, "SENT has the message id without a report too", message(basis, "To: 49111\n\nhi", calls3("SENT|@DIR@/sent/"))},
		{75, "SENT has the message id", message(basis, "To: 49111\nReport: yes\n\nhi", calls3("SENT|@DIR@/sent/"))},
		{76, "FAILED of a refused file has two arguments", refusedArguments},
		{77, "the handler gets the final path", finalPath},
		// smsd stops the modem that long (W29).
		{80, "a handler that hangs stops nothing", hungHandler},
		{83, "the regular run of a modem", regularRun},
		{84, "the command file", commandFile},
		{85, "USSD answers", ussd},
	}
}

// calls3 wants a call with an id at its end.
func calls3(begin string) wanted {
	return func(t *testing.T, r result) {
		t.Helper()
		if !regexp.MustCompile(`^` + regexp.QuoteMeta(begin) + `message\d+\|\d+$`).MatchString(r.Calls[0]) {
			t.Errorf("called %q", r.Calls)
		}
	}
}

// checker is a check handler that does what the name of the file says: a number is
// its exit code.
const checker = `#!/bin/sh
case ${1##*/} in
*change*) sed -e 's/^To: .*/To: 358401234567/' "$1" > "${0%/*}/changed" && cat "${0%/*}/changed" > "$1" ;;
*code*) exit "${1##*code}" ;;
esac
`

func checked(t *testing.T) *bench {
	t.Helper()
	return prepared(t, with{global: "checkhandler = @DIR@/checkhandler"}, sim.Config{}, func(dir string) {
		write(t, filepath.Join(dir, "checkhandler"), checker, 0o755)
	})
}

func checkHandler(t *testing.T, _ *lab) {
	b := checked(t)
	sends(hi)(t, b.sendAs(t, "code0", "To: 49111\n\nhi"))
	r := b.sendAs(t, "code1", "To: 49111\n\nhi")
	fails("Rejected by checkhandler")(t, r)
	if r.Calls[0] != "FAILED|@DIR@/failed/code1|" {
		t.Errorf("called %q", r.Calls)
	}
	b.drop(t, "code2", "To: 49111\n\nhi")
	b.sendAs(t, "another", "To: 49111\n\nhi")
	b.gone(t)
	if n := len(b.Calls()); n != 3 || len(b.Modem.Records()) != 2 {
		t.Errorf("%d calls and %d messages, want none about what the handler took", n, len(b.Modem.Records()))
	}
}

func checkHandlerOtherwise(t *testing.T, _ *lab) {
	b := checked(t)
	b.drop(t, "code3", "To: 49111\n\nheld")
	b.sendAs(t, "another", "To: 49111\n\nother")
	if got := b.texts(t); len(got) != 1 || got[0] != "other" || len(b.Calls()) != 1 {
		t.Errorf("sent %q, called %q", got, b.Calls())
	}
	held, err := filepath.Glob(b.Path("outgoing/.viesti-*/code3"))
	if err != nil || len(held) != 1 {
		t.Fatalf("held are %q, %v", held, err)
	}
	if data, err := os.ReadFile(held[0]); err != nil || string(data) != "To: 49111\n\nheld" {
		t.Errorf("the file that is held is %q, %v", data, err)
	}
}

// checkHandlerRoutes has the check handler choose the queue.
func checkHandlerRoutes(t *testing.T, _ *lab) {
	dir := t.TempDir()
	text := twoModems(t, "checkhandler = @DIR@/router", queues)
	truth.Place(t, dir, text)
	write(t, filepath.Join(dir, "router"), router, 0o755)
	b := &bench{Host: truth.StartIn(t, dir, text, sim.Config{})}
	for name, modem := range map[string]string{"stays": "GSM1", "moves": "GSM2"} {
		b.drop(t, name, "To: 491711234\n\nhi")
		if content := b.waits(t, "sent", name); !strings.Contains(content, "\nModem: "+modem+"\n") {
			t.Errorf("%s: want %s:\n%s", name, modem, content)
		}
	}
}

// router puts a header in front of a file whose name says so.
const router = `#!/bin/sh
case ${1##*/} in
*moves*) { echo "Queue: REST"; cat "$1"; } > "${0%/*}/routed" && cat "${0%/*}/routed" > "$1" ;;
esac
`

func checkHandlerChanges(t *testing.T, _ *lab) {
	sends(hiIntl)(t, checked(t).sendAs(t, "change", "To: 49111\n\nhi"))
}

func refusedArguments(t *testing.T, _ *lab) {
	b := seen(t, basis, sim.Config{})
	b.sendAs(t, "refused", "To: 49111\nAlphabet: x\n\nhi")
	if got := b.saw(t); len(got) != 1 || got[0] != "2 there "+b.Path("failed/refused") {
		t.Errorf("the handler saw %q", got)
	}
}

func finalPath(t *testing.T, _ *lab) {
	b := seen(t, basis, sim.Config{})
	b.sendAs(t, "hello", "To: 49111\n\nhi")
	if err := b.Modem.Deliver(deliver(t, nil)); err != nil {
		t.Fatal(err)
	}
	gateway.Wait(t, "two calls", func() bool { return len(b.Calls()) == 2 })
	got := b.saw(t)
	if got[0] != "3 there "+b.Path("sent/hello") || !strings.HasPrefix(got[1], "2 there "+b.Path("incoming/GSM1.")) {
		t.Errorf("the handler saw %q", got)
	}
}

func hungHandler(t *testing.T, _ *lab) {
	b := prepared(t, with{global: "eventhandler = @DIR@/hanging-handler"}, sim.Config{}, func(dir string) {
		write(t, filepath.Join(dir, "hanging-handler"), hanging, 0o755)
	})
	for i := range 5 {
		b.drop(t, fmt.Sprintf("m%d", i), "To: 49111\n\nhi")
	}
	gateway.Wait(t, "all messages", func() bool { return len(b.Modem.Records()) == 5 })
	if err := b.Modem.Deliver(deliver(t, nil)); err != nil {
		t.Fatal(err)
	}
	gateway.Wait(t, "an empty modem", func() bool { return b.Modem.Stored()+b.Modem.Waiting() == 0 })
	if data, err := os.ReadFile(b.Path("ended")); err == nil {
		t.Errorf("handlers that hang have ended:\n%s", data)
	}
	write(t, b.Path("enough"), "", 0o644)
}

// hanging hangs until the test has seen enough, and notes that it ends.
const hanging = `#!/bin/sh
while [ ! -e "${0%/*}/enough" ]; do sleep 0.1; done
echo "$@" >> "${0%/*}/ended"
`

// often repeats regular runs every second.
func often(c *boot.Config) {
	c.Modems[0].Regular.Interval = config.Duration(time.Second)
	c.Modems[0].Regular.Timeout = config.Duration(20 * time.Second)
}

// runner notes its arguments, and whether the statfile is there.
const runner = `#!/bin/sh
[ -f "$2" ] && there=there || there=gone
echo "$# $1 $2 $3 $there" >> "${0%/*}/runs"
`

func regularRun(t *testing.T, _ *lab) {
	w := with{modem: "regular_run = @DIR@/runhandler\nregular_run_post_run = @DIR@/runhandler\nregular_run_statfile = @DIR@/statfile\nregular_run_cmd = AT+CSQ"}
	dir := t.TempDir()
	b := startIn(t, dir, w, sim.Config{}, func() { write(t, filepath.Join(dir, "runhandler"), runner, 0o755) }, often)
	var runs []string
	gateway.Wait(t, "two regular runs", func() bool {
		data, _ := os.ReadFile(b.Path("runs"))
		runs = strings.Split(strings.TrimSpace(string(data)), "\n")
		return len(runs) >= 4
	})
	stat := b.Path("statfile")
	for i, want := range []string{"3 PRE_RUN " + stat + " GSM1 gone", "3 POST_RUN " + stat + " GSM1 gone", "3 PRE_RUN " + stat + " GSM1 there"} {
		if !strings.HasPrefix(runs[i], want) {
			t.Errorf("run %d is %q, want %q", i+1, runs[i], want)
		}
	}
}

func commandFile(t *testing.T, _ *lab) {
	w := with{modem: "regular_run_cmdfile = @DIR@/cmdfile\nregular_run_statfile = @DIR@/statfile"}
	dir := t.TempDir()
	b := startIn(t, dir, w, sim.Config{}, func() { write(t, filepath.Join(dir, "cmdfile"), "# signal\n\nAT+CSQ\n", 0o644) }, func(c *boot.Config) {
		c.Modems[0].Regular.Interval = config.Duration(time.Hour)
	})
	gateway.Wait(t, "the answer", func() bool {
		data, _ := os.ReadFile(b.Path("statfile"))
		return regexp.MustCompile(`(?m)^[^,]+,5, GSM1: CMD: AT\+CSQ: \+CSQ: 20,99 OK`).Match(data)
	})
	if _, err := os.Stat(b.Path("cmdfile")); err == nil {
		t.Error("the command file is still there")
	}
}

// ussdHandler notes its arguments and the answer.
const ussdHandler = `#!/bin/sh
echo "$# $1 $3 $4 $5|$(cat "$2")" >> "${0%/*}/answers"
`

func ussd(t *testing.T, _ *lab) {
	w := with{modem: "ussd_convert = 1\neventhandler_ussd = @DIR@/ussdhandler\nregular_run_cmd = AT+CUSD=1,\"*100#\",15\nregular_run_statfile = @DIR@/statfile"}
	dir := t.TempDir()
	modem := sim.Config{USSD: []sim.USSD{{Code: "*100#", Reply: "Balance 5", DCS: 15}}}
	b := startIn(t, dir, w, modem, func() { write(t, filepath.Join(dir, "ussdhandler"), ussdHandler, 0o755) })
	gateway.Wait(t, "the handler", func() bool {
		data, _ := os.ReadFile(b.Path("answers"))
		return strings.HasPrefix(string(data), "5 USSD GSM1 ") && strings.Contains(string(data), `AT+CUSD=1,"*100#",15|`) && strings.Contains(string(data), "Balance 5")
	})
}
