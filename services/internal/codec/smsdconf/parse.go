package smsdconf

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Options say how Parse reads.
type Options struct {
	// Choose is asked which alternative of "name = ? a | b" to take, by index from
	// 0; an index that does not exist means the first. nil: always the first.
	// Alternatives may be secrets.
	Choose func(section, name string, alternatives []string) int
}

// Parse reads an smsd.conf (smstools spec §6). The Config is never nil and holds
// all that could be understood; it must not be used when Refuses(problems).
// The problems are those of syntax, names and values, of modems and of queues,
// in the order of their lines.
func Parse(data []byte, opt Options) (*Config, []Problem) {
	r := &reader{opt: opt, cfg: &Config{}, index: map[string]int{}, read: map[string]bool{}}
	r.sections = r.scan(data)
	r.indexSections()
	r.readGlobal()
	r.readQueues()
	r.readProviders()
	r.readCommunicate()
	r.readModems()
	r.warnOfUnread()
	r.checkModems()
	r.checkQueues()
	sortByLine(r.problems)
	slices.SortStableFunc(r.cfg.uses, func(a, b Use) int { return cmp.Compare(a.Line, b.Line) })
	return r.cfg, r.problems
}

// reader collects what one Parse finds.
type reader struct {
	opt      Options
	sections []section
	cfg      *Config
	problems []Problem
	// index finds the first section of a name in sections.
	index map[string]int
	// read holds the names of the sections that something was read from.
	read map[string]bool
}

func (r *reader) fail(line int, section, name, message string) {
	r.problems = append(r.problems, Problem{line, section, name, Error, message})
}

func (r *reader) warn(line int, section, name, message string) {
	r.problems = append(r.problems, Problem{line, section, name, Warning, message})
}

func (r *reader) readGlobal() {
	g := &r.cfg.Global
	t := newTable(globalRows(g))
	r.checkSection(r.sections[0], t)
	t.finish()
	g.lines = t.lines
}

// checkSection stores the values of a section, reports what is wrong with them
// and records their use.
func (r *reader) checkSection(s section, t table) {
	for _, a := range s.assignments {
		found, ok := t.find(a.name)
		if !ok {
			r.unknown(s, a, t)
			continue
		}
		switch t.assign(found, a, "") {
		case refused:
			r.fail(a.line, s.name, found.Name, describe(found, a)+": give "+found.Values)
			continue
		case takenInPart:
			r.warn(a.line, s.name, found.Name, describe(found, a)+": using the number alone; remove the text after it")
		case takenAsZero:
			r.warn(a.line, s.name, found.Name, describe(found, a)+": there is no number, which counts as 0; remove the line, or give "+found.Values)
		}
		r.cfg.uses = append(r.cfg.uses, Use{found.Name, a.name, found.Scope, s.name, a.line})
	}
}

// describe names a setting and, unless it is private, the value it was given.
func describe(r row, a assignment) string {
	if r.private {
		return "setting " + r.nameOf(a)
	}
	return fmt.Sprintf("setting %s to %s", r.nameOf(a), quote(a.value))
}

// quote shows at most the beginning of a text.
func quote(text string) string {
	const most = 60
	if len(text) > most {
		text = text[:most] + "..."
	}
	return fmt.Sprintf("%q", text)
}

func (r *reader) unknown(s section, a assignment, t table) {
	message := "unknown setting " + quote(a.name)
	nearest, near := nearestName(a.name, t.names())
	switch {
	case near:
		message += "; did you mean " + nearest + "?"
	case s.name == "" && newTable(modemRows(&Modem{}, &Global{})).knows(a.name):
		message += " in the global part; move it to a modem's section or to [default]"
	case s.name != "" && newTable(globalRows(&Global{})).knows(a.name):
		message += " in a section; move it to the global part"
	default:
		message += "; correct or remove it"
	}
	r.fail(a.line, s.name, a.name, message)
}

func (t table) knows(name string) bool {
	_, ok := t.find(name)
	return ok
}

func (r *reader) readCommunicate() {
	s, _ := r.section(communicateSection)
	for _, a := range s.assignments {
		name := strings.ToLower(a.name)
		if len(name) != 2 || name[0] != 'a' || name[1] < '0' || name[1] > '9' {
			r.fail(a.line, s.name, a.name, "unknown setting "+quote(a.name)+"; give a0 to a9")
			continue
		}
		r.cfg.Communicate[name[1]-'0'] = a.value
	}
}
