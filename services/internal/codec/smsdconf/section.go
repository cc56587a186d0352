package smsdconf

import (
	"fmt"
	"slices"
	"strings"
)

// Names of sections; [queue] and [provider] are other spellings of the first two.
const (
	queuesSection      = "queues"
	providersSection   = "providers"
	defaultSection     = "default"
	communicateSection = "communicate"
)

func oneSpelling(section string) string {
	switch section {
	case "queue":
		return queuesSection
	case "provider":
		return providersSection
	default:
		return section
	}
}

// groupOf returns the group section of a modem: its name up to the first digit and an asterisk.
func groupOf(modem string) string {
	if i := strings.IndexAny(modem, "0123456789"); i >= 0 {
		modem = modem[:i]
	}
	return modem + "*"
}

// indexSections finds the first section of each name, and warns of those that it hides.
func (r *reader) indexSections() {
	for i, s := range r.sections {
		if i == 0 || s.broken {
			continue
		}
		name := oneSpelling(s.name)
		if first, seen := r.index[name]; seen {
			r.warn(s.line, s.name, "", fmt.Sprintf("ignoring this section, because line %d has it already; join them", r.sections[first].line))
			continue
		}
		r.index[name] = i
	}
}

// section returns the first section of that name and marks it as read.
func (r *reader) section(name string) (section, bool) {
	i, found := r.index[name]
	if !found {
		return section{}, false
	}
	r.read[name] = true
	return r.sections[i], true
}

// warnOfUnread tells of sections that belong to no modem; smsd ignores them, and
// people leave them for modems that are out of use.
func (r *reader) warnOfUnread() {
	var known []string
	for name := range r.read {
		known = append(known, name)
	}
	known = append(known, r.cfg.Global.Devices...)
	known = append(known, queuesSection, providersSection, defaultSection, communicateSection)
	slices.Sort(known)
	for _, s := range r.sections[1:] {
		if s.broken || r.read[oneSpelling(s.name)] {
			continue
		}
		message := "ignoring this section, because no modem in devices needs it"
		if nearest, near := nearestName(s.name, known); near {
			message += "; did you mean [" + nearest + "]?"
		}
		r.warn(s.line, s.name, s.name, message)
	}
}
