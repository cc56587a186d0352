package route

import (
	"strings"

	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// List is a list of number prefixes: a blacklist or a whitelist of smstools
// (spec §7.2).
type List []Entry

// Entry is one prefix of a List.
type Entry struct {
	Prefix string
	// Queue is the queue that the entry selects; empty for none.
	Queue string
}

// ParseList reads a list: a prefix a line, "#" begins a comment anywhere, and a
// line [QUEUE] names the queue of the entries behind it, [] none again.
func ParseList(data []byte) List {
	var list List
	queue := ""
	for line := range strings.Lines(string(data)) {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "["); ok {
			queue = strings.TrimSpace(strings.TrimSuffix(name, "]"))
			continue
		}
		if line != "" {
			list = append(list, Entry{Prefix: line, Queue: queue})
		}
	}
	return list
}

// Match returns the first entry that number begins with. Of a short number the
// part behind its "s" is tried too.
func (l List) Match(number message.Address) (Entry, bool) {
	for _, e := range l {
		if Begins(number, e.Prefix) {
			return e, true
		}
	}
	return Entry{}, false
}

// Begins reports whether number begins with prefix. Of a short number the part
// behind its "s" is tried too.
func Begins(number message.Address, prefix string) bool {
	whole := number.Reveal()
	short, isShort := strings.CutPrefix(whole, "s")
	return strings.HasPrefix(whole, prefix) || isShort && strings.HasPrefix(short, prefix)
}
