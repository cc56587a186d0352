package bus

import (
	"sync"
	"testing"

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
