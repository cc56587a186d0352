package compose

import (
	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// MaxBody is the greatest length of a body in octets (smstools spec, limits).
const MaxBody = smsfile.MaxBody

// stackRoom is enough for the septets of a single part even if every one of its
// characters needs an escape.
const stackRoom = 2 * tpdu.MaxSeptets

// Compose makes the message that a modem with these settings has to send. What
// cannot be sent as it was meant is refused with a *Rejection. The message shares
// no memory with s and set.
func Compose(s *message.Submission, set *Settings) (*Message, error) {
	if s.Body.Len() > MaxBody {
		return nil, reject(ReasonTooLongBody)
	}
	j := job{submission: s, options: &s.Options, settings: set}
	switch s.Kind {
	case message.Text:
		m, err := j.compose()
		return m, j.withNotices(err)
	case message.PDU:
		return j.composeReady()
	}
	return nil, reject(ReasonVoicecall)
}

// job is one call of Compose.
type job struct {
	submission *message.Submission
	options    *message.Options
	settings   *Settings
	notices    []string
	// base is what all parts have in common.
	base tpdu.Submit
}

// compose makes a message of a body. Everything about a message of one part stays
// on the stack until its octets are written.
func (j *job) compose() (*Message, error) {
	da, err := j.destination()
	if err != nil {
		return nil, err
	}
	var shortRoom [stackRoom]byte
	var headerRoom [tpdu.MaxOctets]byte
	room := shortRoom[:0]
	if n := j.submission.Body.Len(); n > stackRoom {
		room = make([]byte, 0, n+n/8)
	}
	c, err := j.encode(room)
	if err != nil {
		return nil, err
	}
	c, err = j.withHeader(c, headerRoom[:0])
	if err != nil {
		return nil, err
	}
	j.base = j.submit(&c, da)
	if c.fits() {
		return j.send(&c, nil)
	}
	return j.sendParts(&c)
}
