package smpp

import "time"

// away remembers for a moment that the broker did not answer: what one client has said in the
// meantime is answered at once then, not each after as long as the first. The lock
// of what it is about guards it.
type away struct {
	until time.Time
	why   error
}

// awayFor is how long nobody asks again.
const awayFor = time.Second

// note remembers an error, and returns it.
func (a *away) note(err error) error {
	a.until, a.why = time.Now().Add(awayFor), err
	return err
}

// err is the error of a moment ago; nil: there was none.
func (a *away) err() error {
	if time.Now().Before(a.until) {
		return a.why
	}
	return nil
}
