package smsdconf

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity says what a Problem means for the start of the program.
type Severity uint8

// Severities; zero is unknown.
const (
	// Error refuses the start.
	Error Severity = iota + 1
	// Warning is told, and the configuration is used.
	Warning
)

// String returns "error" or "warning".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	default:
		return fmt.Sprintf("severity(%d)", uint8(s))
	}
}

// Problem is one thing that is wrong with a configuration.
type Problem struct {
	// Line is the line in the file, from 1; 0 when something is missing altogether.
	Line int
	// Section is the section's name without brackets; "" is the global part.
	Section string
	// Name is the setting, queue or modem meant; "" when it is none.
	Name     string
	Severity Severity
	// Message says what is wrong and what to do. It never holds secrets or phone numbers.
	Message string
}

// String returns the problem as one line for a log or a terminal.
func (p Problem) String() string {
	where := "global part"
	if p.Section != "" {
		where = "[" + p.Section + "]"
	}
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s: %s", where, p.Severity, p.Message)
	}
	return fmt.Sprintf("line %d, %s: %s: %s", p.Line, where, p.Severity, p.Message)
}

// Refuses reports whether there is an Error among the problems (smstools spec §8.2).
func Refuses(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Severity == Error })
}

func sortByLine(problems []Problem) {
	slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
}
