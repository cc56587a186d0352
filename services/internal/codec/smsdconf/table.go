package smsdconf

import "strings"

// table holds the rows of a scope, bound to one struct, and finds them by name.
type table struct {
	rows   []row
	byName map[string]int
	// lines remembers where each setting got its value.
	lines map[string]int
}

// newTable indexes the rows and stores the defaults that depend on nothing else.
func newTable(rows []row) table {
	t := table{rows, make(map[string]int, 2*len(rows)), make(map[string]int)}
	for i, r := range rows {
		t.byName[r.Name] = i
		for _, alias := range r.Aliases {
			t.byName[alias] = i
		}
		if r.fallback == nil && r.Default != "" {
			r.set(r.Default)
		}
	}
	return t
}

// find returns the row for a name of the file: in any case, but for
// read_timeout_XXX (smstools spec §6.1).
func (t table) find(name string) (row, bool) {
	if isReadTimeout(name) {
		return t.findReadTimeout(name)
	}
	i, ok := t.byName[strings.ToLower(name)]
	if !ok {
		return row{}, false
	}
	return t.rows[i], true
}

func (t table) findReadTimeout(name string) (row, bool) {
	i, ok := t.byName[readTimeoutName]
	if !ok {
		return row{}, false
	}
	r := t.rows[i]
	r.set = r.keyed(strings.TrimPrefix(name, readTimeoutPrefix))
	return r, r.set != nil
}

// assign stores the value of a line, whose name must have been found as r. The
// word modemname becomes the name of the modem unless that is "".
func (t table) assign(r row, a assignment, modem string) outcome {
	value := a.value
	if r.named && modem != "" {
		value = strings.ReplaceAll(value, "modemname", modem)
	}
	result := r.set(value)
	if result != refused {
		t.lines[r.nameOf(a)] = a.line
	}
	return result
}

// nameOf is the name under which a line's value is remembered.
func (r row) nameOf(a assignment) string {
	if r.keyed != nil {
		return a.name
	}
	return r.Name
}

// finish stores the defaults that depend on other settings.
func (t table) finish() {
	for _, r := range t.rows {
		if r.fallback != nil && t.lines[r.Name] == 0 {
			r.fallback()
		}
	}
}

// names returns all names of the file that find knows.
func (t table) names() []string {
	var names []string
	for _, r := range t.rows {
		if r.keyed != nil {
			names = append(names, readTimeoutNames()...)
			continue
		}
		names = append(append(names, r.Name), r.Aliases...)
	}
	return names
}
