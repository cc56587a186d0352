package modem

import (
	"testing"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// TestLimitTold: at its limit a modem sends the messages that tell people of it, as many
// as there are people, and neither other urgent ones nor more of an account that looks so.
func TestLimitTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m, _ := r.worker("A", sim.Config{}, func(d *Device) { d.MessageLimit, d.AlarmRecipients = 1, 2 })
	r.submit("first", "first", nil)
	r.sent("first")
	r.blocked("A")
	urgent := func(s *message.Submission) { s.Priority = message.High }
	told := func(s *message.Submission) { urgent(s); s.Account = subject.AlarmAccount("h") }
	r.submit("other", "other", urgent)
	for _, id := range []string{"told1", "told2", "told3"} {
		r.submit(id, id, told)
	}
	r.sent("told1")
	r.sent("told2")
	r.waiting("other", "told3")
	if n := len(m.Records()); n != 3 {
		t.Errorf("%d messages are sent, want 3", n)
	}
}
