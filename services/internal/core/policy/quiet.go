package policy

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

// QuietHours are hours of the day at which nothing is sent that can wait: messages
// stay with the broker until they are over. Those of high priority do not wait.
type QuietHours struct {
	// Name is for people.
	Name string
	// Queues and Prefixes say which messages it is about: those of one of the queues,
	// and to numbers that begin with one of the prefixes. None: of all, to all.
	Queues, Prefixes []string
	// Days are those on which the hours begin; none: every day.
	Days []time.Weekday
	// From and To are minutes after midnight on the clock of Zone. From is from 0 to
	// 1439 and To from 1 to 1440, which is midnight; where it is not after From, the hours
	// end on the next day.
	From, To int
	// Zone is the time zone, such as Europe/Helsinki. What counts is what the clocks there
	// show: hours may be longer or shorter when these are put forward or back.
	Zone string
}

// day is how many minutes a day has on the clock.
const day = 24 * 60

// Silence is when which messages have to wait. Nil is for none ever. It may be read by
// several goroutines.
type Silence struct{ rules []silent }

// silent are quiet hours with their zone.
type silent struct {
	*QuietHours
	zone *time.Location
}

// Silence prepares the quiet hours of p for use; Validate tells before whether that
// can be done. Hours of which the zone is not known here are left out, and told.
func (p *Policy) Silence() (*Silence, error) {
	s := &Silence{}
	var unknown []error
	for i := range p.Quiet {
		q := &p.Quiet[i]
		zone, err := time.LoadLocation(q.Zone)
		if err != nil {
			unknown = append(unknown, fmt.Errorf("quiet hours %q: %w", q.Name, err))
			continue
		}
		s.rules = append(s.rules, silent{q, zone})
	}
	return s, errors.Join(unknown...)
}

// longest bounds how far ahead Until looks. What is quiet for longer is looked at again
// then.
const longest = 7 * 24 * time.Hour

// Until says until when a message must not be sent, and by which quiet hours first; the
// zero time says that it may go now. Hours that follow upon others count with them.
func (s *Silence) Until(m *message.Submission, now time.Time) (until time.Time, name string) {
	if s == nil || m.Priority == message.High {
		return time.Time{}, ""
	}
	last := now.Add(longest)
	for at := now; at.Before(last); at = until {
		end, rule := s.end(m, at)
		if rule == nil {
			return until, name
		}
		if name == "" {
			name = rule.Name
		}
		until = end
	}
	return last, name
}

// Concerning are the names of the quiet hours for which a message waits when it is their
// time: whatever its priority, and in the order of the policy.
func (s *Silence) Concerning(m *message.Submission) (names []string) {
	for i := range s.rules {
		if s.rules[i].concerns(m) {
			names = append(names, s.rules[i].Name)
		}
	}
	return names
}

// end is when the quiet hours end that at is in; nil: there are none.
func (s *Silence) end(m *message.Submission, at time.Time) (time.Time, *QuietHours) {
	for i := range s.rules {
		q := &s.rules[i]
		if !q.concerns(m) {
			continue
		}
		if end, ok := q.end(at); ok {
			return end, q.QuietHours
		}
	}
	return time.Time{}, nil
}

// concerns reports whether the hours are about a message.
func (q *QuietHours) concerns(m *message.Submission) bool {
	return (len(q.Queues) == 0 || slices.Contains(q.Queues, m.Queue)) &&
		(len(q.Prefixes) == 0 || slices.ContainsFunc(q.Prefixes, func(p string) bool { return route.Begins(m.Recipient, p) }))
}

// end is the first time after at, which is within the hours, that is not; false: at is
// not.
func (q *silent) end(at time.Time) (time.Time, bool) {
	at = at.In(q.zone)
	rest := q.rest(at)
	if rest == 0 {
		return at, false
	}
	end := at.Add(rest)
	// Until the clocks are put forward or back, they go as time does.
	if _, jump := at.ZoneBounds(); !jump.IsZero() && !end.Before(jump) {
		if later, ok := q.end(jump); ok {
			return later, true
		}
		return jump, true
	}
	return end, true
}

// rest is for how long the clock on the wall goes on to show quiet hours; 0: it does
// not show any.
func (q *QuietHours) rest(at time.Time) time.Duration {
	clock := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute +
		time.Duration(at.Second())*time.Second + time.Duration(at.Nanosecond())
	from, to := time.Duration(q.From)*time.Minute, time.Duration(q.To)*time.Minute
	today, yesterday := at.Weekday(), (at.Weekday()+6)%7
	switch {
	case from < to && clock >= from && clock < to && q.beginsOn(today):
		return to - clock
	case from >= to && clock >= from && q.beginsOn(today):
		return day*time.Minute - clock + to
	case from >= to && clock < to && q.beginsOn(yesterday):
		return to - clock
	default:
		return 0
	}
}

func (q *QuietHours) beginsOn(d time.Weekday) bool {
	return len(q.Days) == 0 || slices.Contains(q.Days, d)
}

func (p *Policy) validateQuiet(found *problems) {
	known := map[string]bool{}
	for i, q := range p.Quiet {
		where := fmt.Sprintf("quiet_hours[%d]", i)
		found.expect(validWord(q.Name), where, "it needs a name, without spaces around it")
		found.expect(!known[q.Name], where, "the name %q is taken", q.Name)
		known[q.Name] = true
		for _, name := range q.Queues {
			found.expect(name != "" && p.hasQueue(name), where, "there is no queue %q", name)
		}
		for _, prefix := range q.Prefixes {
			found.expect(validWord(prefix), where, "%q is no prefix of a number", prefix)
		}
		for _, d := range q.Days {
			found.expect(d >= time.Sunday && d <= time.Saturday, where, "%d is no day of the week", int(d))
		}
		found.expect(q.From >= 0 && q.From < day, where, "from must be from 00:00 to 23:59")
		found.expect(q.To > 0 && q.To <= day, where, "to must be from 00:01 to 24:00")
		found.expect(q.From != q.To, where, "from and to are the same; a whole day is from 00:00 to 24:00")
		_, err := time.LoadLocation(q.Zone)
		found.expect(q.Zone != "", where, "zone is missing; it is a name like Europe/Helsinki, or UTC")
		found.expect(err == nil, where, "zone: there is no %q", q.Zone)
	}
}
