package compose

import (
	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// content is the user data of a message before it is cut.
type content struct {
	// alphabet is the form of data: unpacked septets or octets.
	alphabet tpdu.Alphabet
	data     []byte
	// tables are those that septets are written with.
	tables gsm7.Tables
	// udhi says that the data of every message made of it begins with a header:
	// udh, or else, for binary data, the first octets of data.
	udhi bool
	udh  []byte
	// given says that the submitter gave udh.
	given   bool
	notices []string
}

// addHeader settles the user data header. One given for binary data becomes part
// of the data; one given for text stays, with the language elements after it.
func (c *content) addHeader(room []byte, o *message.Options) error {
	c.given = len(o.UDH) > 0
	c.udhi = c.given || o.UDHI.Or(c.alphabet == tpdu.Alphabet8Bit && o.System == message.NotSystem)
	if c.alphabet == tpdu.Alphabet8Bit {
		c.prependHeader(o.UDH)
		return c.checkData(o)
	}
	if c.given && int(o.UDH[0]) != len(o.UDH)-1 {
		return reject(ReasonUDHLength)
	}
	if !c.given && len(c.data) == 0 {
		return reject(ReasonNoText)
	}
	c.udh = tpdu.AppendLanguages(append(room, o.UDH...), byte(c.tables.Locking), byte(c.tables.Single))
	c.udhi = c.udhi || len(c.udh) > 0
	return nil
}

func (c *content) prependHeader(udh []byte) {
	if len(udh) > 0 {
		c.data = append(append(make([]byte, 0, len(udh)+len(c.data)), udh...), c.data...)
	}
}

func (c *content) checkData(o *message.Options) error {
	switch {
	case len(c.data) == 0:
		return reject(ReasonNoData)
	case o.System != message.NotSystem && len(c.data) > tpdu.MaxOctets:
		return reject(ReasonTooLongSystem)
	}
	return nil
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
