package compose

import (
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/split"
)

// send makes the message: of one part when l is nil.
func (j *job) send(c *content, l *layout) (*Message, error) {
	total := 1
	if l != nil {
		total = len(l.ends)
	}
	m, room := newMessage(total)
	m.Notices, m.Report, m.Alphabet = j.notices, j.base.StatusReportRequest, c.alphabet
	room, err := appendSMSC(room, j.serviceCentre())
	if err != nil {
		return nil, err
	}
	w := writer{message: m, smsc: room[:len(room):len(room)], room: room}
	if l == nil {
		err = w.add(&j.base, c.udh, c.data)
	}
	for i := 0; l != nil && i < total && err == nil; i++ {
		err = j.addPart(&w, c, l, i)
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// addPart writes part i, counted from 0. The place of a part goes into the
// header that binary data begins with, if there is one (smstools spec §1.6).
func (j *job) addPart(w *writer, c *content, l *layout, i int) error {
	var headerRoom, dataRoom [tpdu.MaxSeptets]byte
	data := l.ends.Part(c.data, i)
	if c.alphabet == tpdu.Alphabet8Bit && c.udhi && i == 0 {
		own := 1 + int(data[0])
		return w.add(&j.base, l.place(i).AppendTo(append(headerRoom[:0], data[:own]...)), data[own:])
	}
	if l.number > 0 {
		data = append(l.appendNumber(dataRoom[:0], i, c.character()), data...)
	}
	return w.add(&j.base, l.header(headerRoom[:0], c.tables, i), data)
}

// appendNumber appends the number of part i in characters of that size.
func (l *layout) appendNumber(dst []byte, i, size int) []byte {
	var room [split.MaxNumberWidth]byte
	for _, digit := range split.AppendNumber(room[:0], i+1, len(l.ends), l.number) {
		if size > 1 {
			dst = append(dst, 0)
		}
		dst = append(dst, digit)
	}
	return dst
}

// writer puts the parts of a message one after the other into one piece of memory.
type writer struct {
	message    *Message
	smsc, room []byte
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
	w.message.Parts = append(w.message.Parts, Part{SMSC: w.smsc, TPDU: out[start:len(out):len(out)]})
	return nil
}
