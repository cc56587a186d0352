package gsm7

// Fitting returns those of the tables wanted that a text needs, and an encoder for
// them, as smstools chooses them (spec §1.7): the default ones, until a character is
// in none of them; then the locking table that is wanted if it has the character,
// then the single shift table, for the whole text. As long as a single shift table is
// wanted and not needed, a character of the default extension table is taken from
// there, even when the locking table has it too.
func Fitting(text string, wanted Tables) (*Encoder, Tables) {
	var tables Tables
	for more := true; more; {
		tables, more = widen(text, tables, wanted)
	}
	if extensionFirst(tables, wanted) {
		return newExtensionFirst(tables.Locking), tables
	}
	return NewEncoder(tables), tables
}

func extensionFirst(tables, wanted Tables) bool {
	return tables.Single == Basic && wanted.Single != Basic
}

// widen adds the first of the tables wanted that a character of the text needs, and
// says whether there is such a one.
func widen(text string, tables, wanted Tables) (wider Tables, more bool) {
	locking, single := tables, tables
	locking.Locking, single.Single = wanted.Locking, wanted.Single
	now, withLocking, withSingle := NewEncoder(tables), NewEncoder(locking), NewEncoder(single)
	first := extensionFirst(tables, wanted)
	for _, r := range text {
		code := now.Code(r)
		switch {
		case code.Septets() == 1, code.Septets() == 2 && first:
		case tables != locking && withLocking.Code(r).Septets() == 1:
			return locking, true
		case code == Missing && withSingle.Code(r) != Missing:
			return single, true
		}
	}
	return tables, false
}

// newExtensionFirst returns an encoder for a locking table and the default extension
// table, from which it takes what stands in both.
func newExtensionFirst(locking Language) *Encoder {
	tables, e := Tables{Locking: locking}, emptyEncoder()
	e.addTable(tables.single(), escaped)
	e.addTable(tables.locking(), 0)
	return e
}
