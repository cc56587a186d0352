package stress

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
	"github.com/viesti-sms/viesti/services/test/partner"
)

// TestStrangersHearNothing says before a bind whatever scanners and lost clients say,
// and hears nothing but the end of the connection, each from another network.
func TestStrangersHearNothing(t *testing.T) {
	s := partner.Start(t, viestid, partner.Options{SMPP: "  session_init: 1s\n  pdu_read: 1s\n"})
	random := rand.New(rand.NewPCG(1, 2))
	bind, err := smpp.Append(nil, smpp.BindTransceiverID, smpp.OK, 1, &smpp.Bind{SystemID: []byte(partner.SystemID), InterfaceVersion: smpp.Version34})
	if err != nil {
		t.Fatal(err)
	}
	submit, err := smpp.Append(nil, smpp.SubmitSMID, smpp.OK, 1, esme.Text("", "358401234567", "Test", false))
	if err != nil {
		t.Fatal(err)
	}
	said := map[string][]byte{
		"nothing":               nil,
		"an enquire_link":       smpp.AppendEmpty(nil, smpp.EnquireLinkID, smpp.OK, 7),
		"an unbind":             smpp.AppendEmpty(nil, smpp.UnbindID, smpp.OK, 7),
		"a submit_sm":           submit,
		"half a bind":           bind[:len(bind)/2],
		"a bind without an end": append(bind[:8:8], bind[8:len(bind)-1]...),
		"junk":                  esme.Junk(nil, random, 100),
		"an unknown command":    smpp.AppendEmpty(nil, 0x7777, smpp.OK, 7),
		"a long command":        {0, 1, 0, 0, 0, 0, 0, 9},
		"an impossible length":  {0, 0, 0, 8, 0, 0, 0, 0x15, 0, 0, 0, 0},
		"HTTP":                  []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		"a TLS hello":           {0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3},
		"new lines":             []byte("\r\n\r\n\r\n\r\n\r\n\r\n"),
	}
	var all sync.WaitGroup
	i := 0
	for what, octets := range said {
		i++
		cfg := esme.Config{Addr: s.Plain, From: fmt.Sprintf("127.0.%d.1", 100+i)}
		all.Go(func() {
			r, err := esme.DialRaw(t.Context(), cfg)
			if err != nil {
				t.Errorf("%s: %v", what, err)
				return
			}
			defer r.Close()
			_ = r.Say(octets)
			if heard, err := r.HearEnd(patience(t, 0)); err != nil || len(heard) > 0 {
				t.Errorf("%s: heard %x, %v", what, heard, err)
			}
		})
	}
	all.Wait()
}

// TestHalfOpen opens thousands of connections, from hundreds of addresses, that say
// nothing or drip a bind octet by octet. The server keeps few of them, its memory is
// bounded, and a bound client notices nothing.
func TestHalfOpen(t *testing.T) {
	const mostGrowth = 64 << 10 // KiB
	s := partner.Start(t, viestid, partner.Options{SMPP: "  session_init: 2s\n"})
	n := affordable(t, *openings)
	c, err := esme.Dial(t.Context(), s.Client())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	pid := s.Process.PID()
	before := settled(t, pid)
	flooded, end := context.WithCancel(patience(t, 0))
	defer end()
	done := make(chan struct{})
	go func() {
		defer close(done)
		flood(flooded, s.Plain, n)
	}()
	// Few, for they stay in the queue, and their memory is not the strangers'.
	const pace = 20 * time.Millisecond
	tick := time.NewTicker(pace)
	defer tick.Stop()
	submits, most, slowest := 0, 0, time.Duration(0)
	for running := true; running; {
		began := time.Now()
		if _, err := c.Submit(patience(t, 0), esme.Text("Viesti", "358401234567", "Test", false)); err != nil {
			t.Fatalf("a bound client: %v", err)
		}
		submits, slowest = submits+1, max(slowest, time.Since(began))
		most = max(most, memory(t, pid))
		select {
		case <-done:
			running = false
		case <-tick.C:
		}
	}
	t.Logf("%d connections; meanwhile %d submits, the slowest in %v, and %d KiB more memory", n, submits, slowest, most-before)
	if grown := most - before; grown > mostGrowth {
		t.Errorf("the memory grew by %d KiB", grown)
	}
	if err := c.Unbind(patience(t, 0)); err != nil {
		t.Errorf("unbinding: %v", err)
	}
	cfg := s.Client()
	again, err := esme.Dial(patience(t, 0), cfg) // the flood has left nothing behind
	if err != nil {
		t.Fatalf("binding after the flood: %v", err)
	}
	_ = again.Unbind(patience(t, 0))
}

// flood opens n connections, many at a time, and returns when all have been closed by
// the other side.
func flood(ctx context.Context, address string, n int) {
	const atOnce, addresses, octet = 500, 200, 250
	var all sync.WaitGroup
	for i := range atOnce {
		all.Go(func() {
			for k := i; k < n && ctx.Err() == nil; k += atOnce {
				cfg := esme.Config{Addr: address, From: fmt.Sprintf("127.1.%d.%d", k%addresses, 1+k/addresses%octet)}
				r, err := esme.DialRaw(ctx, cfg)
				if err != nil {
					continue // the queue of the listener is full: so be it
				}
				if k%2 == 0 {
					_ = r.Drip(ctx, smpp.AppendEmpty(nil, smpp.BindTransceiverID, smpp.OK, 1)[:smpp.HeaderLen-1], 100*time.Millisecond)
				}
				_, _ = r.HearEnd(ctx)
				_ = r.Close()
			}
		})
	}
	all.Wait()
}
