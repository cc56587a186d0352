package modem

import (
	"context"
	"errors"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
)

// How people hear that a modem has reached its message_limit where it is the only one:
// the messages that tell them may be sent in spite of it (smstools spec §5.2, admin_to).

const (
	// alarmPatience is for the alarm to become messages.
	alarmPatience = 30 * time.Second
	// othersPause is how long an urgent message rests that comes in their place, and
	// mostOthers how many of those may.
	othersPause = 5 * time.Second
	mostOthers  = 8
)

// sendAlarms sends the messages to the people who are told of an alarm of this modem, as
// soon as they come, and no others.
func (w *worker) sendAlarms(ctx context.Context, m *driver.Modem) error {
	left := w.dev.AlarmRecipients
	if left == 0 {
		return nil
	}
	taker, err := w.bus.UrgentTaker(ctx, w.dev.queues())
	if err != nil {
		return err
	}
	soon, cancel := context.WithTimeout(ctx, alarmPatience)
	defer cancel()
	for others := 0; left > 0 && others < mostOthers; {
		work, err := taker.Take(soon)
		switch {
		case err != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
			return nil // others have sent them, or there are too many alarms
		case err != nil:
			return err
		case !subject.IsAlarmAccount(work.Submission.Account):
			others++
			if err := work.Return(othersPause); err != nil {
				return err
			}
			continue
		}
		left--
		if err := w.handle(ctx, m, work); err != nil {
			return err
		}
	}
	return nil
}
