package modem

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// report is an SMS-STATUS-REPORT about a message that nobody sent.
func report(reference int) string {
	return fmt.Sprintf("07915348010000F006%02X0C9153481032547662110102030400621101020314000000", reference)
}

// TestReportThatStays has a modem refuse to remove a report: it is told of once, and
// its removal tried again and again.
func TestReportThatStays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	core, logs := observer.New(zap.InfoLevel)
	r.log = zap.New(core)
	h := newHeard()
	m, _ := r.worker("A", sim.Config{OnCommand: h.Add, Rules: rules(t, `[{"stage":"command","match":"CMGD=","action":"reply","reply":"+CMS ERROR: 302"}]`)},
		func(d *Device) { d.Poll = config.Duration(time.Second) })
	if _, err := m.Store("SM", 0, report(7)); err != nil {
		t.Fatal(err)
	}
	h.wait(t, "AT+CMGD=", 3)
	if n := logs.FilterMessage("report").Len(); n != 1 {
		t.Errorf("the report was told of %d times, want once", n)
	}
}

// TestReportCutShort has a report end before it says what became of the message: it is
// no report of a delivery, but something that arrived and cannot be read.
func TestReportCutShort(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	next := r.inbox()
	m, _ := r.worker("A", sim.Config{}, func(d *Device) { d.Poll = config.Duration(time.Second) })
	whole := report(7)
	for _, octets := range []int{2, 6, 13, 20} { // the end, which is TP-PI, and TP-ST; of TP-DT; of TP-SCTS; of TP-RA
		cut := whole[:len(whole)-2*octets]
		if _, err := m.Store("SM", 0, cut); err != nil {
			t.Fatal(err)
		}
		if got, ok := next().Kind.(life.Received); !ok || fmt.Sprintf("%X", got.PDU) != cut {
			t.Fatalf("%s arrived as %T", cut, got)
		}
	}
}

// TestReportOfAName has a report name its recipient by letters.
func TestReportOfAName(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	next := r.inbox()
	m, _ := r.worker("A", sim.Config{}, func(d *Device) { d.Poll = config.Duration(time.Second) })
	if _, err := m.Store("SM", 0, "07915348010000F006070BD0D674794E4F03"+"62110102030400"+"6211010203140000"); err != nil {
		t.Fatal(err)
	}
	if got, ok := next().Kind.(life.Report); !ok || got.Recipient.Reveal() != "Viesti" {
		t.Errorf("arrived as %T about %q", got, got.Recipient.Reveal())
	}
}

// TestDirectReportHoldsNothingUp has reports come that match nothing, and are waited
// with: what is in the memory is delivered meanwhile.
func TestDirectReportHoldsNothingUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	kinds := make(chan life.Kind, 64)
	ctx, cancel := context.WithCancel(t.Context())
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		_ = r.bus.FollowAccount(ctx, subject.Inbox, func(_ context.Context, e *life.Event) error { kinds <- e.Kind; return nil })
	}()
	t.Cleanup(func() { cancel(); <-followed })
	next := func() life.Kind {
		select {
		case k := <-kinds:
			return k
		case <-time.After(patience):
			t.Fatal("nothing arrives")
			return nil
		}
	}
	m, _ := r.worker("A", sim.Config{}, func(d *Device) { d.Poll = config.Duration(time.Hour) })
	if _, err := m.Store("SM", 0, deliver("3584000001", 9)); err != nil {
		t.Fatal(err)
	}
	next() // the first look is over
	const tries = 10
	for i := range tries {
		if _, err := m.Store("SM", 0, deliver("3584000001", 10+i)); err != nil {
			t.Fatal(err)
		}
		m.URC("+CDS: 26\r\n" + report(i))
		m.URC(`+CMTI: "SM",1`)
		first, second := next(), next()
		if _, ok := first.(life.Received); ok {
			return
		}
		t.Logf("try %d: %T before %T", i, first, second)
	}
	t.Error("the report always came first, as if the memory waited for it")
}

// TestCutOffIsReadAgain has a list show half of a message, and the modem be busy when
// it is read once more: the message is not taken for whole, and not removed, before
// all of it was read. One that is so short in two readings is what the modem has.
func TestCutOffIsReadAgain(t *testing.T) {
	t.Parallel()
	const pdu = "07915348010000F0040A915348000010000062110102010400" + "05C8329BFD06"
	const cut = "07915348010000F0040A9153480000100000"
	for name, c := range map[string]struct{ cmgl, cmgr, want string }{
		"busy":        {"+CMGL: 1,0,,23\\r\\n" + cut + "\\r\\n\\r\\nOK", "+CMS ERROR: 314", pdu},
		"cut again":   {"+CMGL: 1,0,,23\\r\\n" + cut[:20] + "\\r\\n\\r\\nOK", "+CMGR: 0,,23\\r\\n" + cut + "\\r\\n\\r\\nOK", pdu},
		"read whole":  {"+CMGL: 1,0,,23\\r\\n" + cut + "\\r\\n\\r\\nOK", "+CMGR: 0,,23\\r\\n" + pdu + "\\r\\n\\r\\nOK", pdu},
		"really that": {"+CMGL: 1,0,,23\\r\\n" + cut + "\\r\\n\\r\\nOK", "+CMGR: 0,,23\\r\\n" + cut + "\\r\\n\\r\\nOK", cut},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			next := r.inbox()
			h := newHeard()
			m, d := r.device("A", sim.Config{OnCommand: h.Add, Rules: rules(t, `[
				{"stage":"command","match":"CMGL","action":"reply","reply":"`+c.cmgl+`","times":1},
				{"stage":"command","match":"CMGR","action":"reply","reply":"`+c.cmgr+`","times":1}]`)}, func(d *Device) {
				d.Outgoing, d.Poll = false, config.Duration(time.Hour)
			})
			if _, err := m.Store("SM", 0, pdu); err != nil {
				t.Fatal(err)
			}
			r.run("h", d)
			if got := fmt.Sprintf("%X", next().Kind.(life.Received).PDU); got != c.want {
				t.Errorf("arrived: %s, want %s", got, c.want)
			}
			h.wait(t, "AT+CMGD=1", 1)
			if n := h.Count("AT+CMGR"); n != 1 {
				t.Errorf("read %d times, want once", n)
			}
		})
	}
}
