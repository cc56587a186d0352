package modem

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// TestTraceAT writes the transcripts of two modems to one file: every line whole,
// none with a number, a PIN or a PDU, and what was said in order.
func TestTraceAT(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := filepath.Join(t.TempDir(), "at.log")
	h := newHeard()
	var stops []func()
	for _, name := range []string{"GSM1", "GSM2"} {
		_, stop := r.worker(name, sim.Config{PIN: "4321", OnCommand: h.Add}, func(d *Device) { d.TraceAT, d.PIN, d.SMSC = path, "4321", config.Text("358501234567") })
		stops = append(stops, stop)
	}
	h.wait(t, "AT+CMGL", 2)
	r.submit("m1", "hello", nil)
	r.sent("m1")
	for _, stop := range stops {
		stop()
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, secret := range []string{"4321", "358401234567", "5348103254", "E8329BFD06", "358501234567", "490154203237518", "244051234567890"} {
		if strings.Contains(text, secret) {
			t.Errorf("the transcript tells %q", secret)
		}
	}
	if os.Getenv("SHOW") != "" {
		t.Log(text)
	}
	seen := map[string]int{}
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		fields := strings.Fields(line)
		if len(fields) < 5 || fields[2] != "GSM1" && fields[2] != "GSM2" || fields[3] != "->" && fields[3] != "<-" {
			t.Fatalf("line %q", line)
		}
		seen[fields[2]]++
	}
	if seen["GSM1"] < 20 || seen["GSM2"] < 20 || !strings.Contains(text, "# accepted by the network, reference 1") ||
		!strings.Contains(text, "-> AT+CPIN=****") || !strings.Contains(text, "# the message") {
		t.Errorf("transcript of %v lines:\n%s", seen, text)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info, err)
	}
}

// TestTraceThatCannotBeWritten is said, and the modem is not opened silently.
func TestTraceThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	if _, err := startTrace(filepath.Join(t.TempDir(), "no", "such")); err == nil {
		t.Error("a transcript in a directory that there is not is begun")
	}
	path := filepath.Join(t.TempDir(), "at.log")
	tr, err := startTrace(path)
	if err != nil {
		t.Fatal(err)
	}
	const lines = 3 * traceBacklog
	for range lines {
		tr.add("x")
	}
	if err := tr.close(); err != nil {
		t.Fatal(err)
	}
	tr.add("late")
	data, err := os.ReadFile(path)
	written := int64(strings.Count(string(data), "x\n"))
	if missing := tr.dropped.Load(); err != nil || written+missing > lines || written == 0 {
		t.Errorf("%d lines written, %d noted as missing, of %d (%v)", written, missing, lines, err)
	}
}
