package modem

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// Stored is a message in one of the modem's memories.
type Stored struct {
	// Memory is the name of the memory; empty: the one in use, whose name the modem did not tell.
	Memory string
	// Index is the slot.
	Index int
	// Status is 0 received unread, 1 received read, 2 stored unsent, 3 stored
	// sent (3GPP TS 27.005 §3.1, <stat>).
	Status int
	// Length is what the modem says of the TPDU, in octets.
	Length int
	// PDU is what lies there; it may be damaged or empty.
	PDU PDU
}

// Received reports whether the message came from the network.
func (s Stored) Received() bool { return s.Status <= 1 }

// +CMS ERROR and +CME ERROR numbers for a slot that holds nothing.
const (
	cmsInvalidIndex = 321
	cmeInvalidIndex = 21
	cmeNotFound     = 22
)

// List returns the messages in the configured memories, or in the one in use, and
// in those that the modem has named in an indication since (3GPP TS 27.005
// §3.4.2). A memory that cannot be looked at keeps the others from nothing: what
// was found is returned with the error.
func (m *Modem) List(ctx context.Context) ([]Stored, error) {
	if err := m.take(ctx); err != nil {
		return nil, err
	}
	defer m.release()
	var all []Stored
	var troubles []error
	for i, memory := range m.memories() {
		found, err := m.listMemory(ctx, memory, m.limit(i))
		all = append(all, found...)
		if isUnusable(err) {
			troubles = append(troubles, err)
			continue
		}
		if err != nil {
			return all, err
		}
	}
	return all, errors.Join(troubles...)
}

// memories are the names of those to be looked at.
func (m *Modem) memories() []string {
	memories := slices.Clone(m.cfg.Memories)
	if len(memories) == 0 {
		memories = slices.Clone(m.step.memories)
	}
	if len(memories) == 0 {
		memories = append(memories, m.step.home)
	}
	if memories[0] == "" {
		return memories // there would be no way back from another one
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range m.named {
		if !slices.Contains(memories, name) && !covers(memories, name) {
			memories = append(memories, name)
		}
	}
	return memories
}

// covers reports whether one of the memories is the union of SIM and device.
func covers(memories []string, name string) bool {
	return slices.Contains(memories, "MT") && (name == "SM" || name == "ME")
}

// maxNamed bounds the memories that a modem may name: the standard has six.
const maxNamed = 8

// remember keeps the name of a memory that an indication names. mu is held.
func (m *Modem) remember(e Event) {
	n, ok := e.(NewMessage)
	if !ok || n.Memory == "" || len(m.named) == maxNamed || slices.Contains(m.named, n.Memory) {
		return
	}
	m.named = append(m.named, n.Memory)
}

// limit is how many slots of a memory are looked at.
func (m *Modem) limit(memory int) int {
	if memory > 0 && m.cfg.SecondaryMax > 0 {
		return m.cfg.SecondaryMax
	}
	return maxSlots
}

func (m *Modem) listMemory(ctx context.Context, memory string, limit int) ([]Stored, error) {
	if err := m.selectMemory(ctx, memory); err != nil {
		return nil, err
	}
	return m.listSelected(ctx, limit)
}

// listAfterRefusal tells an empty memory, which some modems answer with ERROR,
// from a modem that knows no AT+CMGL or is in trouble.
func (m *Modem) listAfterRefusal(ctx context.Context, refusal error, limit int) ([]Stored, error) {
	if class := classOf(refusal); class != atline.Unknown && class != atline.Modem {
		return nil, refusal
	}
	return m.listByIndex(ctx, limit)
}

func classOf(err error) atline.Class {
	var r *RefusedError
	if errors.As(err, &r) {
		return r.Class
	}
	return atline.Unknown
}

// listed reads an answer to AT+CMGL: headers, each with the PDU below.
func (m *Modem) listed(lines []string) []Stored {
	var all []Stored
	for i, line := range lines {
		header, err := atline.ParseCMGL(line)
		if err != nil {
			continue
		}
		all = append(all, m.stored(header, header.Index, pduBelow(lines, i)))
	}
	return all
}

func (m *Modem) stored(header atline.Stored, index int, pdu PDU) Stored {
	return Stored{Memory: m.step.memory, Index: index, Status: header.Status, Length: header.Length, PDU: m.withCentre(pdu)}
}

// pduBelow returns the line after a header, unless it is a header itself.
func pduBelow(lines []string, header int) PDU {
	if header+1 == len(lines) || atline.Name(lines[header+1]) != "" {
		return ""
	}
	return PDU(lines[header+1])
}

// listByIndex reads slots until as many messages were found as the memory holds.
// Of a modem that does not tell how many these are, the first slots are read; only
// with ListByIndex that is an error.
func (m *Modem) listByIndex(ctx context.Context, limit int) ([]Stored, error) {
	memory, err := m.usage(ctx)
	if isUnusable(err) && m.cfg.Listing != ListByIndex {
		return m.readAll(ctx, slots(m.cfg.MemoryStart, min(blindSlots, limit)))
	}
	if err != nil {
		return nil, err
	}
	all, err := m.readSome(ctx, slots(m.cfg.MemoryStart, min(memory.Total, limit)), memory.Used)
	if err == nil && len(all) == 0 && memory.Used > 0 {
		return nil, fmt.Errorf("%w: finding none of %d messages", ErrAnswer, memory.Used)
	}
	return all, err
}

// isNothing reports whether a slot holds nothing that could be read.
func isNothing(err error) bool { return errors.Is(err, ErrEmptySlot) || isRefusal(err) }

// slots orders the slots of a memory that may count from 0 or 1: from start to
// the last, then those before start.
func slots(start, total int) []int {
	total = min(total, maxSlots)
	order := make([]int, 0, total+1)
	for i := start; i <= total; i++ {
		order = append(order, i)
	}
	for i := range min(start, total+1) {
		order = append(order, i)
	}
	return order
}

// maxSlots bounds what a modem may claim to hold.
const maxSlots = 10000

// ErrEmptySlot is what Read returns when nothing lies in the slot.
var ErrEmptySlot = errors.New("slot is empty")

// Read returns the message in one slot, as a NewMessage names it (AT+CMGR,
// 3GPP TS 27.005 §4.4); ErrEmptySlot when there is none.
func (m *Modem) Read(ctx context.Context, memory string, index int) (Stored, error) {
	if err := m.take(ctx); err != nil {
		return Stored{}, err
	}
	defer m.release()
	if err := m.selectMemory(ctx, memory); err != nil {
		return Stored{}, err
	}
	return m.readSlot(ctx, index)
}

func (m *Modem) readSlot(ctx context.Context, index int) (Stored, error) {
	lines, err := m.showing(ctx, fmt.Sprintf("AT+CMGR=%d", index), OpCMGR)
	if isEmptySlot(err) {
		return Stored{}, fmt.Errorf("%w: reading slot %d: %w", ErrEmptySlot, index, err)
	}
	if err != nil {
		return Stored{}, err
	}
	for i, line := range lines {
		if header, err := atline.ParseCMGR(line); err == nil && header.Length+len(pduBelow(lines, i)) > 0 {
			return m.stored(header, index, pduBelow(lines, i)), nil
		}
	}
	return Stored{}, fmt.Errorf("%w: reading slot %d", ErrEmptySlot, index)
}

func isEmptySlot(err error) bool {
	var r *RefusedError
	return errors.As(err, &r) && (r.Code == cmsInvalidIndex || r.Code == cmeInvalidIndex || r.Code == cmeNotFound)
}

// Delete removes a message from its memory (AT+CMGD, 3GPP TS 27.005 §3.5.4). A
// refusal is tried once more; that nothing is there is no error.
func (m *Modem) Delete(ctx context.Context, s Stored) error {
	if err := m.take(ctx); err != nil {
		return err
	}
	defer m.release()
	if err := m.selectMemory(ctx, s.Memory); err != nil {
		return err
	}
	command := fmt.Sprintf("AT+CMGD=%d", s.Index)
	_, err := m.doHeld(ctx, command, m.patience(OpCMGD))
	if isRefusal(err) && !isEmptySlot(err) {
		_, err = m.doHeld(ctx, command, m.patience(OpCMGD))
	}
	if isEmptySlot(err) {
		return nil
	}
	return err
}

// Usage returns how full the memory in use is.
func (m *Modem) Usage(ctx context.Context) (atline.Memory, error) {
	if err := m.take(ctx); err != nil {
		return atline.Memory{}, err
	}
	defer m.release()
	return m.usage(ctx)
}

// usage asks AT+CPMS? and remembers the name of the memory in use.
func (m *Modem) usage(ctx context.Context) (atline.Memory, error) {
	lines, err := m.doHeld(ctx, "AT+CPMS?", m.patience(OpCPMS))
	if err != nil {
		return atline.Memory{}, err
	}
	for _, line := range lines {
		if memories, err := atline.ParseCPMS(line); err == nil {
			m.inUse(memories)
			return memories[0], nil
		}
	}
	return atline.Memory{}, fmt.Errorf("%w: reading +CPMS", ErrAnswer)
}

// inUse takes over what the modem says of the memories in use.
func (m *Modem) inUse(memories []atline.Memory) {
	if m.step.memory = or(memories[0].Name, m.step.memory); m.step.memory != "" {
		m.step.home = or(m.step.home, m.step.memory)
	}
	m.step.others = nil
	for _, other := range memories[1:] {
		m.step.others = append(m.step.others, or(other.Name, m.step.memory))
	}
	memories[0].Name = m.step.memory
	m.noteUsage(memories[0])
}

// selectMemory makes a memory the one to read and delete in (AT+CPMS, 3GPP TS
// 27.005 §3.2.2). What the modem writes to and receives into stays as it is; some
// want those named too.
func (m *Modem) selectMemory(ctx context.Context, memory string) error {
	if memory == "" || memory == m.step.memory {
		return nil
	}
	lines, err := m.doHeld(ctx, "AT+CPMS="+atline.Quote(memory), m.patience(OpCPMS))
	if isRefusal(err) && len(m.step.others) > 0 {
		command := "AT+CPMS=" + atline.Quote(memory)
		for _, other := range m.step.others {
			command += "," + atline.Quote(other)
		}
		lines, err = m.doHeld(ctx, command, m.patience(OpCPMS))
	}
	if err != nil {
		return err
	}
	m.step.memory = memory
	for _, line := range lines {
		if memories, err := atline.ParseCPMS(line); err == nil {
			memories[0].Name = memory
			m.noteUsage(memories[0])
		}
	}
	return nil
}

// chooseMemories finds out which memories List is to look at. Those of the
// configuration stand as they are; of those of the profile the ones that the
// modem says it has.
func (m *Modem) chooseMemories(ctx context.Context) error {
	wanted := m.Profile().Memories
	if len(m.cfg.Memories) > 0 || len(wanted) == 0 {
		return nil
	}
	lines, err := m.doHeld(ctx, "AT+CPMS=?", m.patience(OpCPMS))
	if err != nil {
		return unlessTimeout(unlessRefusal(err))
	}
	for _, line := range lines {
		sets, err := atline.ParseCPMSTest(line)
		if err != nil {
			continue
		}
		for _, name := range wanted {
			if slices.Contains(sets[0], name) {
				m.step.memories = append(m.step.memories, name)
			}
		}
	}
	return nil
}
