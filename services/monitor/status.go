package monitor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// statusFile is the name of the status file.
const statusFile = "status"

// word is what the status file calls a state. A modem whose worker is dead, or in a
// state that smsd does not have, is Unknown.
func word(s life.ModemState) string {
	switch s {
	case life.ModemSending:
		return "Sending"
	case life.ModemReceiving:
		return "Receiving"
	case life.ModemIdle:
		return "Idle"
	case life.ModemBlocked:
		return "Blocked"
	case life.ModemTrouble:
		return "Trouble"
	default:
		return "Unknown"
	}
}

// writeStatus replaces the status file when anything but its time has changed.
func (m *Monitor) writeStatus(now time.Time) error {
	body := m.statusBody()
	if body == m.status {
		return nil
	}
	head := m.tabbed("Status:") + smsfile.FormatTime(now, m.cfg.TimeFormat) + ",\t" + m.letters() + "\n"
	if m.cfg.Uptime {
		body += "\n" + m.tabbed("Start:") + smsfile.FormatTime(m.started, m.cfg.TimeFormat) + ",\tup " + uptime(now.Sub(m.started)) + "\n"
	}
	if err := m.replace(statusFile, head+body); err != nil {
		return err
	}
	m.status = m.statusBody()
	return nil
}

// letters is the line of smsd -s for the modems of this host.
func (m *Monitor) letters() string {
	states := make([]life.ModemState, len(m.cfg.Modems))
	for i, name := range m.cfg.Modems {
		states[i] = m.seen[name].State
	}
	return life.Letters(states)
}

func (m *Monitor) statusBody() string {
	var b strings.Builder
	for _, name := range m.cfg.Modems {
		b.WriteString(m.statusLine(name))
	}
	return b.String()
}

func (m *Monitor) statusLine(name string) string {
	s := m.seen[name]
	since := "-"
	if t, ok := m.ready[name]; ok {
		since = smsfile.FormatTime(t, m.cfg.TimeFormat)
	}
	line := m.tabbed(name+":") + since + ",\t" + filled(word(s.State)+",", 2*tab)
	if m.cfg.Counters && !slices.Contains(m.cfg.WithoutCounters, name) {
		line += m.statusCounts(name)
	}
	if s.SignalDBm != 0 {
		line += fmt.Sprintf("ssi: %d dBm (%s)", s.SignalDBm, quality(s.SignalDBm))
		if !slices.Contains(m.cfg.WithoutBitErrors, name) {
			line += ", ber: " + bitErrors(s.BitErrors)
		}
	}
	return strings.TrimRight(line, ",\t") + "\n"
}

// statusCounts are the parts that a modem ever sent, and what has failed and was received
// since the statistics began anew.
func (m *Monitor) statusCounts(name string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tally.modem(name)
	return fmt.Sprintf("%d,\t%d,\t%d,\t", m.counters[name], t.Failed, t.Received)
}

// tab is the width of a tab, in characters.
const tab = 8

// tabbed fills the first field of a line as smsd does: up to one tab, or up to two where
// the name of a modem, with its colon, does not end before the first one.
func (m *Monitor) tabbed(text string) string {
	for _, name := range m.cfg.Modems {
		if len(name)+1 >= tab {
			return filled(text, 2*tab)
		}
	}
	return filled(text, tab)
}

// filled is a text with a tab behind it, or with those that bring it to a column.
func filled(text string, column int) string {
	return text + strings.Repeat("\t", max(1, (column-len(text)+tab-1)/tab))
}

// quality is the word of smsd for a signal.
func quality(dBm int) string {
	switch {
	case dBm <= -95:
		return "Marginal"
	case dBm <= -85:
		return "Workable"
	case dBm <= -75:
		return "Good"
	default:
		return "Excellent"
	}
}

// rates are the bit error rates of each class (3GPP TS 45.008 §8.2.4).
var rates = []string{
	"< 0.2 %", "0.2 - 0.4 %", "0.4 - 0.8 %", "0.8 - 1.6 %", "1.6 - 3.2 %", "3.2 - 6.4 %", "6.4 - 12.8 %", "> 12.8 %",
}

// bitErrors is how smsd writes a bit error rate.
func bitErrors(class int) string {
	if class < 0 || class >= len(rates) {
		return "??"
	}
	return rates[class]
}

// uptime writes a span as uptime(1) does.
func uptime(d time.Duration) string {
	const day = 24 * time.Hour
	minutes := int(d.Minutes())
	clock := fmt.Sprintf("%2d:%02d", minutes/60%24, minutes%60)
	switch days := int(d / day); {
	case days == 1:
		return "1 day, " + clock
	case days > 1:
		return fmt.Sprintf("%d days, %s", days, clock)
	case d >= time.Hour:
		return clock
	default:
		return fmt.Sprintf("%d min", minutes)
	}
}
