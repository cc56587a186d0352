package modem

import (
	"fmt"
	"strings"
)

func storageCommands() map[string]command {
	return map[string]command{
		"+CPMS": {needs: needBooted, set: chooseMemories, query: showMemories, test: listMemories},
		"+CMGL": {needs: needMessages, execute: listMessages, set: listMessages, test: say("+CMGL: (0-4)")},
		"+CMGR": {needs: needBooted, set: readMessage, test: accept()},
		"+CMGD": {needs: needMessages, set: deleteMessage, test: listDeletable},
	}
}

// chooseMemories is AT+CPMS=<mem1>[,<mem2>[,<mem3>]] (3GPP TS 27.005 §3.2.3).
func chooseMemories(m *Modem, s *session, p params) result {
	if len(p) > m.cfg.MemoryArguments {
		return cms(cmsInvalidArgument)
	}
	chosen := m.storage.chosen
	for i := range p {
		chosen[i] = strings.ToUpper(p.text(i, chosen[i]))
		if m.storage.members(chosen[i]) == nil {
			return cms(cmsInvalidArgument)
		}
	}
	m.storage.chosen = chosen
	m.showUsage(s, func(string) string { return "" })
	m.pump()
	return ok()
}

func showMemories(m *Modem, s *session, _ params) result {
	m.showUsage(s, func(name string) string { return `"` + name + `",` })
	return ok()
}

func (m *Modem) showUsage(s *session, label func(string) string) {
	var parts []string
	for _, name := range m.storage.chosen[:m.cfg.MemoryArguments] {
		used, total := m.storage.usage(name)
		parts = append(parts, fmt.Sprintf("%s%d,%d", label(name), used, total))
	}
	s.info("+CPMS: " + strings.Join(parts, ","))
}

func listMemories(m *Modem, s *session, _ params) result {
	names := `("` + strings.Join(m.storage.names(), `","`) + `")`
	s.info("+CPMS: " + strings.TrimSuffix(strings.Repeat(names+",", m.cfg.MemoryArguments), ","))
	return ok()
}

// listMessages is AT+CMGL[=<stat>] (3GPP TS 27.005 §4.1).
func listMessages(m *Modem, s *session, p params) result {
	stat, valid := p.number(0, statUnread, statUnread, statAll)
	if !valid {
		return cms(cmsInvalidArgument)
	}
	var lines []string
	m.storage.each(m.storage.chosen[memoryRead], func(index int, p *place) {
		if stat != statAll && p.stat != stat {
			return
		}
		lines = append(lines, fmt.Sprintf("+CMGL: %d,%d,,%d", index, p.stat, p.length), p.pdu)
		p.markRead()
	})
	if len(lines) > 0 {
		s.info(lines...)
	}
	return ok()
}

// readMessage is AT+CMGR=<index> (3GPP TS 27.005 §4.2). An empty place is read
// as nothing, as most modems do.
func readMessage(m *Modem, s *session, p params) result {
	index, valid := p.number(0, -1, 0, maxIndex)
	found := m.storage.at(m.storage.chosen[memoryRead], index)
	if !valid || found == nil {
		return cms(cmsInvalidIndex)
	}
	if !found.used {
		return ok()
	}
	if m.set.textMode {
		s.info(inTextMode("+CMGR: ", found.stat))
	} else {
		s.info(fmt.Sprintf("+CMGR: %d,,%d", found.stat, found.length), found.pdu)
	}
	found.markRead()
	return ok()
}

func (p *place) markRead() {
	if p.stat == statUnread {
		p.stat = statRead
	}
}

// deleteMessage is AT+CMGD=<index>[,<delflag>] (3GPP TS 27.005 §3.5.4).
func deleteMessage(m *Modem, _ *session, p params) result {
	index, valid := p.number(0, -1, 0, maxIndex)
	flag, validFlag := p.number(1, 0, 0, 4)
	memory := m.storage.chosen[memoryRead]
	switch {
	case !valid || !validFlag:
		return cms(cmsInvalidArgument)
	case flag > 0:
		m.storage.removeAll(memory, flag)
	case m.storage.at(memory, index) == nil:
		return cms(cmsInvalidIndex)
	default:
		m.storage.remove(memory, index)
	}
	m.pump()
	return ok()
}

// removeAll deletes what <delflag> names: 1 those that were read, 2 also those
// that were sent, 3 also those to be sent, 4 all.
func (s *storage) removeAll(name string, flag int) {
	doomed := map[int]bool{
		statRead: true, statSent: flag >= 2, statUnsent: flag >= 3, statUnread: flag >= 4,
	}
	s.each(name, func(index int, p *place) {
		if doomed[p.stat] {
			s.remove(name, index)
		}
	})
}

func listDeletable(m *Modem, s *session, _ params) result {
	var indexes []string
	m.storage.each(m.storage.chosen[memoryRead], func(index int, _ *place) {
		indexes = append(indexes, itoa(index))
	})
	s.info("+CMGD: (" + strings.Join(indexes, ",") + "),(0-4)")
	return ok()
}

// writeMessage is AT+CMGW=<length>[,<stat>] (3GPP TS 27.005 §4.4).
func writeMessage(_ *Modem, _ *session, p params) result {
	length, valid := p.number(0, 0, 1, maxTPDU)
	stat, validStat := p.number(1, statUnsent, statUnread, statSent)
	if !valid || !validStat || length == 0 {
		return cms(cmsInvalidPDU)
	}
	return result{outcome: outcomePrompt, entry: &entry{
		length: length,
		done: func(s *session, e *entry) (result, error) {
			return s.m.write(s, e, stat), nil
		},
	}}
}

func (m *Modem) write(s *session, e *entry, stat int) result {
	m.mu.Lock()
	defer m.mu.Unlock()
	pdu := strings.ToUpper(e.text)
	if len(withoutSMSC(pdu)) != e.length {
		return cms(cmsInvalidPDU)
	}
	index, err := m.storage.put(m.storage.chosen[memoryWrite], place{stat: stat, pdu: pdu, length: e.length})
	if err != nil {
		return cms(cmsMemoryFull)
	}
	s.info("+CMGW: " + itoa(index))
	return ok()
}

// markSent is what AT+CMSS does to a message that the network has.
func (m *Modem) markSent(index int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.storage.at(m.storage.chosen[memoryWrite], index); p != nil && p.used {
		p.stat = statSent
	}
}
