package compose

import (
	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/split"
)

// layout says how the parts of a long message are made.
type layout struct {
	// concatenated parts have an element with their place in the header;
	// reference and wide belong to it.
	concatenated bool
	reference    uint16
	wide         bool
	// number is the width of the number that begins the text of a part; 0: none.
	number int
	// parts are the pieces of the data.
	parts [][]byte
}

// sendParts makes the message of content that does not fit one part.
func (c *content) sendParts(s *message.Submission, set *Settings, base *tpdu.Submit) (*Message, error) {
	how := splitOf(&s.Options, set)
	if s.Options.PID == nil && s.Options.System == message.NotSystem && !s.Options.Ping {
		base.PID = 0 // a replace type replaces a whole message
	}
	if c.alphabet == tpdu.Alphabet8Bit {
		return c.sendBinary(s, set, base, how)
	}
	switch {
	case c.given:
		return nil, reject(ReasonTextWithUDH)
	case s.Options.Ping:
		return c.sendBeginning(s, set, base)
	case how == message.SplitNone:
		return nil, reject(ReasonTextSingle)
	}
	l, err := c.layOut(s, set, how)
	if err != nil {
		return nil, reject(ReasonTooLongText)
	}
	return c.send(s, set, base, l)
}

// sendBinary makes the parts of data; any way of splitting means concatenation
// (smstools spec §1.6).
func (c *content) sendBinary(s *message.Submission, set *Settings, base *tpdu.Submit, how message.Split) (*Message, error) {
	if how == message.SplitNone {
		return nil, reject(ReasonTooLongSingle)
	}
	l := concatenation(s, set)
	size := c.capacity(len(l.header(nil, nil, 0, 0)))
	if c.udhi && int(c.data[0]) >= size {
		return nil, reject(ReasonUDHLength)
	}
	var err error
	if l.parts, err = split.Octets(c.data, size); err != nil {
		return nil, reject(ReasonTooLongText)
	}
	return c.send(s, set, base, l)
}

// sendBeginning sends as much as fits: nobody sees the text of a ping, which is
// a short message of type 0 (3GPP TS 23.040 §9.2.3.9).
func (c *content) sendBeginning(s *message.Submission, set *Settings, base *tpdu.Submit) (*Message, error) {
	parts, err := c.cut(c.capacity(len(c.udh)))
	if err != nil {
		return nil, reject(ReasonTooLongText)
	}
	c.data = parts[0]
	return c.send(s, set, base, nil)
}

// splitOf gives the way of splitting; a ping has one part, and what smsd does not
// know acts as plain.
func splitOf(o *message.Options, set *Settings) message.Split {
	how := set.Split
	if o.Ping {
		return message.SplitNone
	}
	if o.Split != nil {
		how = *o.Split
	}
	if how > message.SplitConcatenated {
		return message.SplitPlain
	}
	return how
}

func concatenation(s *message.Submission, set *Settings) *layout {
	wide := s.Options.Reference16 || set.Reference16
	return &layout{concatenated: true, wide: wide, reference: split.Reference(s.ID, wide)}
}

// layOut cuts text. Text with national tables is not numbered: their alphabets
// need not have the stroke (smstools spec §1.6).
func (c *content) layOut(s *message.Submission, set *Settings, how message.Split) (*layout, error) {
	l, err := &layout{}, error(nil)
	switch {
	case how == message.SplitConcatenated:
		l = concatenation(s, set)
		l.parts, err = c.cut(c.capacity(len(l.header(nil, c.udh, 0, 0))))
	case how == message.SplitNumbered && c.tables == (gsm7.Tables{}):
		room, unit := c.capacity(len(c.udh)), c.unit()
		l.parts, l.number, err = split.Numbered(func(width int) ([][]byte, error) {
			return c.cut(room - width*unit)
		})
	default:
		l.parts, err = c.cut(c.capacity(len(c.udh)))
	}
	return l, err
}

// unit is the size of a plain character in data.
func (c *content) unit() int {
	if c.alphabet == tpdu.AlphabetUCS2 {
		return 2
	}
	return 1
}

func (c *content) cut(size int) ([][]byte, error) {
	if c.alphabet == tpdu.AlphabetUCS2 {
		return split.UCS2(c.data, size)
	}
	return split.Septets(c.data, size, c.tables)
}

// header appends the header of a part to room: the place of the part, when it
// has one there, then the elements of shared.
func (l *layout) header(room, shared []byte, seq, total int) []byte {
	if !l.concatenated {
		return append(room, shared...)
	}
	part := tpdu.Part{Reference: l.reference, Wide: l.wide, Total: uint8(total), Seq: uint8(seq)}
	udh := part.AppendTo(room)
	for element := range tpdu.Elements(shared) {
		udh = tpdu.AppendElement(udh, element.ID, element.Data...)
	}
	return udh
}
