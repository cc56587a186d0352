package modem

import (
	"context"
	"fmt"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// Listing says how the messages in a memory are found (smstools
// check_memory_method, smstools spec §7.8).
type Listing uint8

// Ways of finding messages.
const (
	// ListAuto takes all from AT+CMGL, and reads slot by slot where the modem
	// knows no such thing.
	ListAuto Listing = iota
	// ListByIndex reads slots until as many were found as AT+CPMS? says (method 1).
	ListByIndex
	// ListBlindly is the same, and looks at the first ten slots of a modem that
	// cannot tell how many messages it has (method 0).
	ListBlindly
	// ListDeletable reads the slots that AT+CMGD=? names (method 2).
	ListDeletable
	// ListThenRead reads each slot that AT+CMGL names (methods 3 and 4).
	ListThenRead
	// ListWhole takes all from AT+CMGL (methods 31 and 41).
	ListWhole
)

// blindSlots is how many slots are looked at in a modem that does not tell.
const blindSlots = 10

// listSelected lists the memory in use.
func (m *Modem) listSelected(ctx context.Context, limit int) ([]Stored, error) {
	switch m.cfg.Listing {
	case ListByIndex, ListBlindly:
		return m.listByIndex(ctx, limit)
	case ListDeletable:
		return m.listDeletable(ctx)
	}
	lines, err := m.showing(ctx, "AT+CMGL="+m.cfg.CMGLValue, OpCMGL)
	if isRefusal(err) {
		return m.listAfterRefusal(ctx, err, limit)
	}
	if err != nil {
		return nil, err
	}
	all := m.listed(lines)
	m.noteUsed(len(all))
	if m.cfg.Listing == ListThenRead {
		return m.readAll(ctx, indexes(all))
	}
	return all, nil
}

func indexes(all []Stored) []int {
	slots := make([]int, len(all))
	for i, s := range all {
		slots[i] = s.Index
	}
	return slots
}

// listDeletable reads what AT+CMGD=? names. Some modems name all slots there
// are, the empty ones too.
func (m *Modem) listDeletable(ctx context.Context) ([]Stored, error) {
	lines, err := m.doHeld(ctx, "AT+CMGD=?", m.patience(OpCMGD))
	if err != nil {
		return nil, err
	}
	for _, line := range lines {
		if slots, ok := atline.ParseCMGDTest(line, maxSlots); ok {
			all, err := m.readAll(ctx, slots)
			m.noteUsed(len(all))
			return all, err
		}
	}
	return nil, fmt.Errorf("%w: reading +CMGD", ErrAnswer)
}

// readAll reads slots; those that are empty, or that the modem refuses to show,
// are passed over.
func (m *Modem) readAll(ctx context.Context, slots []int) ([]Stored, error) {
	return m.readSome(ctx, slots, len(slots))
}

// readSome is readAll until so many messages were found.
func (m *Modem) readSome(ctx context.Context, slots []int, wanted int) ([]Stored, error) {
	var all []Stored
	for _, index := range slots {
		if len(all) >= wanted {
			break
		}
		s, err := m.readSlot(ctx, index)
		switch {
		case isNothing(err):
		case err != nil:
			return all, err
		default:
			all = append(all, s)
		}
	}
	return all, nil
}

// noteUsed remembers how many messages the memory in use holds, as a list shows.
func (m *Modem) noteUsed(used int) {
	if m.cfg.CMGLValue != allMessages && m.cfg.Listing != ListDeletable {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.usages[m.step.memory]
	u.Name, u.Used = m.step.memory, used
	m.usages[m.step.memory] = u
}

// noteUsage remembers what the modem says of a memory.
func (m *Modem) noteUsage(u atline.Memory) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.usages[u.Name] = u
}

// Memories returns how full the memories are that were looked at, as of the last
// look, in no order. Total is 0 where the modem did not tell. It may be called
// from any goroutine.
func (m *Modem) Memories() []atline.Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make([]atline.Memory, 0, len(m.usages))
	for _, u := range m.usages {
		all = append(all, u)
	}
	return all
}
