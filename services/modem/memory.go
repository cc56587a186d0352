package modem

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/codec/atline"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
)

// emptying is one round of taking messages out of a modem.
type emptying struct {
	*worker
	modem *driver.Modem
	// removed counts what left each memory, and later waits for the end.
	removed map[string]int
	later   []driver.Stored
}

// durable takes a message out of the modem that the broker has, now or at the end.
func (r *emptying) durable(ctx context.Context, s driver.Stored) {
	switch {
	case r.dev.KeepMessages:
		r.kept[slot{s.Memory, s.Index}] = string(s.PDU)
	case r.dev.deletesAtEnd():
		r.later = append(r.later, s)
	default:
		r.remove(ctx, s)
	}
}

func (r *emptying) remove(ctx context.Context, s driver.Stored) {
	if err := r.modem.Delete(ctx, s); err != nil {
		r.log.Warn("removing a received message from the modem; it is recognised when it is read again", zap.Error(err))
		r.kept[slot{s.Memory, s.Index}] = string(s.PDU)
		return
	}
	delete(r.kept, slot{s.Memory, s.Index})
	r.removed[s.Memory]++
}

// end removes what waited for the end, and sees how full the memories stay.
func (r *emptying) end(ctx context.Context) {
	for _, s := range r.later {
		r.remove(ctx, s)
	}
	for _, m := range r.modem.Memories() {
		r.memory(ctx, m, r.removed[m.Name])
	}
}

// slot is a place in a modem.
type slot struct {
	memory string
	index  int
}

// isKept reports whether a message was delivered before and stays in the modem, as it
// should, or because the modem does not remove it.
func (w *worker) isKept(s driver.Stored) bool {
	pdu, ok := w.kept[slot{s.Memory, s.Index}]
	return ok && pdu == string(s.PDU)
}

// memorySlack is how far below memory_alarm, in percent of the memory, it must
// be emptied before there can be another alarm.
const memorySlack = 20

// memory raises an alarm when a memory stays nearly full although it was just
// emptied, or was full before: what a full one is sent is kept by the network at
// best. The alarm is raised once, until the memory has room again.
func (w *worker) memory(ctx context.Context, m atline.Memory, removed int) {
	if m.Total <= 0 || w.dev.MemoryAlarm <= 0 {
		return
	}
	left := max(m.Used-removed, 0)
	percent := 100 * left / m.Total
	full := m.Used >= m.Total
	switch {
	case !w.alarmed[m.Name] && (full || percent >= w.dev.MemoryAlarm):
		if w.alarm(ctx, "memory", memoryText(w.dev.Name, m, left, full)) {
			w.alarmed[m.Name] = true
		}
	case w.alarmed[m.Name] && !full && percent <= max(w.dev.MemoryAlarm-memorySlack, 0):
		w.log.Info("the memory has room again", zap.String("memory", m.Name), zap.Int("used", left), zap.Int("of", m.Total))
		delete(w.alarmed, m.Name)
	}
}

func memoryText(modem string, m atline.Memory, left int, full bool) string {
	state := "is nearly full"
	if full {
		state = "was full, so that messages may not have arrived"
	}
	return fmt.Sprintf("memory %s of modem %s %s: %d of %d places are taken after what was received was removed",
		cmp.Or(m.Name, "in use"), modem, state, left, m.Total)
}

// alarm tells everybody that somebody should look, and reports whether it is durable.
func (w *worker) alarm(ctx context.Context, code, text string) bool {
	const warning = 4
	w.log.Warn(text)
	now := w.now()
	e := &life.Event{
		ID: receivedID(w.dev.Name+code, []byte(text+now.String())), Account: subject.System, Time: now,
		Modem: w.status.modem(), Kind: life.Alarm{Severity: warning, Code: code, Text: text},
	}
	if err := w.bus.Publish(ctx, e); err != nil {
		w.log.Warn("publishing an alarm; it will be tried again", zap.Error(err))
		return false
	}
	return true
}

// order puts messages of privileged senders first, in the order of the list, and
// the others behind them, both by the time of the service centre (smstools spec §7.3).
func (w *worker) order(stored []driver.Stored) {
	if !w.dev.sorts() {
		return
	}
	type key struct {
		rank int
		time time.Time
	}
	keys := map[driver.Stored]key{}
	for _, s := range stored {
		rank, at := w.rank(s)
		keys[s] = key{rank, at}
	}
	slices.SortStableFunc(stored, func(a, b driver.Stored) int {
		ka, kb := keys[a], keys[b]
		return cmp.Or(cmp.Compare(ka.rank, kb.rank), ka.time.Compare(kb.time))
	})
}

// rank is the place of a message's sender among the privileged, and its time.
func (w *worker) rank(s driver.Stored) (int, time.Time) {
	last := len(w.dev.PriviledgedNumbers)
	pdu, _ := tpdu.DecodeHex(string(s.PDU))
	mt, err := tpdu.DecodeMT(pdu)
	if err != nil || mt.Deliver == nil {
		return last, time.Time{}
	}
	for i, prefix := range w.dev.PriviledgedNumbers {
		if strings.HasPrefix(mt.Deliver.OA.Digits, string(prefix)) {
			return i, mt.Deliver.SCTS.Time
		}
	}
	return last, mt.Deliver.SCTS.Time
}
