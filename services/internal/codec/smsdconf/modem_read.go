package smsdconf

// readModems builds each modem from [default], its group and its own section, in
// this order; later values win (smstools spec §6.1).
func (r *reader) readModems() {
	r.expandDevices()
	checked := map[string]bool{}
	r.chain(defaultSection, checked)
	for _, name := range r.cfg.Global.Devices {
		sections := r.chain(defaultSection, checked)
		sections = append(sections, r.chain(groupOf(name), checked)...)
		sections = append(sections, r.chain(name, checked)...)
		r.cfg.Modems = append(r.cfg.Modems, buildModem(name, &r.cfg.Global, sections))
	}
}

// chain returns the section of that name, if there is one. What is wrong with it
// is reported when it is met first, not once for each modem.
func (r *reader) chain(name string, checked map[string]bool) []section {
	s, found := r.section(name)
	if !found {
		return nil
	}
	if !checked[name] {
		checked[name] = true
		r.checkSection(s, newTable(modemRows(&Modem{}, &r.cfg.Global)))
	}
	return []section{s}
}

// buildModem applies sections whose problems have been reported.
func buildModem(name string, g *Global, sections []section) Modem {
	m := Modem{Name: name}
	t := newTable(modemRows(&m, g))
	for _, s := range sections {
		for _, a := range s.assignments {
			if found, ok := t.find(a.name); ok {
				t.assign(found, a, name)
			}
		}
	}
	t.finish()
	m.lines = t.lines
	return m
}
