package smsdconf

// Use is one line of the file that gives a setting explicitly.
type Use struct {
	// Setting is the setting's first name, as Settings tells it.
	Setting string
	// Name is the setting's name in the file's spelling.
	Name  string
	Scope Scope
	// Section is the section's name without brackets; "" is the global part.
	Section string
	// Line counts from 1.
	Line int
}

// Set returns all settings that the file gives explicitly, in the order of their
// lines. Lines with unknown names or refused values, and those of sections that
// belong to no modem, are not among them.
func (c *Config) Set() []Use { return c.uses }

// Unhonoured returns a Warning for each Use of a setting that honoured says no
// about: the caller's list of what it acts upon, by scope and first name.
func (c *Config) Unhonoured(honoured func(scope Scope, setting string) bool) []Problem {
	var problems []Problem
	for _, u := range c.uses {
		if honoured(u.Scope, u.Setting) {
			continue
		}
		problems = append(problems, Problem{Line: u.Line, Section: u.Section, Name: u.Setting, Severity: Warning,
			Message: "setting " + u.Setting + " has no effect here; remove the line if it is not needed"})
	}
	return problems
}
