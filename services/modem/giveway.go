package modem

import (
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// A number that the network refuses is no reason to keep others waiting: between its
// attempts the message rests with the broker, and not in the modem. Its attempts are on
// record, so that they are counted all the same, whoever makes them.

// mayGiveWay reports whether a message may rest with the broker after a refusal. What is
// begun is finished first, and parts that a client has cut stay in their order.
func (d *delivery) mayGiveWay(part int) bool {
	_, cut := message.PartsOf(d.sub)
	return part == 1 && !cut && d.dev.ErrorSleep > 0
}

// mostTried bounds what is remembered of messages that gave way: others may have them now.
const mostTried = 1000

// giveWay gives the message back for as long as it would have rested in the modem.
func (d *delivery) giveWay(cause error) *ending {
	if d.tried == nil || len(d.tried) >= mostTried {
		d.tried = map[string]time.Time{}
	}
	d.tried[d.sub.ID] = d.started
	return &ending{cause: cause, pause: time.Duration(d.dev.ErrorSleep)}
}

// goOn remembers since when a message is tried that gave way here.
func (d *delivery) goOn() {
	d.started = d.tried[d.sub.ID]
	delete(d.tried, d.sub.ID)
}
