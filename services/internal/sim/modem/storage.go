package modem

import "fmt"

// Places in AT+CPMS (3GPP TS 27.005 §3.2.3).
const (
	memoryRead = iota
	memoryWrite
	memoryReceive
)

// Message status <stat> in PDU mode (3GPP TS 27.005 §3.1).
const (
	statUnread = iota
	statRead
	statUnsent
	statSent
	statAll
)

// maxIndex bounds the indexes in commands.
const maxIndex = 1 << 20

// unionName is the memory that is SM and ME together.
const unionName = "MT"

// place is one place in a memory.
type place struct {
	used   bool
	stat   int
	pdu    string
	length int
}

// store is a memory with its messages.
type store struct {
	name   string
	places []place
	used   int
}

// storage is all memories and which of them are in use for what.
type storage struct {
	stores  []*store
	first   int
	initial string
	chosen  [3]string
	// full says that nothing is taken, whatever is free.
	full bool
}

func newStorage(cfg *Config) storage {
	s := storage{first: 1, initial: cfg.Memories[0].Name}
	if cfg.FirstIndex0 {
		s.first = 0
	}
	for _, mem := range cfg.Memories {
		s.stores = append(s.stores, &store{name: mem.Name, places: make([]place, max(mem.Size, 0))})
	}
	return s
}

func (s *storage) powerUp() { s.chosen = [3]string{s.initial, s.initial, s.initial} }

// members returns the stores that a name stands for; none when it is unknown.
func (s *storage) members(name string) []*store {
	var sim, phone *store
	for _, st := range s.stores {
		switch st.name {
		case name:
			return []*store{st}
		case "SM":
			sim = st
		case "ME":
			phone = st
		}
	}
	if name == unionName && sim != nil && phone != nil {
		return []*store{sim, phone}
	}
	return nil
}

// names returns all names that may be chosen.
func (s *storage) names() []string {
	var names []string
	for _, st := range s.stores {
		names = append(names, st.name)
	}
	if len(s.members(unionName)) == 2 {
		names = append(names, unionName)
	}
	return names
}

// usage returns how many places of a memory are used, and how many there are.
func (s *storage) usage(name string) (used, total int) {
	for _, st := range s.members(name) {
		used += st.used
		total += len(st.places)
	}
	if s.full {
		used = total
	}
	return used, total
}

// locate returns the store and the position behind an index.
func (s *storage) locate(name string, index int) (*store, int) {
	position := index - s.first
	if position < 0 {
		return nil, 0
	}
	for _, st := range s.members(name) {
		if position < len(st.places) {
			return st, position
		}
		position -= len(st.places)
	}
	return nil, 0
}

// at returns the place behind an index, nil when it is outside the memory.
func (s *storage) at(name string, index int) *place {
	st, position := s.locate(name, index)
	if st == nil {
		return nil
	}
	return &st.places[position]
}

// put stores a message in the first free place and returns its index.
func (s *storage) put(name string, p place) (int, error) {
	members := s.members(name)
	if members == nil {
		return 0, fmt.Errorf("%w: %q", ErrNoMemory, name)
	}
	if s.full {
		return 0, ErrMemoryFull
	}
	base := s.first
	for _, st := range members {
		if position, free := st.put(p); free {
			return base + position, nil
		}
		base += len(st.places)
	}
	return 0, ErrMemoryFull
}

func (st *store) put(p place) (position int, free bool) {
	if st.used == len(st.places) {
		return 0, false
	}
	p.used = true
	for i := range st.places {
		if !st.places[i].used {
			st.places[i] = p
			st.used++
			return i, true
		}
	}
	return 0, false
}

// remove empties a place; one that is empty already stays so.
func (s *storage) remove(name string, index int) {
	st, position := s.locate(name, index)
	if st != nil && st.places[position].used {
		st.places[position] = place{}
		st.used--
	}
}

// each calls f for every message of a memory in order of the index.
func (s *storage) each(name string, f func(index int, p *place)) {
	_, total := s.usage(name)
	for index := s.first; index < s.first+total; index++ {
		if p := s.at(name, index); p.used {
			f(index, p)
		}
	}
}
