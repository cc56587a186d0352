package smsdconf

import (
	"slices"
	"strings"
)

// readQueues reads [queues]: NAME = dir.
func (r *reader) readQueues() {
	s, _ := r.section(queuesSection)
	for _, a := range s.assignments {
		switch {
		case a.value == "":
			r.fail(a.line, s.name, a.name, "queue "+quote(a.name)+" has no directory; give one")
		case r.queue(a.name) >= 0:
			r.fail(a.line, s.name, a.name, "queue "+quote(a.name)+" is there twice; remove one")
		default:
			r.cfg.Queues = append(r.cfg.Queues, Queue{a.name, a.value, a.line})
			r.cfg.Providers = append(r.cfg.Providers, Provider{Queue: a.name, Prefixes: allPrefixes()})
		}
	}
}

// allPrefixes let a queue take every number, short ones too.
func allPrefixes() []string { return strings.Split("0123456789s", "") }

// queue returns the index of the queue of that name, -1 for none.
func (r *reader) queue(name string) int {
	return slices.IndexFunc(r.cfg.Queues, func(q Queue) bool { return q.Name == name })
}

func (r *reader) queueNames() []string {
	names := make([]string, len(r.cfg.Queues))
	for i, q := range r.cfg.Queues {
		names[i] = q.Name
	}
	return names
}

// readProviders reads [providers]: NAME = prefix, prefix; the blanks do not count.
func (r *reader) readProviders() {
	s, _ := r.section(providersSection)
	for _, a := range s.assignments {
		prefixes := items(strings.ReplaceAll(a.value, " ", ""))
		i := r.queue(a.name)
		switch {
		case i < 0:
			r.fail(a.line, s.name, a.name, "provider "+quote(a.name)+" has no queue"+r.didYouMeanQueue(a.name)+"; add it to [queues] or remove the line")
		case r.cfg.Providers[i].Line != 0:
			r.fail(a.line, s.name, a.name, "provider "+quote(a.name)+" is there twice; join the lines")
		case len(prefixes) == 0:
			r.fail(a.line, s.name, a.name, "provider "+quote(a.name)+" has no prefixes; give some, or remove the line to take all numbers")
		default:
			r.cfg.Providers[i] = Provider{a.name, prefixes, a.line}
			r.warnOfIdlePrefixes(s.name, a, prefixes)
		}
	}
}

// warnOfIdlePrefixes tells of prefixes that no normalised number has (smstools spec §1.3).
func (r *reader) warnOfIdlePrefixes(section string, a assignment, prefixes []string) {
	for _, p := range prefixes {
		if strings.Trim(strings.TrimPrefix(p, "s"), "0123456789*#") != "" {
			r.warn(a.line, section, a.name, "prefix "+quote(p)+" matches no number; give digits, after an s for short numbers")
		}
	}
}

// checkQueues applies the rules of smstools spec §7.1 about queues as a whole.
func (r *reader) checkQueues() {
	served := r.servedQueues()
	dirs := map[string]string{}
	section := queuesSection
	for _, q := range r.cfg.Queues {
		dir := strings.TrimRight(q.Dir, "/")
		if other, taken := dirs[dir]; taken {
			r.fail(q.Line, section, q.Name, "queues "+quote(other)+" and "+quote(q.Name)+" have the same directory; give each its own")
		}
		dirs[dir] = q.Name
		if !served[q.Name] {
			r.fail(q.Line, section, q.Name, "queue "+quote(q.Name)+" is served by no sending modem; add it to the setting queues of one")
		}
	}
}

// servedQueues holds the names of queues that a sending modem serves.
func (r *reader) servedQueues() map[string]bool {
	served := map[string]bool{}
	for _, m := range r.cfg.Modems {
		for _, q := range m.Queues {
			served[q] = served[q] || m.Outgoing
		}
	}
	return served
}

// checkModemQueues applies the rules of smstools spec §7.1 about one modem.
func (r *reader) checkModemQueues(m *Modem) {
	line := r.lineOf(m, "queues")
	for _, q := range m.Queues {
		if r.queue(q) < 0 {
			r.fail(line, m.Name, "queues", "modem "+m.Name+" serves the unknown queue "+quote(q)+r.didYouMeanQueue(q)+"; add it to [queues] or remove it")
		}
	}
	if len(r.cfg.Queues) > 0 && m.Outgoing && len(m.Queues) == 0 {
		r.fail(line, m.Name, "queues", "modem "+m.Name+" sends and serves no queue; add a line queues = NAME, or outgoing = no")
	}
}

func (r *reader) didYouMeanQueue(name string) string {
	if nearest, near := nearestName(name, r.queueNames()); near {
		return " (did you mean " + quote(nearest) + "?)"
	}
	return ""
}
