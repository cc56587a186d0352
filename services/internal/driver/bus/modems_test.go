package bus

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

func TestModems(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	none, err := b.Modems(bounded(t))
	if err != nil || len(none) != 0 {
		t.Errorf("Modems = %v, %v; want none", none, err)
	}
	want := []life.ModemStatus{
		{State: life.ModemIdle, Identity: life.Modem{Host: "a.b", Name: "SIM 1"}, Queues: []string{"q"}, SignalDBm: -71},
		{State: life.ModemTrouble, Identity: life.Modem{Host: "c", Name: "SIM1"}, Registration: -1},
	}
	for _, state := range []life.ModemState{life.ModemStarting, 0} { // the last one counts
		for _, s := range want {
			if state != 0 {
				s.State = state
			}
			must(t, b.ModemState(bounded(t), &s))
		}
	}
	got, err := b.Modems(bounded(t))
	must(t, err)
	byHost := cmpopts.SortSlices(func(a, b life.ModemStatus) bool { return a.Identity.Host < b.Identity.Host })
	if d := cmp.Diff(want, got, byHost); d != "" {
		t.Errorf("modems (-want +got):\n%s", d)
	}
}

func TestQueuesAndCounts(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	high, later := submission("high", "a"), submission("later", "b")
	high.Priority, later.DeliverAt = message.High, time.Now().Add(time.Hour)
	must(t, b.Submit(bounded(t), submission("n1", "a"), submission("n2", "a"), high, later))
	publish(t, b, "n0")
	take(t, newTaker(t, b, "a"))
	queues, err := b.Queues(bounded(t))
	must(t, err)
	want := []Queue{
		{Name: "a", Priority: subject.High, InHand: 1}, {Name: "a", Priority: subject.Normal, Waiting: 2},
		{Name: "b", Priority: subject.High}, {Name: "b", Priority: subject.Normal},
	}
	order := cmpopts.SortSlices(func(a, b Queue) bool { return a.Name+string(a.Priority) < b.Name+string(b.Priority) })
	if d := cmp.Diff(want, queues, order); d != "" {
		t.Errorf("queues (-want +got):\n%s", d)
	}
	counts, err := b.Counts(bounded(t))
	must(t, err)
	if counts != (Counts{Deferred: 1, Queued: 3, Events: 1}) {
		t.Errorf("counts: %+v", counts)
	}
}

func TestCommand(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	worker, operator := broker.bus(t, Options{}), broker.bus(t, Options{})
	ask := wire.Command{Verb: wire.VerbAT, Argument: "AT+CSQ", Timeout: time.Second}
	_, err := operator.Command(bounded(t), "h", "SIM 1", ask)
	wantError(t, err, ErrNoModem)

	stop, err := worker.AnswerCommands("h", "SIM 1", func(c wire.Command) wire.Reply {
		return wire.Reply{Lines: []string{string(c.Verb), c.Argument, c.Timeout.String()}}
	})
	must(t, err)
	must(t, worker.nc.Flush())
	reply, err := operator.Command(bounded(t), "h", "SIM 1", ask)
	must(t, err)
	if d := cmp.Diff([]string{"at", "AT+CSQ", "1s"}, reply.Lines); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
	m, err := operator.nc.RequestWithContext(bounded(t), operator.space.ModemCommand("h", "SIM 1", "dance"), []byte{0xff})
	must(t, err)
	refusal, err := wire.DecodeReply(m.Data)
	if err != nil || refusal.Error == "" {
		t.Errorf("a foreign command is answered by %+v, %v", refusal, err)
	}
	_, err = operator.Command(bounded(t), "h", "SIM 2", ask)
	wantError(t, err, ErrNoModem)
	stop()
	must(t, worker.nc.Flush())
	_, err = operator.Command(bounded(t), "h", "SIM 1", ask)
	wantError(t, err, ErrNoModem)
}
