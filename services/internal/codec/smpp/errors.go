package smpp

import "fmt"

// Error says what is wrong with a body, and with which status to answer.
type Error struct {
	Status Status
	// Field is the field that it is about, or "" for optional parameters, of which
	// Tag is one then.
	Field Field
	Tag   Tag
	// Offset is where in the body it begins.
	Offset int
	// Problem is what is wrong, for people.
	Problem string
}

// Error returns the text; it quotes nothing of the body.
func (e *Error) Error() string {
	what := string(e.Field)
	if what == "" {
		what = fmt.Sprintf("optional parameter %#04x", uint16(e.Tag))
	}
	return fmt.Sprintf("decoding %s at octet %d: %s", what, e.Offset, e.Problem)
}

// Unwrap returns the status.
func (e *Error) Unwrap() error { return e.Status }

const (
	problemCut          = "the body ends within it"
	problemUnterminated = "it has no end"
	problemLong         = "it is longer than its field"
	problemRest         = "octets are left over"
	problemNUL          = "it contains a NUL"
)
