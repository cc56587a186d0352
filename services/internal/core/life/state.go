package life

// State is where a message is in its life.
type State uint8

// States; the comment says who acts next.
const (
	Unknown          State = iota // nobody: there is no such message, or it is forgotten
	Deferred                      // the broker, when its time has come
	Queued                        // a modem worker
	Sending                       // the network, or the worker after a time-out
	SentState                     // the network, with a report if one was asked for
	DeliveredState                // nobody
	UndeliveredState              // the scheduler, if there is an alternate
	FailedState                   // the submitter
	RejectedState                 // the submitter
	ExpiredState                  // the submitter
	CancelledState                // nobody
)

var states = [...]string{
	"unknown", "deferred", "queued", "sending", "sent", "delivered", "undelivered", "failed", "rejected", "expired", "cancelled",
}

// String returns the state as one lower-case word.
func (s State) String() string {
	if int(s) < len(states) {
		return states[s]
	}
	return states[Unknown]
}

// Final reports whether a message in this state will never be handed to a modem again.
func (s State) Final() bool { return s >= SentState }

// admitted says which states an event may find a message in. An event that
// finds it in another state is late or repeated, and changes nothing.
var admitted = map[State][]State{
	Deferred:         {Unknown, Queued},
	Queued:           {Unknown, Deferred},
	Sending:          {Unknown, Deferred, Queued, Sending},
	SentState:        {Unknown, Deferred, Queued, Sending},
	FailedState:      {Unknown, Deferred, Queued, Sending},
	RejectedState:    {Unknown},
	ExpiredState:     {Unknown, Deferred, Queued},
	CancelledState:   {Unknown, Deferred, Queued},
	DeliveredState:   {Unknown, Queued, Sending, SentState, FailedState},
	UndeliveredState: {Unknown, Queued, Sending, SentState, FailedState},
}

// Next returns the state that an event leads to from s.
func (s State) Next(e Event) State {
	to := target(e.Kind)
	if _, attempt := e.Kind.(Attempt); attempt && to == Queued && s == Sending {
		return Queued // the acceptance of a message, told late, says nothing like it
	}
	for _, from := range admitted[to] {
		if from == s {
			return to
		}
	}
	return s
}

func target(k Kind) State {
	switch k := k.(type) {
	case Accepted:
		if !k.DeliverAt.IsZero() {
			return Deferred
		}
		return Queued
	case Attempt:
		return attempted(k)
	case PartDone:
		return Sending
	case Postponed:
		return Deferred
	case Sent:
		return SentState
	case Failed:
		return FailedState
	case Rejected:
		return RejectedState
	case Expired:
		return ExpiredState
	case Cancelled:
		return CancelledState
	case Report:
		return reported(k)
	default:
		return Unknown
	}
}

// attempted is the state that an attempt record leads to. A message of which nothing is
// with the network, for certain, is back in its queue.
func attempted(a Attempt) State {
	switch {
	case a.State == Withdrawn, a.State == Replaced:
		return Unknown // the event that follows says why; what it was replaced by waits as it did
	case a.State == Refused && a.Part == 1 && !a.MaybeSent:
		return Queued
	default:
		return Sending
	}
}

// reported is the state that a report of a message's only part leads to; the
// reports of several parts are weighed by Fold.
func reported(r Report) State {
	switch {
	case r.Total > 1:
		return Unknown
	case r.Outcome == Delivered:
		return DeliveredState
	case r.Outcome == Undeliverable:
		return UndeliveredState
	default:
		return Unknown
	}
}

// Fold returns the state that a message's events, in order, lead to.
// A message of several parts is delivered when each of its parts is, and
// undelivered as soon as one is.
func Fold(events []Event) State {
	state := Unknown
	delivered := map[int]bool{}
	for _, e := range events {
		state = state.Next(e)
		r, ok := e.Kind.(Report)
		if !ok || r.Total <= 1 {
			continue
		}
		switch r.Outcome {
		case Delivered:
			delivered[r.Part] = true
			if len(delivered) == r.Total && state != UndeliveredState {
				state = DeliveredState
			}
		case Undeliverable:
			state = UndeliveredState
		case StillTrying:
		}
	}
	return state
}
