package compose

import (
	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/split"
)

// content is the user data of a message before it is cut.
type content struct {
	// alphabet is the form of data: unpacked septets or octets.
	alphabet tpdu.Alphabet
	data     []byte
	// tables are those that septets are written with.
	tables gsm7.Tables
	// udhi says that there is a header: udh, or else the first octets of data.
	udhi bool
	udh  []byte
}

// withHeader settles the user data header. One given for octets becomes part of
// the data; one given for text stays, with the language elements after it.
func (j *job) withHeader(c content, room []byte) (content, error) {
	given, octets := j.options.UDH, c.alphabet == tpdu.Alphabet8Bit
	system := j.options.System != message.NotSystem
	header := tpdu.AppendLanguages(append(room, given...), byte(c.tables.Locking), byte(c.tables.Single))
	switch {
	case len(c.data) == 0 && (len(given) == 0 || j.submission.Body.Len() > 0):
		return c, reject(j.nothing())
	case system && octets && len(header)+len(c.data) > tpdu.MaxOctets:
		return c, reject(ReasonTooLongSystem)
	case !octets && len(given) > 0 && int(given[0]) != len(given)-1:
		return c, reject(ReasonUDHLength)
	}
	if octets {
		c.data = concatenate(header, c.data)
	} else {
		c.udh = header
	}
	c.udhi = len(header) > 0 || j.options.UDHI.Or(octets && !system)
	return c, nil
}

// nothing is the reason for refusing an empty message.
func (j *job) nothing() string {
	if j.submission.Alphabet == message.Binary {
		return ReasonNoData
	}
	return ReasonNoText
}

func concatenate(udh, data []byte) []byte {
	if len(udh) == 0 {
		return data
	}
	return append(append(make([]byte, 0, len(udh)+len(data)), udh...), data...)
}

// fits reports whether one part can hold everything.
func (c *content) fits() bool { return len(c.data) <= c.capacity(len(c.udh)) }

// capacity is how much data a part can hold beside a header of that many octets,
// in septets or octets (3GPP TS 23.040 §9.2.3.24).
func (c *content) capacity(header int) int {
	if c.alphabet == tpdu.AlphabetGSM7 {
		return tpdu.MaxSeptets - tpdu.HeaderSeptets(header)
	}
	return tpdu.MaxOctets - header
}

// character is the size of a plain character of text.
func (c *content) character() int {
	if c.alphabet == tpdu.AlphabetUCS2 {
		return 2
	}
	return 1
}

// cut cuts text into parts of at most size.
func (c *content) cut(size int) (split.Ends, error) {
	if c.alphabet == tpdu.AlphabetUCS2 {
		return split.UCS2(c.data, size)
	}
	return split.Septets(c.data, size, c.tables)
}
