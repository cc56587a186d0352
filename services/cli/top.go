package cli

import (
	"context"
	"os"
	ossignal "os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

func (e *env) top() *cobra.Command {
	return &cobra.Command{
		Use: "top", Short: "watch all modems, queues and events on a full screen", Args: cobra.NoArgs,
		Long: "top shows the modems of all hosts with their state, signal and rates, the queues with what waits and\n" +
			"since when, and the last events, and keeps that up to date. q ends it.",
		RunE: func(cmd *cobra.Command, _ []string) error { return e.runTop(cmd.Context(), os.Stdin, os.Stdout) },
	}
}

// topInterval is how often the screen is drawn anew.
const topInterval = time.Second

func (e *env) runTop(ctx context.Context, in, out *os.File) error {
	b, closeBus, err := e.connect()
	if err != nil {
		return err
	}
	defer closeBus()
	t, err := openTerminal(in, out)
	if err != nil {
		return err
	}
	defer t.close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &screen{now: e.now}
	events := make(chan struct{})
	go func() {
		defer close(events)
		if err := b.Tail(ctx, s.note); err != nil {
			s.add("events are not shown: " + err.Error())
		}
	}()
	defer func() {
		cancel()
		<-events
	}()
	return e.watchTop(ctx, b, t, s)
}

// watchTop draws the screen until somebody has enough.
func (e *env) watchTop(ctx context.Context, b *bus.Bus, t *terminal, s *screen) error {
	resized := make(chan os.Signal, 1)
	ossignal.Notify(resized, syscall.SIGWINCH)
	defer ossignal.Stop(resized)
	tick := time.NewTicker(topInterval)
	defer tick.Stop()
	keys := t.keys(ctx)
	for {
		s.look(ctx, b)
		width, height, err := t.size()
		if err != nil {
			return err
		}
		t.show(s.draw(width, height))
		select {
		case <-ctx.Done():
			return nil
		case key, open := <-keys:
			if !open || key == 'q' || key == 'Q' {
				return nil
			}
		case <-resized:
		case <-tick.C:
		}
	}
}

// screen is what is shown.
type screen struct {
	now func() time.Time

	modems []life.ModemStatus
	queues []queueAge
	counts bus.Counts
	// problem says why what is shown is old.
	problem string
	// history are the totals of the last minute, oldest first.
	history []totals

	mu     sync.Mutex
	events []string
}

// queueAge is a queue with the age of its oldest message.
type queueAge struct {
	bus.Queue
	since time.Time
}

// totals are what each modem had sent and received at a time.
type totals struct {
	at             time.Time
	sent, received map[string]uint64
}

// look asks the broker for everything. What it does not tell stays as it was.
func (s *screen) look(ctx context.Context, b *bus.Bus) {
	const limit = 3 * time.Second
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	modems, err := b.Modems(ctx)
	if err == nil {
		byName(modems)
		s.modems = modems
		s.remember(modems)
		var queues []bus.Queue
		if queues, err = b.Queues(ctx); err == nil {
			byQueue(queues)
			s.queues, err = ages(ctx, b, queues)
		}
	}
	if err == nil {
		s.counts, err = b.Counts(ctx)
	}
	s.problem = ""
	if err != nil && ctx.Err() == nil {
		s.problem = err.Error()
	} else if err != nil {
		s.problem = "the broker does not answer"
	}
}

// ages finds since when the oldest message of each queue waits.
func ages(ctx context.Context, b *bus.Bus, queues []bus.Queue) ([]queueAge, error) {
	var all []queueAge
	for _, q := range queues {
		w := queueAge{Queue: q}
		if q.Waiting > 0 || q.InHand > 0 {
			var err error
			if w.since, err = b.Oldest(ctx, q); err != nil {
				return nil, err
			}
		}
		all = append(all, w)
	}
	return all, nil
}

// remember keeps the totals of the last minute for the rates.
func (s *screen) remember(modems []life.ModemStatus) {
	now := totals{at: s.now(), sent: map[string]uint64{}, received: map[string]uint64{}}
	for _, m := range modems {
		now.sent[modemKey(m)], now.received[modemKey(m)] = m.Sent, m.Received
	}
	s.history = append(s.history, now)
	for len(s.history) > 1 && now.at.Sub(s.history[0].at) > time.Minute {
		s.history = s.history[1:]
	}
}

func modemKey(m life.ModemStatus) string { return m.Identity.Host + "/" + m.Identity.Name }

// rates are how many messages a modem sent and received in the last minute, as far
// as that was watched. A worker that was started anew counts from nothing.
func (s *screen) rates(m life.ModemStatus) (sent, received uint64) {
	if len(s.history) == 0 {
		return 0, 0
	}
	first, key := s.history[0], modemKey(m)
	if _, known := first.sent[key]; !known {
		return m.Sent, m.Received
	}
	return less(m.Sent, first.sent[key]), less(m.Received, first.received[key])
}

func less(now, before uint64) uint64 {
	if now < before {
		return now
	}
	return now - before
}

// note keeps an event for the screen.
func (s *screen) note(ev *life.Event) { s.add(shortLine(ev)) }

// add adds a line to the events.
func (s *screen) add(line string) {
	const kept = 100
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, line)
	if len(s.events) > kept {
		s.events = s.events[len(s.events)-kept:]
	}
}
