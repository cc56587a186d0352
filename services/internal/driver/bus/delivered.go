package bus

import (
	"context"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
)

// delivered is a message of a queue that the broker has given to this process. It
// is the process's until it is acknowledged, given back, or the broker's patience ends.
type delivered struct {
	*nats.Msg
	nc *nats.Conn
	// from is who asked for it, and rank which of its consumers had it.
	from *dispatcher
	rank int
	// arrived is when it came.
	arrived time.Time
	// pending is how many waited behind it; deliveries how often the broker says that
	// it gave it out.
	pending, deliveries uint64
}

// Answers to a delivery.
var (
	answerDone   = []byte("+ACK")
	answerReturn = []byte("-NAK")
)

// confirm removes the message from its queue, and returns when the broker has done so.
func (m *delivered) confirm(ctx context.Context) error {
	_, err := m.nc.RequestWithContext(ctx, m.Reply, answerDone)
	return err
}

// settle asks the broker to remove the message from its queue.
func (m *delivered) settle() error { return m.nc.Publish(m.Reply, answerDone) }

// giveBack returns the message to its queue, for whoever asks after delay.
func (m *delivered) giveBack(delay time.Duration) error {
	if delay <= 0 {
		return m.nc.Publish(m.Reply, answerReturn)
	}
	answer := append(append([]byte{}, answerReturn...), ` {"delay": `...)
	return m.nc.Publish(m.Reply, append(strconv.AppendInt(answer, int64(delay), 10), '}'))
}
