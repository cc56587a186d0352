package modem

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
)

// status is what the world is told about a modem. Telling it is best effort: it
// must not keep a modem from working.
type status struct {
	bus *bus.Bus

	mu  sync.Mutex
	now life.ModemStatus
	// due says that a publication is on its way.
	due bool
}

// showDelay is how long changes are collected before they are shown: a modem that
// sends message after message must not flood the bus with it.
const showDelay = time.Second

func newStatus(b *bus.Bus, first life.ModemStatus) *status { return &status{bus: b, now: first} }

// set changes the state and shows it.
func (s *status) set(ctx context.Context, state life.ModemState, reason string) {
	s.setUntil(ctx, state, time.Time{}, reason)
}

// setUntil is set for a state that ends by itself.
func (s *status) setUntil(ctx context.Context, state life.ModemState, until time.Time, reason string) {
	s.mu.Lock()
	changed := s.now.State != state
	s.now.Reason, s.now.Until = reason, until
	if changed {
		s.now.State, s.now.Since = state, time.Now()
	}
	s.mu.Unlock()
	s.publish(ctx)
}

// soon changes what the modem is doing, and shows it in a moment if it lasts.
func (s *status) soon(state life.ModemState, messageID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.State, s.now.MessageID, s.now.Since = state, messageID, time.Now()
	s.schedule()
}

// count adds to the totals.
func (s *status) count(sent, failed, received uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Sent += sent
	s.now.Failed += failed
	s.now.Received += received
	s.schedule()
}

// schedule shows the state after showDelay. mu is held.
func (s *status) schedule() {
	if s.due {
		return
	}
	s.due = true
	time.AfterFunc(showDelay, func() {
		s.mu.Lock()
		s.due = false
		s.mu.Unlock()
		s.publish(context.Background())
	})
}

func (s *status) identify(imei, imsi string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Identity.IMEI, s.now.Identity.IMSI = imei, imsi
}

// moved says where the modem is now.
func (s *status) moved(device string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Device = device
}

// reset tells how often each step of a reset was taken.
func (s *status) reset(counts []uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Resets = slices.Clone(counts)
}

// radio takes over what the modem says about its network.
func (s *status) radio(ctx context.Context, st driver.Status) {
	s.mu.Lock()
	s.now.Registration, s.now.Operator = registration(st), st.Operator.Name
	s.now.SignalDBm, s.now.BitErrors = st.Signal.DBm, st.Signal.BER
	s.mu.Unlock()
	s.publish(ctx)
}

// registration is the most useful of the registrations that a modem reports
// (3GPP TS 27.007 §7.2): one that can send, else the first that is known; -1 for none.
func registration(st driver.Status) int {
	best := -1
	for _, cell := range []*atline.Cell{st.CREG, st.CEREG, st.CGREG} {
		if cell != nil && (best < 0 || cell.Stat.Registered()) {
			best = int(cell.Stat)
			if cell.Stat.Registered() {
				return best
			}
		}
	}
	return best
}

func (s *status) publish(ctx context.Context) {
	const patience = 2 * time.Second
	now := s.snapshot()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_ = s.bus.ModemState(ctx, &now)
}

// snapshot returns the state as it is.
func (s *status) snapshot() life.ModemStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// modem returns the identity for events.
func (s *status) modem() *life.Modem {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.now.Identity
	return &m
}
