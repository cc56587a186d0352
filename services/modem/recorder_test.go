package modem

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// TestTroubleAT: what was said before a refusal, and before the modem was lost, is
// written down, each line once and redacted; without trouble nothing is.
func TestTroubleAT(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := filepath.Join(t.TempDir(), "trouble.log")
	read := func() string {
		data, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		return string(data)
	}
	h := newHeard()
	_, stop := r.worker("GSM1", sim.Config{OnCommand: h.Add, Rules: rules(t, `[
		{"stage":"pdu","action":"reply","reply":"+CMS ERROR: 38","skip":1,"times":1},
		{"stage":"command","match":"CMGS","action":"drop","delay":"50ms","skip":3,"times":1}]`)}, func(d *Device) { d.TroubleAT = path })
	r.submit("m1", "hello", nil)
	r.sent("m1")
	if text := read(); text != "" {
		t.Errorf("without trouble:\n%s", text)
	}
	r.submit("m2", "hello", nil)
	r.sent("m2") // at the second attempt
	first := read()
	if strings.Count(first, "Trouble: ") != 1 || !strings.Contains(first, " GSM1 Trouble: part 1 of message m2: ") ||
		!strings.Contains(first, "-> AT+CMGS=") || !strings.Contains(first, "<- +CMS ERROR: 38") || !strings.Contains(first, "-> ATE0") {
		t.Errorf("after a refusal:\n%s", first)
	}
	r.submit("m3", "hello", nil)
	r.sent("m3") // the modem was lost, and came back
	stop()
	second, ok := strings.CutPrefix(read(), first)
	if !ok || strings.Count(second, "Trouble: ") != 1 || strings.Contains(second, "ATE0") || strings.Contains(second, "+CMS ERROR: 38") {
		t.Errorf("after the modem was lost:\n%s", second)
	}
	for _, secret := range []string{"358401234567", "5348103254", "E8329BFD06"} {
		if strings.Contains(first+second, secret) {
			t.Errorf("it tells %q", secret)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info, err)
	}
}

// TestRecorderIsBounded: the last lines are kept, and how many were before them is told.
func TestRecorderIsBounded(t *testing.T) {
	t.Parallel()
	r := recorder{path: filepath.Join(t.TempDir(), "trouble.log")}
	const lines = 10*recorded + 7
	for i := range lines {
		r.add(fmt.Sprint("line ", i))
	}
	if err := r.write(time.Now(), "GSM1", errors.New("two\nlines")); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(r.path)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(string(data)), "\n")
	kept := len(got) - 2
	if kept < recorded/2 || kept > recorded || got[1] != fmt.Sprintf("... %d lines before these are not kept", lines-kept) ||
		!strings.HasSuffix(got[0], "Trouble: two; lines") || got[len(got)-1] != fmt.Sprint("line ", lines-1) {
		t.Errorf("%d lines: %q ... %q", len(got), got[:3], got[len(got)-1])
	}
}
