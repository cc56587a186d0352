package split

import "errors"

var (
	// ErrTooManyParts says that a message needs more than MaxParts parts.
	ErrTooManyParts = errors.New("more than 255 parts")
	// ErrMissing says that pieces are not all of a message.
	ErrMissing = errors.New("parts are missing")
	// ErrMixed says that pieces belong to different messages, or have an impossible place.
	ErrMixed = errors.New("parts of different messages")
)
