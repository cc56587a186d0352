package compose

import (
	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/split"
)

// layout says how the parts of a long message are made.
type layout struct {
	// ends are those of the parts in the data.
	ends split.Ends
	// concatenated parts have an element with their place in the header, with
	// this reference.
	concatenated bool
	reference    uint16
	wide         bool
	// number is the width of the number that begins the text of a part; 0: none.
	number int
}

// sendParts makes the message of content that does not fit one part. Only a whole
// message can replace another one, so a replace type goes (smstools spec §1.2).
func (j *job) sendParts(c *content) (*Message, error) {
	how := j.split()
	octets := c.alphabet == tpdu.Alphabet8Bit
	switch {
	case octets && how == message.SplitNone:
		return nil, reject(ReasonTooLongSingle)
	case !octets && len(j.options.UDH) > 0:
		return nil, reject(ReasonTextWithUDH)
	case j.options.Ping:
		return j.sendBeginning(c)
	case how == message.SplitNone:
		return nil, reject(ReasonTextSingle)
	}
	whole := *j.options
	whole.Replace = 0
	if !j.settings.Phase1 {
		j.base.PID = pid(&whole)
	}
	l, err := j.layOut(c, how)
	if err != nil {
		return nil, err
	}
	return j.send(c, &l)
}

// split gives the way of splitting; a ping has one part, and what smsd does not
// know acts as plain.
func (j *job) split() message.Split {
	how := j.settings.Split
	if given := j.options.Split; given != nil {
		how = *given
	}
	switch {
	case j.options.Ping:
		return message.SplitNone
	case how > message.SplitConcatenated:
		return message.SplitPlain
	}
	return how
}

// sendBeginning sends as much as fits: nobody sees the text of a ping, which is
// a short message of type 0 (3GPP TS 23.040 §9.2.3.9).
func (j *job) sendBeginning(c *content) (*Message, error) {
	ends, err := c.cut(c.capacity(len(c.udh)))
	if err != nil {
		return nil, reject(ReasonTooLongText)
	}
	beginning := *c
	beginning.data = ends.Part(c.data, 0)
	return j.send(&beginning, nil)
}

// layOut cuts the data. Octets are always concatenated; text with national tables
// is not numbered, as their alphabets need not have the stroke (smstools spec §1.6).
func (j *job) layOut(c *content, how message.Split) (layout, error) {
	var l layout
	var err error
	switch {
	case c.alphabet == tpdu.Alphabet8Bit:
		return j.concatenateOctets(c)
	case how == message.SplitConcatenated:
		l = j.concatenation()
		l.ends, err = c.cut(c.capacity(l.headerLength(c.tables)))
	case how == message.SplitNumbered && c.tables == (gsm7.Tables{}):
		l.ends, l.number, err = split.Numbered(func(width int) (split.Ends, error) {
			return c.cut(c.capacity(len(c.udh)) - width*c.character())
		})
	default:
		l.ends, err = c.cut(c.capacity(len(c.udh)))
	}
	if err != nil {
		return l, reject(ReasonTooLongText)
	}
	return l, nil
}

// concatenateOctets cuts binary data. The first part must hold all of the data's
// own header, which smsd does not always see to (smstools W22).
func (j *job) concatenateOctets(c *content) (layout, error) {
	l := j.concatenation()
	size := c.capacity(l.headerLength(c.tables))
	if c.udhi && int(c.data[0]) >= size {
		return l, reject(ReasonUDHLength)
	}
	ends, err := split.Octets(c.data, size)
	if err != nil {
		return l, reject(ReasonTooLongText)
	}
	l.ends = ends
	return l, nil
}

func (j *job) concatenation() layout {
	wide := j.options.Reference16 || j.settings.Reference16
	return layout{concatenated: true, wide: wide, reference: split.Reference(j.submission.ID, wide)}
}

// headerLength is the length of the header of each part but one that extends its own.
func (l *layout) headerLength(tables gsm7.Tables) int {
	var room [tpdu.MaxOctets]byte
	return len(l.header(room[:0], tables, 0))
}

// header appends the header of part i, counted from 0, to room: the place of the
// part, when it has one there, and the tables of its text.
func (l *layout) header(room []byte, tables gsm7.Tables, i int) []byte {
	if l.concatenated {
		room = l.place(i).AppendTo(room)
	}
	return tpdu.AppendLanguages(room, byte(tables.Locking), byte(tables.Single))
}

func (l *layout) place(i int) tpdu.Part {
	return tpdu.Part{Reference: l.reference, Wide: l.wide, Total: uint8(len(l.ends)), Seq: uint8(i + 1)}
}
