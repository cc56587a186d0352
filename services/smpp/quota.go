package smpp

import (
	"context"
	"sync"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/account"
)

// quota is what an account may still send on a day. It is taken from the counter that
// all instances share in blocks, so that not every message is a write of its own.
type quota struct {
	mu   sync.Mutex
	day  string
	left int64
	// spent says that the counter had no more to give on that day.
	spent bool
	// away tells of a counter that could not be asked.
	away away
}

// dayOf is the name of a day of UTC in the counters.
func dayOf(now time.Time) string { return now.UTC().Format("20060102") }

// blockOf is how much is taken at once: little where there is little, so that an
// instance does not hold what another one could use.
func blockOf(limit uint64) int64 {
	const share, most = 100, 100
	return int64(min(max(limit/share, 1), most))
}

// count adds to the counter of a day and returns its total.
type count func(ctx context.Context, day string, n int64) (uint64, error)

// take takes one message of the quota of today.
func (q *quota) take(ctx context.Context, limit uint64, now time.Time, add count) error {
	if limit == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if day := dayOf(now); day != q.day {
		q.day, q.left, q.spent = day, 0, false
	}
	if q.left > 0 {
		q.left--
		return nil
	}
	if q.spent {
		return account.QuotaUsed
	}
	if err := q.away.err(); err != nil {
		return err
	}
	block := blockOf(limit)
	total, err := add(ctx, q.day, block)
	if err != nil {
		return q.away.note(err)
	}
	got := block
	if total > limit {
		got -= min(int64(total-limit), block)
	}
	if got < block {
		q.spent = true
		_, _ = add(ctx, q.day, got-block) // what was counted too much; a loss of it costs a few messages of the day
	}
	if got == 0 {
		return account.QuotaUsed
	}
	q.left = got - 1
	return nil
}

// giveBack returns what was taken and not used.
func (q *quota) giveBack(n int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.day != "" {
		q.left += n
	}
}

// release gives back to the counter what nobody here will use.
func (q *quota) release(ctx context.Context, add count) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.left > 0 {
		if _, err := add(ctx, q.day, -q.left); err == nil {
			q.left = 0
		}
	}
}

// charge counts a message against the quota of its account.
func (c *Conn) charge(ctx context.Context, p *profile, now time.Time) error {
	if p.account.DailyQuota == 0 {
		return nil
	}
	return c.tenant.quota.take(ctx, p.account.DailyQuota, now, c.tenant.count)
}

// count adds to the counter of the account.
func (t *tenant) count(ctx context.Context, day string, n int64) (uint64, error) {
	return t.srv.broker.Count(ctx, t.name, day, n)
}
