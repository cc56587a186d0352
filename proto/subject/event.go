package subject

import "strings"

// EventType is the last token of an event's subject.
type EventType string

// Event types.
const (
	Accepted  EventType = "accepted" // live only
	Sent      EventType = "sent"
	Failed    EventType = "failed"
	Rejected  EventType = "rejected"
	Expired   EventType = "expired"
	Cancelled EventType = "cancelled"
	Report    EventType = "report"
	Received  EventType = "mo"
	Call      EventType = "call"
	Modem     EventType = "modem"
	Alarm     EventType = "alarm"
	// JobRan is the end of a run of a job, Overrun a tick that came too early for one.
	JobRan  EventType = "job"
	Overrun EventType = "overrun"
	// Escalation is the decision about a message with alternates.
	Escalation EventType = "escalation"
	// Postponed is a message that waits for the end of quiet hours.
	Postponed EventType = "postponed"
)

// EventTypes lists every type there is.
func EventTypes() []EventType {
	return []EventType{Accepted, Sent, Failed, Rejected, Expired, Cancelled, Report, Received, Call, Modem, Alarm, Escalation, JobRan, Overrun, Postponed}
}

// Accounts that are nobody's own.
const (
	// Inbox gets what arrives from the network and belongs to no submitter.
	Inbox = "inbox"
	// System gets what modems and the gateway itself have to say.
	System = "system"
)

// AlarmAccount is the account of messages that tell people about alarms.
func AlarmAccount(host string) string { return alarmAccounts + host }

// IsAlarmAccount reports whether an account is one of AlarmAccount.
func IsAlarmAccount(account string) bool { return strings.HasPrefix(account, alarmAccounts) }

const alarmAccounts = "alarms-"

// JobAccount is the account of the runs of a job.
func JobAccount(job string) string { return "job-" + job }

// Event is the subject of an event.
func (s Space) Event(account, id string, t EventType) string {
	return s.join("evt", Token(account), id, string(t))
}

// ParseEvent reads a subject made by Event or by LiveEvent.
func (s Space) ParseEvent(subject string) (account, id string, t EventType, ok bool) {
	tokens, ok := s.split(subject, "evt", 3)
	if !ok {
		tokens, ok = s.split(subject, "live.evt", 3)
	}
	if !ok {
		return "", "", "", false
	}
	account, ok = Name(tokens[0])
	return account, tokens[1], EventType(tokens[2]), ok
}

// EventsOfAccount matches all events of a submitter.
func (s Space) EventsOfAccount(account string) string { return s.join("evt", Token(account), "*", "*") }

// EventsOfMessage matches all events of a message.
func (s Space) EventsOfMessage(account, id string) string {
	return s.join("evt", Token(account), id, "*")
}

// EventsAnyAccount matches all events of a message whoever submitted it.
func (s Space) EventsAnyAccount(id string) string { return s.join("evt", "*", id, "*") }

// EventsOfType matches all events of one type.
func (s Space) EventsOfType(t EventType) string { return s.join("evt", "*", "*", string(t)) }

// AllEvents matches all events.
func (s Space) AllEvents() string { return s.join("evt", "*", "*", "*") }

// LiveEvent is where an event passes by for whoever listens now; not stored.
func (s Space) LiveEvent(account, id string, t EventType) string {
	return s.join("live", "evt", Token(account), id, string(t))
}

// LiveEvents matches everything that passes by.
func (s Space) LiveEvents() string { return s.join("live", "evt", ">") }

// Chain is the subject of the copy that the scheduler gets of an event of a message
// that has alternates, or is to wait.
func (s Space) Chain(account, id string, t EventType) string {
	return s.join("chain", Token(account), id, string(t))
}

// ChainAll matches all such copies.
func (s Space) ChainAll() string { return s.join("chain", "*", "*", "*") }
