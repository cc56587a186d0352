package monitor

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// tally is what statistics count.
type tally struct {
	Rejected int
	Modems   map[string]*modemTally
}

// modemTally is what they count of one modem.
type modemTally struct {
	Succeeded, Failed, Received int
	// Blocked is how often it was taken out of service for its failures.
	Blocked            int
	Sending, Receiving time.Duration
}

func (t *tally) modem(name string) *modemTally {
	if t.Modems == nil {
		t.Modems = map[string]*modemTally{}
	}
	if t.Modems[name] == nil {
		t.Modems[name] = &modemTally{}
	}
	return t.Modems[name]
}

func (t *tally) empty() bool {
	for _, m := range t.Modems {
		if m.Succeeded+m.Failed+m.Received+m.Blocked > 0 {
			return false
		}
	}
	return t.Rejected == 0
}

// count counts an event of this host.
func (m *Monitor) count(e *life.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, rejected := e.Kind.(life.Rejected); rejected && e.Subject != nil && e.Subject.Origin.Host == m.cfg.Host {
		m.tally.Rejected++
		return
	}
	if e.Modem == nil || e.Modem.Host != m.cfg.Host {
		return
	}
	name := e.Modem.Name
	switch k := e.Kind.(type) {
	case life.Sent:
		t := m.tally.modem(name)
		t.Succeeded++
		t.Sending += k.SendingTime
		m.addParts(name, len(k.Parts))
	case life.Failed:
		m.tally.modem(name).Failed++
		m.addParts(name, len(k.Parts))
	case life.Received, life.Report:
		m.tally.modem(name).Received++
	}
}

// addParts adds to the counter of a modem. mu is held.
func (m *Monitor) addParts(name string, n int) {
	if n > 0 {
		m.counters[name] += uint64(n)
		m.changed[name] = true
	}
}

// writeCounters writes the counters that have changed: NAME.counter with "NAME: 43".
func (m *Monitor) writeCounters() error {
	m.mu.Lock()
	changed := map[string]uint64{}
	for name := range m.changed {
		changed[name] = m.counters[name]
	}
	m.mu.Unlock()
	for name, n := range changed {
		if err := m.replace(name+".counter", fmt.Sprintf("%s: %d\n", name, n)); err != nil {
			return err
		}
		m.mu.Lock()
		if m.counters[name] == n {
			delete(m.changed, name)
		}
		m.mu.Unlock()
	}
	return nil
}

// writeStatistics writes a file of statistics at the end of each interval, counted
// from the epoch, and begins anew.
func (m *Monitor) writeStatistics(now time.Time) error {
	interval := time.Duration(m.cfg.Interval)
	if interval == 0 {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.period.IsZero() {
		m.period = now
	}
	if now.UnixNano()/int64(interval) == m.period.UnixNano()/int64(interval) {
		return nil
	}
	if !m.cfg.NoZeroes || !m.tally.empty() {
		if err := m.replace(smsfile.FormatTime(now, "%y%m%d.%H%M%S"), m.statistics(now)); err != nil {
			return err
		}
	}
	m.tally, m.period = tally{}, now
	return nil
}

// statistics is the content of a file of statistics. mu is held.
func (m *Monitor) statistics(now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "runtime,rejected\n%d,%d\n\nname,succeeded,failed,received,multiple_failed,usage_s,usage_r\n",
		int(now.Sub(m.period).Round(time.Second)/time.Second), m.tally.Rejected)
	for _, name := range m.cfg.Modems {
		t := m.tally.modem(name)
		fmt.Fprintf(&b, "%s,%d,%d,%d,%d,%d,%d\n", name, t.Succeeded, t.Failed, t.Received, t.Blocked,
			int(t.Sending/time.Second), int(t.Receiving/time.Second))
	}
	return b.String()
}

// memory is what outlives the process.
type memory struct {
	Since time.Time
	Tally tally
}

// memoryFile is where it is kept, as in smsd, in another form.
const memoryFile = "stats.tmp"

// resume takes up the counters and the statistics of an earlier process.
func (m *Monitor) resume() {
	for _, name := range m.cfg.Modems {
		data, err := os.ReadFile(filepath.Join(m.cfg.Directory, name+".counter"))
		if err != nil {
			continue
		}
		_, number, _ := strings.Cut(string(data), ":")
		if n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 64); err == nil {
			m.counters[name] = n
		}
	}
	data, err := os.ReadFile(filepath.Join(m.cfg.Directory, memoryFile))
	if err != nil {
		return
	}
	var kept memory
	if json.Unmarshal(data, &kept) == nil { // that of smsd is no JSON
		m.tally, m.period = kept.Tally, kept.Since
	}
}

// suspend keeps the statistics for the next process.
func (m *Monitor) suspend() {
	written := m.writeCounters()
	m.mu.Lock()
	defer m.mu.Unlock()
	data, err := json.Marshal(memory{m.period, m.tally})
	if err == nil {
		err = m.replace(memoryFile, string(data))
	}
	m.complain(errors.Join(written, err))
}
