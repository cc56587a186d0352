package spool

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// TestMissedCall wants the file of smsd, once, where it belongs, and a call of the handler.
func TestMissedCall(t *testing.T) {
	t.Parallel()
	for name, own := range map[string]bool{"in incoming": false, "in a directory of its own": true} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *Config) {
				c.Incoming = t.TempDir()
				if own {
					c.PhoneCalls = t.TempDir()
				}
			})
			calls := r.handler()
			r.start()
			e := &life.Event{
				ID: "call1", Account: subject.Inbox, Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local),
				Modem: &life.Modem{Host: "h", Name: "GSM1"},
				Kind:  life.Call{Caller: message.NewAddress("358401"), TypeOfAddress: 0x91},
			}
			for range 2 { // events come at least once
				if err := r.bus.Publish(t.Context(), e); err != nil {
					t.Fatal(err)
				}
			}
			dir := r.cfg.Incoming
			if own {
				dir = r.cfg.PhoneCalls
			}
			r.wait("the file and the handler", func() bool { return len(r.files(dir)) == 1 && len(calls()) == 1 })
			data, err := os.ReadFile(filepath.Join(dir, r.files(dir)[0]))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"From: 358401\n", "From_TOA: 91 ", "Subject: GSM1\n", "Call_type: missed\n", "Received: 26-01-02 03:04:05\n", "\n\nCALL MISSED\n"} {
				if !strings.Contains(string(data), want) {
					t.Errorf("the file lacks %q:\n%s", want, data)
				}
			}
			if !strings.HasPrefix(calls()[0], "CALL|"+dir+"/GSM1.") {
				t.Errorf("the handler is called with %q", calls()[0])
			}
		})
	}
}
