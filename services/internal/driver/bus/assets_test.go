package bus

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
)

func TestEnsureIsIdempotent(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	must(t, b.Submit(bounded(t), submission("a", "q")))
	for range 3 {
		must(t, b.Ensure(bounded(t)))
	}
	if n := stored(t, b, b.space.StreamOut()); n != 1 {
		t.Errorf("%d messages after Ensure, want 1", n)
	}
}

func TestEnsureSideBySide(t *testing.T) {
	t.Parallel()
	const services = 6
	broker := newBroker(t)
	errs := make([]error, services)
	var group sync.WaitGroup
	for i := range services {
		b, err := New(broker.connection(t), Options{})
		must(t, err)
		group.Go(func() { errs[i] = b.Ensure(bounded(t)) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
}

// changed gives the stream of messages a version and another description.
func changed(t *testing.T, b *Bus, version string) {
	t.Helper()
	cfg := b.streams()[0]
	cfg.Description, cfg.Metadata = "changed", map[string]string{subject.MetadataVersion: version}
	_, err := b.js.UpdateStream(bounded(t), cfg)
	must(t, err)
}

func description(t *testing.T, b *Bus) string {
	t.Helper()
	s, err := b.js.Stream(bounded(t), b.space.StreamOut())
	must(t, err)
	return s.CachedInfo().Config.Description
}

func TestEnsureUpdatesAnOlderVersionOnly(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	for version, want := range map[string]string{"99": "changed", "0": b.streams()[0].Description} {
		changed(t, b, version)
		must(t, b.Ensure(bounded(t)))
		if got := description(t, b); got != want {
			t.Errorf("over version %s: the description is %q, want %q", version, got, want)
		}
	}
}

func TestEnsureRefusesForeignStream(t *testing.T) {
	t.Parallel()
	b, err := New(newBroker(t).connection(t), Options{})
	must(t, err)
	_, err = b.js.CreateStream(bounded(t), jetstream.StreamConfig{Name: b.space.StreamEvents(), Subjects: []string{"theirs.>"}})
	must(t, err)
	if err := b.Ensure(bounded(t)); !reason(err, "not Viesti's") {
		t.Errorf("Ensure = %v, want a refusal", err)
	}
	s, err := b.js.Stream(bounded(t), b.space.StreamEvents())
	must(t, err)
	if got := s.CachedInfo().Config.Subjects; len(got) != 1 || got[0] != "theirs.>" {
		t.Errorf("the foreign stream was changed: %v", got)
	}
}

func TestEnsureRefusesNewerOfAnotherNature(t *testing.T) {
	t.Parallel()
	b, err := New(newBroker(t).connection(t), Options{})
	must(t, err)
	_, err = b.js.CreateStream(bounded(t), jetstream.StreamConfig{
		Name: b.space.StreamOut(), Subjects: b.space.OutSubjects(), Metadata: map[string]string{subject.MetadataVersion: "7"},
	})
	must(t, err)
	wantError(t, b.Ensure(bounded(t)), ErrNewer)
}

func TestPrefixesAreApart(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	one := broker.bus(t, Options{})
	space, err := subject.New("other")
	must(t, err)
	two := broker.bus(t, Options{Space: space})
	must(t, one.Submit(bounded(t), submission("a", "q")))
	_, err = two.Find(bounded(t), "", "a")
	wantError(t, err, ErrNotFound)
}

// TestQueueThatCannotBeMade: while the broker does not set up a queue, whoever uses
// another one goes on, and whoever waits for the same one waits for as long as it may.
func TestQueueThatCannotBeMade(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	b := broker.bus(t, Options{Try: 100 * time.Millisecond})
	known, err := b.EnsureQueue(bounded(t), "known")
	must(t, err)
	broker.Close()
	ctx, cancel := context.WithCancel(context.Background())
	var making sync.WaitGroup
	defer making.Wait()
	defer cancel()
	making.Go(func() { _, _ = b.EnsureQueue(ctx, "new") })
	eventually(t, "making the queue", func() bool { return b.Stalled() > 0 })
	if again, err := b.EnsureQueue(within(t, time.Second), "known"); err != nil || len(again) != len(known) {
		t.Errorf("another queue: %v, %v", again, err)
	}
	_, err = b.EnsureQueue(within(t, time.Second), "new")
	wantError(t, err, context.DeadlineExceeded)
}
