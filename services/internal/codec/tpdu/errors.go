package tpdu

import (
	"errors"
	"fmt"
)

// Reasons for which a value cannot be encoded. They come wrapped in a FieldError.
var (
	// ErrDigit: an address holds a character other than 0-9 * # a b c.
	ErrDigit = errors.New("not a semi-octet digit")
	// ErrAddressLength: an address has more than 20 digits or 11 septets.
	ErrAddressLength = errors.New("address too long")
	// ErrUserDataLength: header and data exceed 160 septets or 140 octets.
	ErrUserDataLength = errors.New("user data too long")
	// ErrHeader: a user data header disagrees with its length octet, or with TP-UDHI.
	ErrHeader = errors.New("inconsistent user data header")
)

// FieldError says which field of a TPDU could not be encoded, and why.
type FieldError struct {
	// Field is the name in 3GPP TS 23.040, for example "TP-DA".
	Field string
	// Err is one of the package's sentinels.
	Err error
}

// Error describes the field and the reason, never the content.
func (e *FieldError) Error() string { return fmt.Sprintf("encoding %s: %v", e.Field, e.Err) }

// Unwrap returns the reason.
func (e *FieldError) Unwrap() error { return e.Err }

func fieldError(field string, err error) error {
	if err == nil {
		return nil
	}
	return &FieldError{Field: field, Err: err}
}

// Reasons for which the type of a TPDU cannot be told. They come wrapped in a TypeError.
var (
	// ErrTruncated: the octets end before the first octet of the TPDU.
	ErrTruncated = errors.New("no first octet")
	// ErrMessageType: TP-MTI names a TPDU that the direction does not have.
	ErrMessageType = errors.New("message type of another direction")
	// ErrSMSC: the service centre address cannot be told from the TPDU.
	ErrSMSC = errors.New("impossible service centre length")
)

// TypeError is the one failure of the tolerant decoders: without a message type
// there is nothing to decode.
type TypeError struct {
	// Offset is the octet, counted from the first one given, that should have told the type.
	Offset int
	// Err is ErrTruncated, ErrMessageType or ErrSMSC.
	Err error
}

// Error describes the place and the reason.
func (e *TypeError) Error() string {
	return fmt.Sprintf("decoding TP-MTI at octet %d: %v", e.Offset, e.Err)
}

// Unwrap returns the reason.
func (e *TypeError) Unwrap() error { return e.Err }
