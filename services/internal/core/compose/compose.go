package compose

import (
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// MaxBody is the greatest length of a body in octets (smstools spec, limits).
const MaxBody = 39016

// stackRoom is enough for the septets of a single part even if every one of its
// characters needs an escape.
const stackRoom = 2 * tpdu.MaxSeptets

// Compose makes the message that a modem with these settings has to send. What
// cannot be sent as it was meant is refused with a *Rejection; neither s nor set
// is changed or kept.
func Compose(s *message.Submission, set *Settings) (*Message, error) {
	if s.Body.Len() > MaxBody {
		return nil, reject(ReasonTooLongBody)
	}
	switch s.Kind {
	case message.Text:
		return composeText(s, set)
	case message.PDU:
		return composeReady(s, set)
	}
	return nil, reject(ReasonVoicecall)
}

func composeText(s *message.Submission, set *Settings) (*Message, error) {
	da, err := destination(s, set)
	if err != nil {
		return nil, err
	}
	var room [stackRoom]byte
	c, err := encode(room[:0], s, set)
	if err != nil {
		return nil, err
	}
	var headerRoom [tpdu.MaxOctets]byte
	if err := c.addHeader(headerRoom[:0], &s.Options); err != nil {
		return nil, err
	}
	base := submit(s, set, &c, da)
	if c.fits() {
		return c.send(s, set, &base, nil)
	}
	return c.sendParts(s, set, &base)
}
