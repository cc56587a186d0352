package cli

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// draw makes the lines of a screen. What has no room is left out: first events, then
// modems and queues that have nothing to tell, with a word about how many.
func (s *screen) draw(width, height int) []string {
	const fewestEvents = 4
	lines := []string{s.title()}
	modems, queues := s.modemLines(), s.queueLines()
	room := height - len(lines) - 3 // headings of queues and events, and the line with the keys
	if room < fewestEvents {
		room = fewestEvents
	}
	forQueues := min(len(queues), max(2, room/4))
	forModems := min(len(modems), max(2, room-forQueues-fewestEvents))
	lines = append(lines, shorten(modems, forModems)...)
	lines = append(lines, "")
	lines = append(lines, shorten(queues, forQueues)...)
	lines = append(lines, "")
	lines = append(lines, s.eventLines(height-len(lines)-1)...)
	for len(lines) < height-1 {
		lines = append(lines, "")
	}
	lines = append(lines[:max(height-1, 0)], s.foot())
	for i := range lines {
		lines[i] = cut(lines[i], width)
	}
	return lines
}

func (s *screen) title() string {
	working, sent, received := 0, uint64(0), uint64(0)
	for _, m := range s.modems {
		if m.State == life.ModemIdle || m.State == life.ModemSending || m.State == life.ModemReceiving {
			working++
		}
		out, in := s.rates(m)
		sent, received = sent+out, received+in
	}
	return fmt.Sprintf("viesti  %s  modems %d/%d  out %d/min  in %d/min  queued %d  deferred %d",
		s.now().Format("15:04:05"), working, len(s.modems), sent, received, s.counts.Queued, s.counts.Deferred)
}

func (s *screen) modemLines() []string {
	lines := []string{fmt.Sprintf("%-10s %-10s %-9s %6s %4s %6s %5s %5s %5s  %s",
		"MODEM", "HOST", "STATE", "FOR", "DBM", "SENT", "FAIL", "RECV", "/MIN", "REMARK")}
	for _, m := range s.modems {
		strength := "-"
		if m.SignalDBm != 0 {
			strength = fmt.Sprint(m.SignalDBm)
		}
		rate, _ := s.rates(m)
		lines = append(lines, fmt.Sprintf("%-10s %-10s %-9s %6s %4s %6d %5d %5d %5d  %s",
			cut(m.Identity.Name, 10), cut(m.Identity.Host, 10), m.State, age(s.now().Sub(m.Since)), strength,
			m.Sent, m.Failed, m.Received, rate, m.Reason))
	}
	if len(s.modems) == 0 {
		lines = append(lines, "(no modem is alive)")
	}
	return lines
}

func (s *screen) queueLines() []string {
	served := servedBy(s.modems)
	lines := []string{fmt.Sprintf("%-20s %-8s %8s %8s %7s %8s", "QUEUE", "PRIORITY", "WAITING", "IN HAND", "MODEMS", "OLDEST")}
	for _, q := range s.queues {
		oldest := "-"
		if !q.since.IsZero() {
			oldest = age(s.now().Sub(q.since))
		}
		priority := priorityWords[q.Priority]
		lines = append(lines, fmt.Sprintf("%-20s %-8s %8d %8d %7d %8s", cut(q.Name, 20), priority, q.Waiting, q.InHand, served[q.Name], oldest))
	}
	return lines
}

// eventLines are the last events that have room, newest first, below a heading.
func (s *screen) eventLines(room int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := []string{"EVENTS"}
	for i := len(s.events) - 1; i >= 0 && len(lines) < room; i-- {
		lines = append(lines, s.events[i])
	}
	return lines
}

func (s *screen) foot() string {
	if s.problem != "" {
		return "q quit   " + s.problem
	}
	return "q quit"
}

// shorten leaves out lines that have no room, and says how many.
func shorten(lines []string, room int) []string {
	if len(lines) <= room {
		return lines
	}
	left := len(lines) - room + 1
	return append(lines[:room-1:room-1], fmt.Sprintf("... and %d more; see viesti status", left))
}

// cut bounds a line. What a terminal would obey is not let through.
func cut(line string, width int) string {
	line = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, line)
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	return string([]rune(line)[:max(width, 0)])
}

// age writes how long something has lasted in few characters.
func age(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < day:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%dd%02dh", int(d/day), int(d.Hours())%24)
	}
}

// shortLine is an event in a line of the screen, without whole numbers.
func shortLine(ev *life.Event) string {
	const idEnd = 6
	id := ev.ID
	if len(id) > idEnd {
		id = id[len(id)-idEnd:]
	}
	text := ev.Time.Local().Format("15:04:05") + " " + word(ev.Kind)
	if ev.Modem != nil {
		text += " " + ev.Modem.Name + "@" + ev.Modem.Host
	}
	if detail := describe(ev, false); detail != "" {
		text += "  " + detail
	}
	return text + "  …" + id
}
