package modem

import "fmt"

// Limits of phone book entries as AT+CPBR=? shows them.
const (
	maxPhoneNumber = 40
	maxPhoneText   = 20
)

// contact is a phone book entry; an empty number is a free entry.
type contact struct {
	number, text string
}

// phonebooks are SM (the SIM's), ME, MC (missed), RC (received) and DC (dialled).
type phonebooks struct {
	names   []string
	entries map[string][]contact
	chosen  string
}

func newPhonebooks(size int) phonebooks {
	b := phonebooks{
		names:   []string{"SM", "ME", "MC", "RC", "DC"},
		entries: map[string][]contact{},
		chosen:  "SM",
	}
	for _, name := range b.names {
		b.entries[name] = make([]contact, max(size, 1))
	}
	return b
}

// missed puts a call in front of the missed ones; the oldest falls out.
func (b *phonebooks) missed(number string) {
	list := b.entries["MC"]
	copy(list[1:], list)
	list[0] = contact{number: plus(number)}
}

func (b *phonebooks) used() int {
	n := 0
	for _, c := range b.entries[b.chosen] {
		if c.number != "" {
			n++
		}
	}
	return n
}

func phonebookCommands() map[string]command {
	return map[string]command{
		"+CPBS": {needs: needSIM, set: choosePhonebook, query: showPhonebook, test: say(`+CPBS: ("SM","ME","MC","RC","DC")`)},
		"+CPBR": {needs: needSIM, set: readPhonebook, test: phonebookSize("+CPBR: ")},
		"+CPBW": {needs: needSIM, set: writePhonebook, test: phonebookSize("+CPBW: ")},
	}
}

func choosePhonebook(m *Modem, _ *session, p params) result {
	name := p.text(0, "")
	if _, known := m.books.entries[name]; !known {
		return cme(cmeNotAllowed)
	}
	m.books.chosen = name
	return ok()
}

func showPhonebook(m *Modem, s *session, _ params) result {
	b := &m.books
	s.info(fmt.Sprintf(`+CPBS: "%s",%d,%d`, b.chosen, b.used(), len(b.entries[b.chosen])))
	return ok()
}

// phonebookSize makes the test form, which 3GPP TS 27.007 §8.12 and §8.14 give
// the limits in different order.
func phonebookSize(prefix string) handler {
	return func(m *Modem, s *session, _ params) result {
		size := len(m.books.entries[m.books.chosen])
		if prefix == "+CPBW: " {
			s.info(fmt.Sprintf("%s(1-%d),%d,(129,145),%d", prefix, size, maxPhoneNumber, maxPhoneText))
			return ok()
		}
		s.info(fmt.Sprintf("%s(1-%d),%d,%d", prefix, size, maxPhoneNumber, maxPhoneText))
		return ok()
	}
}

// readPhonebook is AT+CPBR=<first>[,<last>] (3GPP TS 27.007 §8.12).
func readPhonebook(m *Modem, s *session, p params) result {
	list := m.books.entries[m.books.chosen]
	first, valid := p.number(0, 0, 1, len(list))
	last, validLast := p.number(1, first, 1, len(list))
	if !valid || !validLast || first == 0 {
		return cme(cmeInvalidIndex)
	}
	for i := first; i <= last; i++ {
		if c := list[i-1]; c.number != "" {
			s.info(fmt.Sprintf(`+CPBR: %d,"%s",%d,"%s"`, i, c.number, numberType(c.number), c.text))
		}
	}
	return ok()
}

// writePhonebook is AT+CPBW=[<index>][,<number>[,<type>[,<text>]]]; without a
// number it deletes, without an index it takes the first free entry.
func writePhonebook(m *Modem, _ *session, p params) result {
	list := m.books.entries[m.books.chosen]
	index, valid := p.number(0, 0, 1, len(list))
	c := contact{number: p.text(1, ""), text: p.text(3, "")}
	if !valid || len(c.number) > maxPhoneNumber || len(c.text) > maxPhoneText {
		return cme(cmeInvalidIndex)
	}
	if index == 0 && c.number != "" {
		index = firstFree(list)
	}
	if index == 0 {
		return cme(cmeMemoryFull)
	}
	list[index-1] = c
	return ok()
}

// firstFree returns the index, from 1, of the first free entry; 0 for none.
func firstFree(list []contact) int {
	for i, c := range list {
		if c.number == "" {
			return i + 1
		}
	}
	return 0
}
