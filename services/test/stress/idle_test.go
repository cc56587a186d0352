package stress

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/partner"
)

// TestIdleSessions holds many sessions that say nothing but answers, for longer than
// the server lets a silent one live. In full it judges the memory of each.
func TestIdleSessions(t *testing.T) {
	const mostKiB, silence = 20, 3 * time.Second
	n := affordable(t, *binds)
	s := partner.Start(t, viestid, partner.Options{
		SMPP:    "  enquire_link: 1s\n  enquire_answer: 20s\n  inactivity: 40s\n",
		Account: func(a *account.Account) { a.MaxBinds = uint32(n + 1) },
	})
	pid := s.Process.PID()
	before := settled(t, pid)
	cfg := s.Client()
	cfg.Bind = smpp.BindTransmitterID
	clients := bindMany(patience(t, 0), t, cfg, n)
	t.Cleanup(func() {
		for _, c := range clients {
			_ = c.Close()
		}
	})
	if err := rest(t.Context(), silence); err != nil {
		t.Fatal(err)
	}
	each := float64(settled(t, pid)-before) / float64(n)
	t.Logf("%d idle sessions, %.1f KiB each", n, each)
	if *full && each > mostKiB {
		t.Errorf("an idle session takes %.1f KiB, more than %d", each, mostKiB)
	}
	for i, c := range clients {
		if err := c.Err(); err != nil {
			t.Fatalf("session %d: %v", i, err)
		}
	}
	// Every one of them is alive, and not only not closed.
	for i, c := range clients {
		if _, err := c.Request(patience(t, 0), smpp.EnquireLinkID, &smpp.Empty{}); err != nil {
			t.Fatalf("session %d: %v", i, err)
		}
	}
}

// bindMany binds n sessions, some at a time.
func bindMany(ctx context.Context, t *testing.T, cfg esme.Config, n int) []*esme.Client {
	t.Helper()
	const atOnce = 16
	var mu sync.Mutex
	var clients []*esme.Client
	var failed error
	var all sync.WaitGroup
	for i := range atOnce {
		all.Go(func() {
			for k := i; k < n; k += atOnce {
				c, err := esme.Dial(ctx, cfg)
				mu.Lock()
				if err == nil {
					clients = append(clients, c)
				}
				failed = errors.Join(failed, err)
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	all.Wait()
	if failed != nil {
		t.Fatalf("after %d sessions: %v", len(clients), failed)
	}
	return clients
}

// settled is the memory of a process, in KiB, once it grows no more.
func settled(t *testing.T, pid int) int {
	t.Helper()
	const still, tolerance = 500 * time.Millisecond, 256
	last := memory(t, pid)
	gateway.Wait(t, "the memory to settle", func() bool {
		if rest(t.Context(), still) != nil {
			return false
		}
		now := memory(t, pid)
		grown := now - last
		last = now
		return grown < tolerance
	})
	return last
}

// memory is the resident memory of a process, in KiB (proc(5)).
func memory(t *testing.T, pid int) int {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

// rest waits for a time that a test takes on purpose.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
