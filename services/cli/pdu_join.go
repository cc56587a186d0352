package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// joinedMessage is a concatenated message of which several parts were given.
type joinedMessage struct {
	// Address is the other party.
	Address   string `json:"address"`
	Reference uint16 `json:"reference"`
	Total     uint8  `json:"total"`
	// Missing are the numbers of the parts that were not given.
	Missing []int `json:"missing,omitempty"`
	// Text is the whole text, or that of the parts that are there; nil for data.
	Text *string `json:"text,omitempty"`
	// Data are the octets of a message that is no text, in hex.
	Data string `json:"data,omitempty"`
}

// messageKey is the same for the parts of one message.
type messageKey struct {
	kind, address string
	toa           byte
	reference     uint16
	wide          bool
	total         uint8
}

// joinParts puts the parts of concatenated messages together, in the order in
// which the messages began. A message of which but one part is there is left out,
// also when it is there twice.
func joinParts(all []*explained) []*joinedMessage {
	var order []messageKey
	groups := map[messageKey][]*explained{}
	for _, x := range all {
		part, ok := tpdu.Concatenation(x.reading.userData().udh)
		if !ok {
			continue
		}
		key := messageKey{x.Type, x.Address, x.reading.address().TOA, part.Reference, part.Wide, part.Total}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], x)
	}
	var messages []*joinedMessage
	for _, key := range order {
		if there := placed(groups[key]); len(there) > 1 {
			messages = append(messages, joinGroup(key, there))
		}
	}
	return messages
}

// placed sorts parts by their numbers; of several with the same one the first counts.
func placed(parts []*explained) []*explained {
	number := func(a, b *explained) int { return cmp.Compare(a.Part.Number, b.Part.Number) }
	sorted := slices.Clone(parts)
	slices.SortStableFunc(sorted, number)
	return slices.CompactFunc(sorted, func(a, b *explained) bool { return number(a, b) == 0 })
}

func joinGroup(key messageKey, there []*explained) *joinedMessage {
	m := &joinedMessage{Address: key.address, Reference: key.reference, Total: key.total}
	rest := there
	for n := 1; n <= int(key.total); n++ {
		if len(rest) > 0 && int(rest[0].Part.Number) == n {
			rest = rest[1:]
		} else {
			m.Missing = append(m.Missing, n)
		}
	}
	m.fill(there)
	return m
}

// fill sets the content. Parts in one form are joined before they are decoded,
// since a character may be cut in two; others each speak for themselves.
func (m *joinedMessage) fill(there []*explained) {
	first := there[0].reading.userData().form()
	var data []byte
	for _, x := range there {
		u := x.reading.userData()
		if u.form() != first {
			m.Text = separateText(there)
			return
		}
		data = append(data, u.data...)
	}
	if text, ok := first.text(data); ok {
		m.Text = &text
	} else {
		m.Data = fmt.Sprintf("%X", data)
	}
}

// separateText joins texts that are in different alphabets.
func separateText(parts []*explained) *string {
	var all strings.Builder
	for _, x := range parts {
		if x.Text != nil {
			all.WriteString(*x.Text)
		}
	}
	text := all.String()
	return &text
}

func (m *joinedMessage) write(w io.Writer) {
	fmt.Fprintf(w, "joined: message of %s, reference %d\n", plural(int(m.Total), "part"), m.Reference)
	if len(m.Missing) > 0 {
		fmt.Fprintf(w, "  ! missing: %s\n", strings.Trim(fmt.Sprint(m.Missing), "[]"))
	}
	if m.Text != nil {
		fmt.Fprintf(w, "  text  %s\n", quote(*m.Text))
	} else {
		fmt.Fprintf(w, "  data  %s\n", m.Data)
	}
}
