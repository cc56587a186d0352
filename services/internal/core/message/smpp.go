package message

import (
	"fmt"
	"slices"
)

// SMPP is what an SMPP client gave beyond what a Submission has a place for
// otherwise, as it gave it (SMPP 3.4 §4.4.1).
type SMPP struct {
	// MessageID is the message_id that the client was given.
	MessageID           string
	ServiceType         string
	Source, Destination SMPPAddress
	ESMClass            uint8
	ProtocolID          uint8
	PriorityFlag        uint8
	RegisteredDelivery  uint8
	ReplaceIfPresent    uint8
	DataCoding          uint8
	DefaultMsgID        uint8
	// ScheduleDeliveryTime and ValidityPeriod are as written by the client.
	ScheduleDeliveryTime, ValidityPeriod string
	// Parameters are in the order received, duplicates kept.
	Parameters []Parameter
}

// SMPPAddress is an address with its type of number and numbering plan, as a
// client wrote it.
type SMPPAddress struct {
	TON, NPI uint8
	Addr     Address
}

// Parameter is an optional parameter of SMPP. Its value may be text.
type Parameter struct {
	Tag   uint16
	Value Body
}

// Format prints what tells no number and no text, under every verb.
func (s SMPP) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "[SMPP message %s, %d parameters]", s.MessageID, len(s.Parameters))
}

// Parameter returns the value of the first parameter with a tag.
func (s *SMPP) Parameter(tag uint16) (value []byte, ok bool) {
	for _, p := range s.Parameters {
		if p.Tag == tag {
			return p.Value.Reveal(), true
		}
	}
	return nil, false
}

// ForEvents returns what the receipt of a message needs of s: all but what became
// part of the message itself, and of the parameters those named. nil has none.
func (s *SMPP) ForEvents(tags ...uint16) *SMPP {
	if s == nil {
		return nil
	}
	small := *s
	small.ScheduleDeliveryTime, small.ValidityPeriod, small.Parameters = "", "", nil
	for _, p := range s.Parameters {
		if slices.Contains(tags, p.Tag) {
			small.Parameters = append(small.Parameters, p)
		}
	}
	return &small
}
