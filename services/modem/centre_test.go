package modem

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// TestServiceCentreOfAMessage sets the service centre that a message names for
// that message alone, and refuses one that is no number.
func TestServiceCentreOfAMessage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	said := make(chan string, 64)
	r.worker("A", sim.Config{OnCommand: func(line string) {
		if strings.HasPrefix(line, "AT+CSCA") || strings.HasPrefix(line, "AT+CMGS") {
			said <- line
		}
	}}, func(d *Device) { d.SMSC = "358501234567" })
	centre := func(number string) func(*message.Submission) {
		return func(s *message.Submission) { s.Options.SMSC = message.NewAddress(number) }
	}
	r.submit("m1", "hello", centre("491722270000"))
	r.sent("m1")
	r.submit("m2", "hello", centre(`1",0;+CFUN=0`))
	if f, ok := r.final("m2").(life.Failed); !ok || f.Reason != "Invalid SMSC" {
		t.Errorf("final event: %+v", f)
	}
	r.submit("m3", "hello", nil)
	r.sent("m3")
	var got []string
	for len(said) > 0 {
		got = append(got, <-said)
	}
	want := []string{
		`AT+CSCA="+358501234567"`, `AT+CSCA="+491722270000"`, "AT+CMGS=19", `AT+CSCA="+358501234567"`, "AT+CMGS=19",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCentreThatIsRefused: a message whose service centre no modem takes fails in the end,
// and stops nobody.
func TestCentreThatIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	refuse := rules(t, `[{"stage":"command","match":"CSCA=\"\\+123\"","action":"reply","reply":"ERROR"}]`)
	m, _ := r.worker("A", sim.Config{Rules: refuse}, func(d *Device) {
		d.SMSC, d.MaxAttempts, d.SendRetries, d.BlockAfter, d.BlockTime = "358501234567", 4, 0, 3, config.Duration(time.Hour)
	})
	r.submit("m1", threeParts, func(s *message.Submission) { s.Options.SMSC = message.NewAddress("123") })
	f, ok := r.final("m1").(life.Failed)
	if !ok || f.Reason != "Invalid SMSC" || f.Class != life.FailureMessage || f.Unknown {
		t.Errorf("final event: %+v", f)
	}
	r.submit("m2", "hello", nil)
	r.sent("m2")
	if n := len(m.Records()); n != 1 {
		t.Errorf("%d on the air, want one", n)
	}
}
