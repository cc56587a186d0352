package bus

import (
	"context"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// TestAlarmBeforeAnybodyFollows: what a service says while the others are still starting
// is heard, once, by one of those that then begin to follow at the same time.
func TestAlarmBeforeAnybodyFollows(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	b := broker.bus(t, Options{})
	must(t, b.Publish(bounded(t), alarmEvent("early")))
	var heard tally
	for range 4 {
		other := broker.bus(t, Options{})
		follow(t, func(ctx context.Context) error { return other.FollowAlarms(ctx, heard.handle) })
	}
	must(t, b.Publish(bounded(t), alarmEvent("late")))
	eventually(t, "both alarms", func() bool { return heard.len() == 2 })
	heard.mu.Lock()
	defer heard.mu.Unlock()
	for id, n := range heard.seen {
		if n != 1 {
			t.Errorf("%s was heard %d times", id, n)
		}
	}
}

func alarmEvent(id string) *life.Event {
	return &life.Event{ID: id, Account: subject.System, Time: time.Now(), Kind: life.Alarm{Severity: 3, Code: "x", Text: "x"}}
}
