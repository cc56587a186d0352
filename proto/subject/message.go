package subject

import "strconv"

// Priority is the priority token of a queued message.
type Priority string

// Priority tokens, in the order in which they are served.
const (
	High   Priority = "h"
	Normal Priority = "n"
)

// Priorities lists all priorities, most urgent first.
func Priorities() []Priority { return []Priority{High, Normal} }

// Queued names a message in the queue: SMS_OUT.
type Queued struct {
	Queue    string
	Priority Priority
	Account  string
	ID       string
}

func (q Queued) tokens(family string) []string {
	return []string{family, Token(q.Queue), string(q.Priority), Token(q.Account), q.ID}
}

// Out is the subject of a message that is ready to be sent.
func (s Space) Out(q Queued) string { return s.join(q.tokens("out")...) }

// Later is the subject of a message that waits for its time.
func (s Space) Later(q Queued) string { return s.join(q.tokens("later")...) }

// ParseOut reads a subject made by Out.
func (s Space) ParseOut(subject string) (Queued, bool) { return s.parseQueued(subject, "out") }

// ParseLater reads a subject made by Later.
func (s Space) ParseLater(subject string) (Queued, bool) { return s.parseQueued(subject, "later") }

func (s Space) parseQueued(subject, family string) (Queued, bool) {
	t, ok := s.split(subject, family, 4)
	if !ok {
		return Queued{}, false
	}
	q := Queued{Priority: Priority(t[1]), ID: t[3]}
	ok = names([]string{t[0], t[2]}, &q.Queue, &q.Account)
	return q, ok && (q.Priority == High || q.Priority == Normal)
}

// OutQueue matches the ready messages of one queue and priority.
func (s Space) OutQueue(queue string, p Priority) string {
	return s.join("out", Token(queue), string(p), "*", "*")
}

// OutAnyQueue matches one ready message wherever it is queued.
func (s Space) OutAnyQueue(account, id string) string {
	return s.join("out", "*", "*", Token(account), id)
}

// LaterAnyQueue matches one deferred message wherever it will be queued.
func (s Space) LaterAnyQueue(account, id string) string {
	return s.join("later", "*", "*", Token(account), id)
}

// OutOfAccount matches the ready messages of one submitter.
func (s Space) OutOfAccount(account string) string {
	return s.join("out", "*", "*", Token(account), "*")
}

// LaterOfAccount matches the deferred messages of one submitter.
func (s Space) LaterOfAccount(account string) string {
	return s.join("later", "*", "*", Token(account), "*")
}

// OutAnyAccount matches one ready message whoever submitted it.
func (s Space) OutAnyAccount(id string) string { return s.join("out", "*", "*", "*", id) }

// LaterAnyAccount matches one deferred message whoever submitted it.
func (s Space) LaterAnyAccount(id string) string { return s.join("later", "*", "*", "*", id) }

// Attempt is the subject of the record that is written before a part is handed
// to a modem. Its first part is where sending and withdrawing meet: whoever
// writes it first, by compare-and-set, decides.
func (s Space) Attempt(account, id string, part int) string {
	return s.join("try", Token(account), id, strconv.Itoa(part))
}

// Attempts matches the attempt records of one message.
func (s Space) Attempts(account, id string) string { return s.join("try", Token(account), id, "*") }

// AttemptsAnyAccount matches the attempt records of one message whoever submitted it.
func (s Space) AttemptsAnyAccount(id string) string { return s.join("try", "*", id, "*") }

// Part names the record of a part that the network accepted: what a status
// report is matched with.
type Part struct {
	// SIM is the IMSI of the SIM that sent it.
	SIM string
	// Recipient is the normalised number.
	Recipient string
	// Reference is the TP-MR, 0 to 255, or NoReference.
	Reference int
	Account   string
	ID        string
	// Part counts from 1 to Total.
	Part, Total int
}

// NoReference stands for the TP-MR of a part whose modem did not tell it.
const NoReference = -1

// noReference is the token for it.
const noReference = "none"

func referenceToken(reference int) string {
	if reference < 0 {
		return noReference
	}
	return strconv.Itoa(reference)
}

// Part is the subject of the record.
func (s Space) Part(p Part) string {
	return s.join("part", Token(p.SIM), Token(p.Recipient), referenceToken(p.Reference),
		Token(p.Account), p.ID, strconv.Itoa(p.Part)+"-"+strconv.Itoa(p.Total))
}

// PartsOfReport matches the records that a status report may be about.
func (s Space) PartsOfReport(sim, recipient string, reference uint8) string {
	return s.join("part", Token(sim), Token(recipient), strconv.Itoa(int(reference)), "*", "*", "*")
}

// PartsOfReportAnyRecipient matches the records that a status report may be
// about when the network writes the recipient in another way.
func (s Space) PartsOfReportAnyRecipient(sim string, reference uint8) string {
	return s.join("part", Token(sim), "*", strconv.Itoa(int(reference)), "*", "*", "*")
}

// PartsOfMessage matches the records of one message.
func (s Space) PartsOfMessage(recipient, account, id string) string {
	return s.join("part", "*", Token(recipient), "*", Token(account), id, "*")
}

// ParsePart reads a subject made by Part.
func (s Space) ParsePart(subject string) (Part, bool) {
	t, ok := s.split(subject, "part", 6)
	if !ok {
		return Part{}, false
	}
	p := Part{ID: t[4]}
	if !names([]string{t[0], t[1], t[3]}, &p.SIM, &p.Recipient, &p.Account) {
		return Part{}, false
	}
	if t[2] == noReference {
		p.Reference = NoReference
		return p, parseFraction(t[5], &p.Part, &p.Total)
	}
	ref, err := strconv.ParseUint(t[2], 10, 8)
	p.Reference = int(ref)
	return p, err == nil && parseFraction(t[5], &p.Part, &p.Total)
}
