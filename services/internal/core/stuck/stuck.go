// Package stuck finds what should have moved on: messages that have waited longer than
// their class allows, queues that nobody serves, modems that hold a message and say
// nothing. It decides what is worth an alarm, and when it is over.
//
// It is pure; what is known and the time are arguments.
package stuck

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Limits say what is too long. One that is not positive looks for nothing.
type Limits struct {
	// High and Normal are how long a message may wait in its queue, by priority.
	High, Normal time.Duration
	// Unserved is how long a message may wait in a queue that no modem serves.
	Unserved time.Duration
	// Silent is how long a modem may work on one message.
	Silent time.Duration
	// Repeat is after what time a trouble that persists is told again.
	Repeat time.Duration
}

// Defaults are the limits of who sets none.
func Defaults() Limits {
	return Limits{High: 5 * time.Minute, Normal: 30 * time.Minute, Unserved: 2 * time.Minute, Silent: 10 * time.Minute, Repeat: time.Hour}
}

// Queue is what waits in a queue with one priority.
type Queue struct {
	Name     string
	Priority message.Priority
	// Messages are all that no modem has finished.
	Messages uint64
	// Oldest has been there since Since; empty: there is none.
	Oldest string
	Since  time.Time
}

// View is what is known at a moment.
type View struct {
	Now    time.Time
	Queues []Queue
	Modems []life.ModemStatus
}

// Codes of troubles.
const (
	MessageStuck  = "message-stuck"
	QueueUnserved = "queue-unserved"
	ModemSilent   = "modem-silent"
)

// Trouble is something that should have moved on.
type Trouble struct {
	Code string
	// About names the queue or the modem; a trouble is the same while code and About are.
	About string
	// Severity is that of life.Alarm, and Text says what and why, for people.
	Severity int
	Text     string
}

// Severities of life.Alarm.
const (
	severityError   = 3
	severityWarning = 4
	// severityNotice is for the end of a trouble: alarm handlers hear of warnings and worse.
	severityNotice = 5
)

// Find returns the troubles, in a fixed order.
func Find(v View, l Limits) []Trouble {
	var found []Trouble
	for _, q := range v.Queues {
		if q.Oldest == "" {
			continue
		}
		if t, ok := v.queue(q, l); ok {
			found = append(found, t)
		}
	}
	for _, m := range v.Modems {
		if held := v.Now.Sub(m.Since); l.Silent > 0 && m.State == life.ModemSending && m.MessageID != "" && held > l.Silent {
			found = append(found, Trouble{
				Code: ModemSilent, About: m.Identity.Host + "/" + m.Identity.Name, Severity: severityError,
				Text: fmt.Sprintf("modem %s on %s has had message %s in hand for %s and says nothing; viesti modem reset %s may help",
					m.Identity.Name, m.Identity.Host, m.MessageID, span(held), m.Identity.Name),
			})
		}
	}
	slices.SortFunc(found, func(a, b Trouble) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.About, b.About)) })
	return found
}

// queue is the trouble of one queue, the worst there is.
func (v *View) queue(q Queue, l Limits) (Trouble, bool) {
	age := v.Now.Sub(q.Since)
	serving := v.serving(q.Name)
	if len(serving) == 0 {
		return Trouble{
			Code: QueueUnserved, About: about(q), Severity: severityError,
			Text: fmt.Sprintf("no modem that is alive serves the queue %s, in which %d messages wait, message %s for %s; give a modem the queue or start its worker",
				q.Name, q.Messages, q.Oldest, span(age)),
		}, l.Unserved > 0 && age > l.Unserved
	}
	allowed := l.Normal
	if q.Priority == message.High {
		allowed = l.High
	}
	return Trouble{
		Code: MessageStuck, About: about(q), Severity: severityWarning,
		Text: fmt.Sprintf("message %s has waited in the queue %s, with %s priority, for %s: %d messages wait, %s; viesti why %s says more",
			q.Oldest, q.Name, q.Priority, span(age), q.Messages, states(serving), q.Oldest),
	}, allowed > 0 && age > allowed
}

func about(q Queue) string { return q.Name + "/" + q.Priority.String() }

// span is a time as people say it.
func span(d time.Duration) string { return d.Round(time.Second).String() }

// serving are the modems of a queue.
func (v *View) serving(queue string) []life.ModemStatus {
	var found []life.ModemStatus
	for _, m := range v.Modems {
		if m.State != life.ModemStopped && slices.Contains(m.Queues, queue) {
			found = append(found, m)
		}
	}
	return found
}

// states says what modems are doing.
func states(modems []life.ModemStatus) string {
	var all []string
	for _, m := range modems {
		all = append(all, m.Identity.Name+" is "+m.State.String())
	}
	const most = 5
	if len(all) > most {
		all = append(all[:most], fmt.Sprintf("and %d more modems serve it", len(all)-most))
	}
	return strings.Join(all, ", ")
}

// Known is a trouble that somebody has found.
type Known struct {
	Code, About string
	// Since is when it was found first, and Told when it was last told of, for the
	// Times-th time.
	Since, Told time.Time
	Times       int
	// Pending is what is to be told of it; nil: everything was told.
	Pending *life.Alarm
	// Over says that the trouble is, and that it is known for the telling alone.
	Over bool
}

// Alarm is something to tell.
type Alarm struct {
	life.Alarm
	// ID is the same whenever the same thing is told again.
	ID string
}

// Compare tells the troubles found apart from those known, and returns what is known
// afterwards. What was pending before counts as told.
func Compare(before []Known, found []Trouble, now time.Time, l Limits) (after []Known) {
	old := map[string]Known{}
	for _, k := range before {
		if !k.Over {
			k.Pending = nil
			old[k.key()] = k
		}
	}
	for _, t := range found {
		k, known := old[t.Code+" "+t.About]
		delete(old, t.Code+" "+t.About)
		if !known {
			k = Known{Code: t.Code, About: t.About, Since: now}
		}
		if !known || l.Repeat > 0 && now.Sub(k.Told) >= l.Repeat {
			k.tell(now, t.Severity, t.Text)
		}
		after = append(after, k)
	}
	for _, k := range before {
		if k, ended := old[k.key()]; ended {
			k.Over = true
			k.tell(now, severityNotice, fmt.Sprintf("it is over: %s of %s, after %s", k.Code, k.About, span(now.Sub(k.Since))))
			after = append(after, k)
			delete(old, k.key())
		}
	}
	return after
}

func (k *Known) key() string { return k.Code + " " + k.About }

func (k *Known) tell(now time.Time, severity int, text string) {
	k.Told = now
	k.Times++
	k.Pending = &life.Alarm{Severity: severity, Code: k.Code, Text: text}
}

// Alarms are what is to be told.
func Alarms(known []Known) []Alarm {
	var all []Alarm
	for _, k := range known {
		if k.Pending != nil {
			all = append(all, Alarm{Alarm: *k.Pending, ID: id(k)})
		}
	}
	return all
}
