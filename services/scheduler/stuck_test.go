package scheduler

import (
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// impatient looks all the time, and finds everything too long.
func impatient() Config {
	const little = config.Duration(time.Nanosecond)
	return Config{Stuck: Stuck{Every: config.Duration(20 * time.Millisecond), High: little, Normal: little, Unserved: little, Silent: little, Repeat: config.Duration(time.Hour)}}
}

// alarms hands out the alarms of the gateway.
func alarms(t *testing.T, b *bus.Bus) <-chan *life.Event {
	t.Helper()
	return follow(t, b, subject.System)
}

func nextAlarm(t *testing.T, events <-chan *life.Event) life.Alarm {
	t.Helper()
	k, ok := next(t, events).Kind.(life.Alarm)
	if !ok {
		t.Fatal("the event is no alarm")
	}
	return k
}

// TestStuck goes through the troubles of a queue and its modem: each is told of once,
// whoever of three schedulers finds it, and its end too.
func TestStuck(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 0)
	events := alarms(t, b)
	for range 3 {
		run(t, New(impatient(), b, zap.NewNop()))
	}
	s := valid("a", time.Hour)
	s.Priority = message.High
	must(t, b.Submit(bounded(t), s))
	if k := nextAlarm(t, events); k.Code != "queue-unserved" || k.Severity != 3 || !strings.Contains(k.Text, "message a") {
		t.Errorf("without a modem: %+v", k)
	}
	status := life.ModemStatus{State: life.ModemIdle, Queues: []string{"q"}, Since: time.Now(), Identity: life.Modem{Host: "h", Name: "M1"}}
	must(t, b.ModemState(bounded(t), &status))
	codes := map[string]int{}
	for range 2 { // one trouble is over, and another one has begun
		k := nextAlarm(t, events)
		codes[k.Code] = k.Severity
	}
	if codes["queue-unserved"] != 5 || codes["message-stuck"] != 4 {
		t.Errorf("with a modem: %v", codes)
	}
	phone := newModem(t, b, "q")
	_, work := phone.begin()
	must(t, work.Done(bounded(t)))
	if k := nextAlarm(t, events); k.Code != "message-stuck" || k.Severity != 5 {
		t.Errorf("when it is sent: %+v", k)
	}
	status.State, status.MessageID = life.ModemSending, "a"
	must(t, b.ModemState(bounded(t), &status))
	if k := nextAlarm(t, events); k.Code != "modem-silent" || k.Severity != 3 || !strings.Contains(k.Text, "M1 on h") {
		t.Errorf("a silent modem: %+v", k)
	}
	status.State, status.MessageID = life.ModemIdle, ""
	must(t, b.ModemState(bounded(t), &status))
	if k := nextAlarm(t, events); k.Code != "modem-silent" || k.Severity != 5 {
		t.Errorf("when it says something: %+v", k)
	}
	if len(events) != 0 {
		t.Errorf("%d more alarms", len(events))
	}
}

// TestOneLooks lets many look at the same moment: one alarm is heard, and repeated
// when its time has come.
func TestOneLooks(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 0)
	events := alarms(t, b)
	must(t, b.Submit(bounded(t), valid("a", time.Hour)))
	cfg := impatient()
	cfg.Stuck.Every = config.Duration(time.Hour)
	var all sync.WaitGroup
	ctx := bounded(t)
	for range 10 {
		all.Go(func() {
			if err := New(cfg, b, zap.NewNop()).lookForStuck(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if k := nextAlarm(t, events); k.Code != "queue-unserved" {
		t.Errorf("%+v", k)
	}
	must(t, New(cfg, b, zap.NewNop()).lookForStuck(ctx)) // too soon
	cfg.Stuck.Every, cfg.Stuck.Repeat = config.Duration(time.Nanosecond), config.Duration(time.Nanosecond)
	must(t, New(cfg, b, zap.NewNop()).lookForStuck(ctx))
	if k := nextAlarm(t, events); k.Code != "queue-unserved" {
		t.Errorf("repeated: %+v", k)
	}
	if len(events) != 0 {
		t.Errorf("%d more alarms", len(events))
	}
}
