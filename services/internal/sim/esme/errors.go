package esme

import (
	"errors"
	"fmt"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// How a session ends.
var (
	// ErrClosed says that this side closed the connection.
	ErrClosed = errors.New("the connection was closed by this side")
	// ErrGone says that the message centre closed it, or that it broke. Whatever
	// waited for a response then has an unknown outcome.
	ErrGone = errors.New("the connection was closed by the message centre")
	// ErrUnbound says that the message centre unbound first.
	ErrUnbound = errors.New("the message centre unbound")
)

// RefusedError is the refusal of a request.
type RefusedError struct {
	ID     smpp.ID
	Status smpp.Status
}

// Error names the response and its status.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("refused: %s with status %#x (%v)", e.ID, uint32(e.Status), e.Status)
}

// Unwrap returns the status.
func (e *RefusedError) Unwrap() error { return e.Status }
