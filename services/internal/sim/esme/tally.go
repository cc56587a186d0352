package esme

import (
	"sync"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// Tally keeps account of messages by their user_message_reference, of which there
// are 65536: those of one tally must differ. It may be shared by clients and
// goroutines. The zero value is an empty one.
type Tally struct {
	mu       sync.Mutex
	messages map[uint16]*account
}

// account is that of one reference.
type account struct {
	sent, unanswered, refused int
	// acknowledged are the message ids of the responses that said OK.
	acknowledged map[string]bool
	// reported says how many receipts came for each message id.
	reported map[string]int
}

// Sum is what a Tally comes to.
type Sum struct {
	// Sent counts submits, and Messages references. A reference that was sent again
	// after it was not answered counts once.
	Sent, Messages int
	// Acknowledged counts references with a response that said OK, Refused responses
	// that said something else, Unanswered submits whose session ended first.
	Acknowledged, Refused, Unanswered int
	// Reported counts references with a receipt.
	Reported int
	// Doubled counts messages beyond the first that a reference was reported of: the
	// message was taken twice. Repeated counts receipts beyond the first of a message.
	Doubled, Repeated int
}

func (t *Tally) of(reference uint16) *account {
	if t.messages == nil {
		t.messages = map[uint16]*account{}
	}
	a := t.messages[reference]
	if a == nil {
		a = &account{acknowledged: map[string]bool{}, reported: map[string]int{}}
		t.messages[reference] = a
	}
	return a
}

func (t *Tally) sent(reference uint16) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of(reference).sent++
}

func (t *Tally) answered(reference uint16, r Reply) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a := t.of(reference)
	switch {
	case r.Err != nil:
		a.unanswered++
	case r.Status == smpp.OK:
		a.acknowledged[r.MessageID] = true
	default:
		a.refused++
	}
}

func (t *Tally) reported(reference uint16, messageID string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of(reference).reported[messageID]++
}

// Sum adds up.
func (t *Tally) Sum() Sum {
	t.mu.Lock()
	defer t.mu.Unlock()
	var s Sum
	for _, a := range t.messages {
		s.Sent += a.sent
		s.Refused += a.refused
		s.Unanswered += a.unanswered
		if a.sent > 0 {
			s.Messages++
		}
		if len(a.acknowledged) > 0 {
			s.Acknowledged++
		}
		if len(a.reported) > 0 {
			s.Reported++
			s.Doubled += len(a.reported) - 1
		}
		for _, n := range a.reported {
			s.Repeated += n - 1
		}
	}
	return s
}

// Missing lists the message ids that were acknowledged and not reported on.
func (t *Tally) Missing() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var ids []string
	for _, a := range t.messages {
		for id := range a.acknowledged {
			if a.reported[id] == 0 {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// Unacknowledged lists the references that were sent and never acknowledged.
func (t *Tally) Unacknowledged() []uint16 {
	t.mu.Lock()
	defer t.mu.Unlock()
	var references []uint16
	for reference, a := range t.messages {
		if a.sent > 0 && len(a.acknowledged) == 0 {
			references = append(references, reference)
		}
	}
	return references
}
