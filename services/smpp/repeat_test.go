package smpp

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
)

// deaf is a broker that does not hear of its first submission.
type deaf struct {
	Broker
	heard     atomic.Bool
	retracted atomic.Int64
}

func (d *deaf) Start(ctx context.Context, s *message.Submission) (Pending, error) {
	if d.heard.Swap(true) {
		return d.Broker.Start(ctx, s)
	}
	return unheard{}, nil
}

// unheard is a Pending of which nobody knows.
type unheard struct{}

func (unheard) Done() bool                 { return false }
func (unheard) Wait(context.Context) error { return context.DeadlineExceeded }

func (d *deaf) Retract(ctx context.Context, s *message.Submission) error {
	defer d.retracted.Add(1)
	return d.Broker.Retract(ctx, s)
}

// TestRepetitionOfTheUnacknowledged: what the broker did not acknowledge in time is sent
// when the client repeats it, and has the same id. To take it back, as is done with what
// cannot be recognised, would take back the repetition.
func TestRepetitionOfTheUnacknowledged(t *testing.T) {
	t.Parallel()
	for name, deduplicate := range map[string]time.Duration{"recognised": time.Minute, "not recognised": 0} {
		t.Run(name, func(t *testing.T) {
			a := someone("acme")
			a.Deduplicate = deduplicate
			r := newRig(t, a)
			d := &deaf{Broker: OnBus(r.connect())}
			i := run(t, New(testConfig(), d, nop()))
			c := dial(t, i.client("acme"))
			m := esme.Numbered(esme.Text(src, dst, "code", true), 7)
			if got := statusOfRequest(t, c, smpp.SubmitSMID, m); got != smpp.RSysErr {
				t.Fatalf("unacknowledged: %#02x", uint32(got))
			}
			if deduplicate == 0 {
				wait(t, "the first to be taken back", func() bool { return d.retracted.Load() == 1 })
			}
			id := submit(t, c, m)
			r.send()
			got, err := c.Inbox().Wait(bounded(t), 1)
			if err != nil {
				t.Fatalf("accepted as %s, and never sent: %v", id, err)
			}
			if receipt, ok := got[0].Receipt(); !ok || receipt.MessageID != id || receipt.State != smpp.StateDelivered {
				t.Errorf("receipt %+v, want one of %s", receipt, id)
			}
			if n := d.retracted.Load(); (n != 0) != (deduplicate == 0) {
				t.Errorf("%d messages were taken back", n)
			}
		})
	}
}

// TestRepetitionOfMulti: what a submit_multi sent on its way the first time is not sent
// again when it is repeated, and the rest is.
func TestRepetitionOfMulti(t *testing.T) {
	t.Parallel()
	a := someone("acme")
	a.Deduplicate = time.Minute
	r := newRig(t, a)
	first := run(t, New(testConfig(), &deaf{Broker: OnBus(r.connect())}, nop()))
	c, d := dial(t, first.client("acme")), dial(t, r.serve().client("acme"))
	m := multi(3)
	m.Message = *esme.Numbered(esme.Text(src, "", "hello", true), 7)
	ask := func(c *esme.Client) smpp.SubmitMultiResp {
		reply, err := c.Request(bounded(t), smpp.SubmitMultiID, m)
		var resp smpp.SubmitMultiResp
		if err != nil || reply.Status != smpp.OK || resp.Decode(reply.Body) != nil {
			t.Fatalf("%+v, %v", reply, err)
		}
		return resp
	}
	once := ask(c)
	if len(once.Unsuccess) != 1 || once.Unsuccess[0].Status != smpp.RSysErr {
		t.Fatalf("the broker did not hear of one: %+v", once)
	}
	for _, c := range []*esme.Client{c, d} {
		if again := ask(c); string(again.MessageID) != string(once.MessageID) || len(again.Unsuccess) != 0 {
			t.Errorf("again: %+v, want all of %s", again, once.MessageID)
		}
	}
	other := m.Destinations[2]
	m.Destinations = m.Destinations[:2]
	if less := ask(d); string(less.MessageID) == string(once.MessageID) {
		t.Error("another request is taken for a repetition")
	}
	m.Destinations = append(m.Destinations, other)
	r.send()
	var from []string
	for _, id := range waitReceipts(t, c, d, 5) {
		if id == string(once.MessageID) {
			from = append(from, id)
		}
	}
	if len(from) != 3 {
		t.Errorf("%d receipts of the first, want 3", len(from))
	}
	ask(d)
	last := submit(t, c, esme.Text(src, dst, "last", true))
	if all := waitReceipts(t, c, d, 6); len(all) != 6 || !slices.Contains(all, last) {
		t.Errorf("receipts of %v", all)
	}
}
