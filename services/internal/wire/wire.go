// Package wire translates between the protobuf messages that travel over the
// broker and the values that the rest of the program works with. It is the only
// package that knows both, and it validates what comes in.
//
// All functions are pure and may be called from several goroutines.
package wire

import (
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// ErrMalformed says that what came over the broker cannot be understood.
var ErrMalformed = errors.New("malformed message on the bus")

func malformed(what string, err error) error {
	return fmt.Errorf("%w: decoding %s: %w", ErrMalformed, what, err)
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...)
}

// appender marshals without copying the message again.
var appender = proto.MarshalOptions{}

func marshal(m proto.Message) ([]byte, error) {
	b, err := appender.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", m.ProtoReflect().Descriptor().Name(), err)
	}
	return b, nil
}

// stamp returns nil for the zero time: absent is absent.
func stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func instant(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}

func span(d time.Duration) *durationpb.Duration {
	if d == 0 {
		return nil
	}
	return durationpb.New(d)
}

// optional copies a small unsigned number that may be absent.
func optional[From, To ~uint8 | ~uint32 | ~int](v *From) *To {
	if v == nil {
		return nil
	}
	w := To(*v)
	return &w
}

// octet is optional for fields that must fit one octet.
func octet(name string, v *uint32) (*uint8, error) {
	if v != nil && *v > 0xff {
		return nil, invalid("%s is %d, more than 255", name, *v)
	}
	return optional[uint32, uint8](v), nil
}
