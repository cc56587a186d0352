package bus

import (
	"context"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"

	"github.com/viesti-sms/viesti/proto/subject"
)

// Count adds n to the counter of an account and a period, such as a UTC day as
// YYYYMMDD, and returns what it is then, on all instances together. A negative n
// gives back what was counted too much; 0 asks. Counters are kept for 40 days. An
// increment whose acknowledgement got lost is counted once more when it is repeated:
// the total may be too high, never too low.
func (b *Bus) Count(ctx context.Context, account, period string, n int64) (total uint64, err error) {
	m := &nats.Msg{Subject: b.space.Counter(account, period), Header: nats.Header{}}
	m.Header.Set(subject.HeaderIncrement, fmt.Sprintf("%+d", n))
	err = b.retry(ctx, func(ctx context.Context) error {
		ack, err := b.js.PublishMsg(ctx, m)
		if err != nil {
			return err
		}
		value, err := strconv.ParseInt(ack.Value, 10, 64)
		total = uint64(max(value, 0))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("counting for %s: %w", account, err)
	}
	return total, nil
}
