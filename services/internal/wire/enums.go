package wire

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// The enumerations of the contract begin with an unspecified value, those of
// package message with their default; hence the offset of one where both list
// the same things in the same order. TestEnumerations checks each pair.

func kindOut(k message.Kind) viestiv1.Kind { return viestiv1.Kind(k) + 1 }

func kindIn(k viestiv1.Kind) message.Kind { return message.Kind(defaulted(int32(k))) }

func alphabetOut(a message.Alphabet) viestiv1.Alphabet { return viestiv1.Alphabet(a) + 1 }

func alphabetIn(a viestiv1.Alphabet) message.Alphabet { return message.Alphabet(defaulted(int32(a))) }

func priorityOut(p message.Priority) viestiv1.Priority { return viestiv1.Priority(p) + 1 }

func priorityIn(p viestiv1.Priority) message.Priority {
	return message.Priority(defaulted(int32(known(p))))
}

func splitOut(s *message.Split) viestiv1.Split {
	if s == nil {
		return viestiv1.Split_SPLIT_UNSPECIFIED
	}
	return viestiv1.Split(*s) + 1
}

func splitIn(s viestiv1.Split) *message.Split {
	if s == viestiv1.Split_SPLIT_UNSPECIFIED {
		return nil
	}
	v := message.Split(s - 1)
	return &v
}

// knows reports whether this version has a name for v.
func knows(v protoreflect.Enum) bool { return v.Descriptor().Values().ByNumber(v.Number()) != nil }

// known makes a value that this version does not know the unspecified one.
func known[E interface {
	~int32
	protoreflect.Enum
}](v E) E {
	if !knows(v) {
		return 0
	}
	return v
}

func defaulted(v int32) int32 { return max(v-1, 0) }

func triOut(t message.Tri) *bool {
	if t == message.Unset {
		return nil
	}
	v := t == message.Yes
	return &v
}

func triIn(v *bool) message.Tri {
	if v == nil {
		return message.Unset
	}
	return message.TriOf(*v)
}
