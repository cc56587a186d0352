package compose

import (
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/split"
)

// send makes the message: of one part when l is nil.
func (c *content) send(s *message.Submission, set *Settings, base *tpdu.Submit, l *layout) (*Message, error) {
	total := 1
	if l != nil {
		total = len(l.parts)
	}
	m, room := newMessage(total)
	m.Notices, m.Report, m.Alphabet = c.notices, base.StatusReportRequest, c.alphabet
	room, err := appendSMSC(room, serviceCentre(&s.Options, set))
	if err != nil {
		return nil, err
	}
	w := writer{message: m, smsc: room, room: room}
	if l == nil {
		err = w.add(base, c.udh, c.data)
	}
	for i := 0; l != nil && i < total && err == nil; i++ {
		err = c.addPart(&w, base, l, i)
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// addPart writes part i, counted from 0.
func (c *content) addPart(w *writer, base *tpdu.Submit, l *layout, i int) error {
	var headerRoom, dataRoom [tpdu.MaxSeptets]byte
	data, seq, total := l.parts[i], i+1, len(l.parts)
	if c.alphabet == tpdu.Alphabet8Bit && c.udhi && i == 0 {
		own := 1 + int(data[0])
		return w.add(base, l.extend(headerRoom[:0], data[:own], seq, total), data[own:])
	}
	if l.number > 0 {
		data = append(appendNumber(dataRoom[:0], seq, total, l.number, c.unit()), data...)
	}
	return w.add(base, l.header(headerRoom[:0], c.udh, seq, total), data)
}

// extend appends the place of a part to the data's own header (smstools spec §1.6).
func (l *layout) extend(room, own []byte, seq, total int) []byte {
	part := tpdu.Part{Reference: l.reference, Wide: l.wide, Total: uint8(total), Seq: uint8(seq)}
	return part.AppendTo(append(room, own...))
}

// appendNumber appends the number of a part as septets, or as UCS2 when unit is 2.
func appendNumber(dst []byte, seq, total, width, unit int) []byte {
	var room [split.MaxNumberWidth]byte
	for _, digit := range split.AppendNumber(room[:0], seq, total, width) {
		if unit > 1 {
			dst = append(dst, 0)
		}
		dst = append(dst, digit)
	}
	return dst
}

// writer puts the parts of a message one after the other into one piece of memory.
type writer struct {
	message *Message
	smsc    []byte
	room    []byte
}

// add writes a part with what base tells of all of them.
func (w *writer) add(base *tpdu.Submit, udh, data []byte) error {
	part := *base
	part.UDHI = part.UDHI || len(udh) > 0
	part.UDH, part.Data = udh, data
	start := len(w.room)
	out, err := part.AppendTo(w.room)
	if err != nil {
		return err
	}
	w.room = out
	w.message.Parts = append(w.message.Parts, Part{
		SMSC: w.smsc[:len(w.smsc):len(w.smsc)],
		TPDU: out[start:len(out):len(out)],
	})
	return nil
}
