package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/join"
	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// waitingPart is a part that a group can hold.
func waitingPart(id string) *life.Event {
	return &life.Event{
		ID: id, Account: subject.Inbox, Time: time.Now(), Modem: &life.Modem{IMSI: "sim"}, Kind: life.Received{PDU: []byte{1}},
	}
}

func addWaiting(id string) func(*join.Group) bool {
	return func(g *join.Group) bool {
		g.Waiting = append(g.Waiting, waitingPart(id))
		return true
	}
}

// TestChangeGroupTogether has many hosts change one group at once: no change is lost.
func TestChangeGroupTogether(t *testing.T) {
	t.Parallel()
	b := newBroker(t)
	const hosts, changes = 4, 10
	var all sync.WaitGroup
	for h := range hosts {
		bus := b.bus(t, Options{})
		all.Go(func() {
			for i := range changes {
				if err := bus.ChangeGroup(bounded(t), "inbox.x.8-1-2", addWaiting(fmt.Sprint(h, "-", i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	seen := 0
	must(t, b.bus(t, Options{}).ChangeGroup(bounded(t), "inbox.x.8-1-2", func(g *join.Group) bool {
		seen = len(g.Waiting)
		return false
	}))
	if seen != hosts*changes {
		t.Errorf("%d parts, want %d", seen, hosts*changes)
	}
}

func TestGroupLivesAndGoes(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	bus := broker.bus(t, Options{})
	key := subject.JoinKey(subject.Inbox, "Söme Name", true, 4660, 2)
	other := subject.JoinKey(subject.Inbox, "", false, 1, 2)
	must(t, bus.ChangeGroup(bounded(t), key, addWaiting("1")))
	must(t, bus.ChangeGroup(bounded(t), other, addWaiting("2")))
	wantGroups(t, bus, key, other)
	broker.restart(t)
	bus = broker.bus(t, Options{})
	wantGroups(t, bus, key, other)
	for range 2 { // the second time there is nothing to empty
		must(t, bus.ChangeGroup(bounded(t), key, func(g *join.Group) bool {
			g.Waiting = nil
			return true
		}))
	}
	wantGroups(t, bus, other)
	must(t, bus.ChangeGroup(bounded(t), key, addWaiting("3"))) // a key that was removed serves again
	wantGroups(t, bus, key, other)
}

func wantGroups(t *testing.T, b *Bus, want ...string) {
	t.Helper()
	got, err := b.Groups(bounded(t))
	must(t, err)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("groups %q, want %q", got, want)
	}
}

// TestGroupThatCannotBeRead is left alone.
func TestGroupThatCannotBeRead(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	kv, err := b.groups(bounded(t))
	must(t, err)
	if _, err := kv.Put(bounded(t), "inbox.x.8-1-2", []byte("\x0a\x01")); err != nil {
		t.Fatal(err)
	}
	if err := b.ChangeGroup(bounded(t), "inbox.x.8-1-2", addWaiting("1")); err == nil {
		t.Error("a group that cannot be read was changed")
	}
}

func TestChangeGroupEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	ctx, cancel := context.WithCancel(bounded(t))
	change := addWaiting("1")
	err := b.ChangeGroup(ctx, "inbox.x.8-1-2", func(g *join.Group) bool {
		cancel()
		return change(g)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
