package smpp

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
	"github.com/viesti-sms/viesti/services/test/gateway"
)

// load submits numbered messages through one client after the other, and submits
// again what was not answered.
type load struct {
	tally *esme.Tally
	next  uint16
}

// run submits through a client until it ends or ctx does: first what has no answer
// yet, then new messages, at most so many.
func (l *load) run(ctx context.Context, c *esme.Client, again []uint16, most int) {
	var answers sync.WaitGroup
	submit := func(reference uint16) error {
		m := esme.Numbered(esme.Text("4917", "491701234567", "code", true), reference)
		answers.Add(1)
		err := c.Go(ctx, smpp.SubmitSMID, m, func(esme.Reply) { answers.Done() })
		if err != nil {
			answers.Done()
		}
		return err
	}
	defer answers.Wait()
	for _, reference := range again {
		if submit(reference) != nil {
			return
		}
	}
	for range most {
		if submit(l.next) != nil {
			return
		}
		l.next++
	}
}

// finish submits again what has no answer until everything has, and waits for the
// receipts of all that was acknowledged.
func (l *load) finish(t *testing.T, s *site, c *esme.Client) esme.Sum {
	t.Helper()
	for again := l.tally.Unacknowledged(); len(again) > 0; again = l.tally.Unacknowledged() {
		l.run(s.bounded(), c, again, 0)
	}
	// However many they are: as long as there are fewer and fewer.
	for missing := len(l.tally.Missing()); missing > 0; {
		before := missing
		gateway.Wait(t, fmt.Sprintf("receipts of %d messages", missing), func() bool {
			missing = len(l.tally.Missing())
			return missing < before
		})
	}
	sum := l.tally.Sum()
	if sum.Acknowledged != sum.Messages {
		t.Errorf("%d of %d messages are acknowledged", sum.Acknowledged, sum.Messages)
	}
	return sum
}

// TestKills kills a server under load, again and again. Nothing that was acknowledged
// is lost; a submit without an answer that is made again is taken twice at most, and
// never where the account has deduplication.
func TestKills(t *testing.T) {
	t.Parallel()
	for name, deduplicate := range map[string]time.Duration{"plain": 0, "deduplicated": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, func(a *account.Account) { a.Deduplicate = deduplicate })
			address := freeAddress(t)
			l := &load{tally: &esme.Tally{}}
			for range *kills {
				server := s.serve("smpp1", address)
				c := s.dial(address, func(cfg *esme.Config) { cfg.Tally = l.tally })
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond+time.Duration(rand.Int64N(int64(300*time.Millisecond))))
				killed := make(chan struct{})
				go func() {
					defer close(killed)
					<-ctx.Done()
					server.Kill()
				}()
				l.run(t.Context(), c, l.tally.Unacknowledged(), 500)
				<-killed
				cancel()
				<-c.Done()
			}
			s.serve("smpp1", address)
			c := s.dial(address, func(cfg *esme.Config) { cfg.Tally = l.tally })
			sum := l.finish(t, s, c)
			t.Logf("%d kills: %+v", *kills, sum)
			switch {
			case sum.Messages == 0:
				t.Error("nothing was submitted")
			case sum.Doubled > sum.Unanswered:
				t.Errorf("%d messages were taken twice, for %d submits without an answer", sum.Doubled, sum.Unanswered)
			case deduplicate > 0 && sum.Doubled > 0:
				t.Errorf("%d messages were taken twice", sum.Doubled)
			}
		})
	}
}

// TestDrainUnderLoad ends a server as systemd does while a client submits: whatever
// it was not answered goes to another one, and nothing is taken twice.
func TestDrainUnderLoad(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(*account.Account) {})
	first, second := freeAddress(t), freeAddress(t)
	l := &load{tally: &esme.Tally{}}
	server := s.serve("smpp1", first)
	s.serve("smpp2", second)
	c := s.dial(first, func(cfg *esme.Config) { cfg.Tally = l.tally })
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.run(t.Context(), c, nil, 2000)
	}()
	gateway.Wait(t, "some to be acknowledged", func() bool { return l.tally.Sum().Acknowledged > 100 })
	if code := server.Term(); code != 0 {
		t.Errorf("it ended with %d:\n%s", code, server.Output())
	}
	<-done
	sum := l.finish(t, s, s.dial(second, func(cfg *esme.Config) { cfg.Tally = l.tally }))
	if sum.Doubled > 0 {
		t.Errorf("%d messages were taken twice: %+v", sum.Doubled, sum)
	}
}

// TestTwoServers: the transmitter is bound to one, the receiver to the other, which is
// killed: its receipts come to the one where the receiver binds again.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(*account.Account) {})
	first, second := freeAddress(t), freeAddress(t)
	s.serve("smpp1", first)
	doomed := s.serve("smpp2", second)
	l := &load{tally: &esme.Tally{}}
	tx := s.dial(first, func(cfg *esme.Config) { cfg.Bind, cfg.Tally = smpp.BindTransmitterID, l.tally })
	rx := s.dial(second, func(cfg *esme.Config) { cfg.Bind, cfg.Tally = smpp.BindReceiverID, l.tally })
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.run(t.Context(), tx, nil, 1000)
	}()
	gateway.Wait(t, "receipts at the second server", func() bool { return l.tally.Sum().Reported > 50 })
	doomed.Kill()
	<-rx.Done()
	s.dial(first, func(cfg *esme.Config) { cfg.Bind, cfg.Tally = smpp.BindReceiverID, l.tally })
	<-done
	sum := l.finish(t, s, tx)
	if sum.Doubled > 0 || sum.Unanswered > 0 {
		t.Errorf("%+v", sum)
	}
}

// TestBrokerRestart stops the broker under load and starts it again: every submit is
// answered, nothing that was acknowledged is lost, and the same session goes on.
func TestBrokerRestart(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(*account.Account) {})
	address := freeAddress(t)
	server := s.serve("smpp1", address)
	l := &load{tally: &esme.Tally{}}
	c := s.dial(address, func(cfg *esme.Config) { cfg.Tally = l.tally })
	submit := func() smpp.Status {
		ctx, cancel := context.WithTimeout(t.Context(), gateway.Patience)
		defer cancel()
		m := esme.Numbered(esme.Text("4917", "491701234567", "code", true), l.next)
		l.next++
		_, err := c.Submit(ctx, m)
		var refused *esme.RefusedError
		if err != nil && !errors.As(err, &refused) {
			t.Fatalf("a submit has no answer: %v\n%s", err, server.Output())
		}
		if refused != nil {
			return refused.Status
		}
		return smpp.OK
	}
	for range 2 {
		var statuses []smpp.Status
		for range 20 {
			statuses = append(statuses, submit())
		}
		if slices.ContainsFunc(statuses, func(s smpp.Status) bool { return s != smpp.OK }) {
			t.Fatalf("statuses %v", statuses)
		}
		s.broker.Term()
		for range 3 {
			if got := submit(); got != smpp.RSysErr {
				t.Errorf("without a broker: status %#02x", uint32(got))
			}
		}
		s.startBroker()
		gateway.Wait(t, "a submit that is accepted", func() bool { return submit() == smpp.OK })
	}
	sum := l.finish(t, s, c)
	t.Logf("%+v", sum)
	if sum.Unanswered > 0 || sum.Doubled > sum.Refused {
		t.Errorf("%+v", sum)
	}
}
