package cli

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// eventJSON is an event for programs: keys that do not fit its kind are absent.
type eventJSON struct {
	Time    time.Time `json:"time"`
	ID      string    `json:"id"`
	Account string    `json:"account"`
	// Event is the word for its kind, Detail the rest of the line that people see.
	Event  string `json:"event"`
	Detail string `json:"detail,omitempty"`

	To       string `json:"to,omitempty"`
	From     string `json:"from,omitempty"`
	Queue    string `json:"queue,omitempty"`
	Priority string `json:"priority,omitempty"`
	Modem    string `json:"modem,omitempty"`
	Host     string `json:"host,omitempty"`

	Part    int `json:"part,omitempty"`
	Parts   int `json:"parts,omitempty"`
	Attempt int `json:"attempt,omitempty"`
	// Status is TP-ST of a report, Outcome what that means.
	Status   *int       `json:"status,omitempty"`
	Outcome  string     `json:"outcome,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	Next     string     `json:"next,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
	Severity int        `json:"severity,omitempty"`
	Code     string     `json:"code,omitempty"`
}

// eventFor is an event for programs; full shows whole numbers and PDUs.
func eventFor(ev *life.Event, full bool) *eventJSON {
	e := &eventJSON{Time: ev.Time.UTC(), ID: ev.ID, Account: ev.Account, Event: word(ev.Kind), Detail: describe(ev, full)}
	if s := ev.Subject; s != nil {
		e.To, e.Queue, e.Priority = number(s.Recipient, full), s.Queue, s.Priority.String()
	}
	if m := ev.Modem; m != nil {
		e.Modem, e.Host = m.Name, m.Host
	}
	switch k := ev.Kind.(type) {
	case life.Accepted:
		e.Until = instant(k.DeliverAt)
	case life.Attempt:
		e.Part, e.Parts, e.Attempt = k.Part, k.Total, k.Number
	case life.PartDone:
		e.Part, e.Parts = k.Part, k.Total
	case life.Sent:
		e.Parts = len(k.Parts)
	case life.Failed:
		e.Reason = k.Reason
	case life.Rejected:
		e.Reason = k.Reason
	case life.Cancelled:
		e.Reason = k.By
	case life.Report:
		status := int(k.Status)
		e.To, e.Status, e.Part, e.Parts = number(k.Recipient, full), &status, k.Part, k.Total
		e.Outcome = outcomeWords[k.Outcome]
	case life.Received:
		e.From = number(k.Originator, full)
	case life.Call:
		e.From = number(k.Caller, full)
	case life.ModemStatus:
		e.Outcome, e.Reason, e.Until = k.State.String(), k.Reason, instant(k.Until)
	case life.Alarm:
		e.Severity, e.Code = k.Severity, k.Code
	case life.Escalation:
		e.Reason, e.Next = k.Reason, k.Next
		if k.Next != "" {
			e.To = number(k.Recipient, full)
		}
	case life.Postponed:
		e.Until, e.Reason = instant(k.Until), k.Quiet
	case life.JobRan:
		e.Outcome, e.Reason, e.Host, e.Attempt = k.Outcome.String(), k.Problem, k.Host, k.Attempt
	}
	return e
}

// outcomeWords are what a report says, in a word.
var outcomeWords = map[life.Outcome]string{life.Delivered: "delivered", life.StillTrying: "trying", life.Undeliverable: "undelivered"}

// instant is a time for programs; nil: none.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// messageJSON is what viesti message says, for programs.
type messageJSON struct {
	ID     string       `json:"id"`
	State  string       `json:"state"`
	Events []*eventJSON `json:"events"`
	// Waits are the sentences of viesti why; absent: it does not wait.
	Waits []string `json:"waits,omitempty"`
}

func messageFor(events []life.Event, waits []string, full bool) *messageJSON {
	m := &messageJSON{ID: events[0].ID, State: life.Fold(events).String(), Waits: waits}
	for i := range events {
		m.Events = append(m.Events, eventFor(&events[i], full))
	}
	return m
}

// statusJSON is what viesti status says, for programs.
type statusJSON struct {
	Modems   []modemJSON `json:"modems"`
	Queues   []queueJSON `json:"queues"`
	Queued   uint64      `json:"queued"`
	Deferred uint64      `json:"deferred"`
	Events   uint64      `json:"events"`
}

type modemJSON struct {
	Name     string     `json:"modem"`
	Host     string     `json:"host"`
	State    string     `json:"state"`
	Since    time.Time  `json:"since"`
	Until    *time.Time `json:"until,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	Network  string     `json:"network,omitempty"`
	Operator string     `json:"operator,omitempty"`
	// SignalDBm is absent where it is not known.
	SignalDBm int      `json:"signal_dbm,omitempty"`
	Sent      uint64   `json:"sent"`
	Failed    uint64   `json:"failed"`
	Received  uint64   `json:"received"`
	Resets    uint64   `json:"resets"`
	Queues    []string `json:"queues"`
	Device    string   `json:"device,omitempty"`
	Message   string   `json:"message,omitempty"`
}

type queueJSON struct {
	Name     string `json:"queue"`
	Priority string `json:"priority"`
	Waiting  uint64 `json:"waiting"`
	InHand   int    `json:"in_hand"`
	Modems   int    `json:"modems"`
}

func statusFor(modems []life.ModemStatus, queues []bus.Queue, c bus.Counts) *statusJSON {
	s := &statusJSON{Modems: []modemJSON{}, Queues: []queueJSON{}, Queued: c.Queued, Deferred: c.Deferred, Events: c.Events}
	byName(modems)
	for _, m := range modems {
		s.Modems = append(s.Modems, modemJSON{
			Name: m.Identity.Name, Host: m.Identity.Host, State: m.State.String(), Since: m.Since.UTC(), Until: instant(m.Until), Reason: m.Reason,
			Network: registrations[m.Registration], Operator: m.Operator, SignalDBm: m.SignalDBm, Sent: m.Sent, Failed: m.Failed, Received: m.Received,
			Resets: resets(m), Queues: append([]string{}, m.Queues...), Device: m.Device, Message: m.MessageID,
		})
	}
	served := servedBy(modems)
	byQueue(queues)
	for _, q := range queues {
		s.Queues = append(s.Queues, queueJSON{q.Name, priorityWords[q.Priority], q.Waiting, q.InHand, served[q.Name]})
	}
	return s
}

// priorityWords are what people call the priorities of queues.
var priorityWords = map[subject.Priority]string{subject.High: message.High.String(), subject.Normal: message.Normal.String()}

// writeJSON prints an object on one line.
func (e *env) writeJSON(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	_, err = fmt.Fprintln(e.stdout, string(data))
	return err
}
