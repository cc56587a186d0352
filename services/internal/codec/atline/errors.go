package atline

import "errors"

// ErrMalformed is the sentinel of every parser in this package: the line does
// not have the form that the standard gives it. Its text never holds the line.
var ErrMalformed = errors.New("malformed AT line")
