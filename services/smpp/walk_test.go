package smpp

import (
	"testing"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
)

// TestWalk is the whole way: bind, submit, durable, answered, sent, receipt, unbind.
func TestWalk(t *testing.T) {
	t.Parallel()
	r := newRig(t, someone("acme"))
	r.send()
	i := r.serve()
	c := dial(t, i.client("acme"))
	id, err := c.Submit(bounded(t), esme.Text("4917", "491701234567", "hello", true))
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Inbox().Wait(bounded(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	receipt, ok := d[0].Receipt()
	if !ok || receipt.MessageID != id || receipt.Stat != "DELIVRD" || receipt.State != smpp.StateDelivered {
		t.Errorf("receipt %+v of message %s", receipt, id)
	}
	if err := c.Unbind(bounded(t)); err != nil {
		t.Error(err)
	}
}
