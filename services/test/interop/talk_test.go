//go:build interop

package interop

import (
	"regexp"
	"strings"
	"sync"
	"testing"
)

// talk collects what a client in this process says.
type talk struct {
	mu     sync.Mutex
	events []event
	// names are what was submitted under a sequence number.
	names   map[int32]string
	changed chan struct{}
}

func newTalk() *talk { return &talk{changed: make(chan struct{}, 1), names: map[int32]string{}} }

func (k *talk) say(e event) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.events = append(k.events, e)
	select {
	case k.changed <- struct{}{}:
	default:
	}
}

func (k *talk) all() []event {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]event(nil), k.events...)
}

// until waits until there are so many events of a kind.
func (k *talk) until(t *testing.T, kind string, n int) {
	t.Helper()
	ctx := patience(t)
	for {
		have := 0
		for _, e := range k.all() {
			if e.Event == kind {
				have++
			}
		}
		if have >= n {
			return
		}
		select {
		case <-k.changed:
		case <-ctx.Done():
			t.Fatalf("%d of %d times %q: %+v", have, n, kind, k.all())
		}
	}
}

// statOf reads the text of a receipt.
var statOf = regexp.MustCompile(`^id:(\S+) .* stat:(\S+) err:`)

// receipt is what the text and the parameters of a receipt say.
func receipt(text, parameter string, state int) event {
	e := event{Event: "receipt", Parameter: parameter, State: state}
	if m := statOf.FindStringSubmatch(text); m != nil {
		e.ID, e.Stat = m[1], m[2]
	}
	return e
}

// name remembers what is submitted under a sequence number; nameOf tells.
func (k *talk) name(sequence int32, what string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.names[sequence] = what
}

func (k *talk) nameOf(sequence int32) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.names[sequence]
}

// parts are those of the concatenated message, without their headers.
func parts() []string {
	return []string{strings.Repeat("A", firstPart), strings.Repeat("B", secondPart)}
}
