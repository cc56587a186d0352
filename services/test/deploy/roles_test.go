package deploy_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/allowance"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/schedule"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// operation is one thing that somebody may try on the broker.
type operation struct {
	name string
	// may lists the users that it is for; the admin may everything.
	may []string
	do  func(ctx context.Context, c *client) error
}

var operations = []operation{
	{"start as a service", []string{asSMPP, asSpool, asModem, asScheduler}, func(ctx context.Context, c *client) error { return c.bus.Ensure(ctx) }},
	{"submit as the spool", []string{asSMPP, asSpool, asScheduler}, submitAs("spool-spool1")},
	{"submit as the command line", []string{asSMPP, asOperator, asScheduler}, submitAs("cli-ops1")},
	{"submit as somebody else", []string{asSMPP, asScheduler}, submitAs("spool-other")},
	{"submit for later", []string{asSMPP, asSpool, asScheduler}, func(ctx context.Context, c *client) error {
		s := submission("spool-spool1")
		s.DeliverAt, s.ExpiresAt = time.Now().Add(time.Hour), time.Now().Add(2*time.Hour)
		return c.bus.Submit(ctx, s)
	}},
	{"say that a file is no message", []string{asSpool}, publishAs("spool-spool1", life.Rejected{Reason: "No destination"})},
	{"raise an alarm", []string{asSpool, asModem, asScheduler}, publishAs(subject.System, life.Alarm{Severity: 4, Text: "a test"})},
	{"follow alarms", []string{asScheduler}, func(ctx context.Context, c *client) error {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		return c.bus.FollowAlarms(ctx, func(context.Context, *life.Event) error { return nil })
	}},
	{"declare and withdraw a job", []string{asScheduler}, func(ctx context.Context, c *client) error {
		j := aJob()
		if _, err := c.bus.DeclareJob(ctx, &j, "h"); err != nil {
			return err
		}
		return c.bus.WithdrawJob(ctx, j.Name, "h")
	}},
	{"run a job", []string{asScheduler}, runJob},
	{"say how a job went", []string{asScheduler}, publishAs("job-"+newID(), life.JobRan{Job: "j", Outcome: life.JobSucceeded})},
	{"ask for a run of a job", []string{asOperator, asScheduler}, func(ctx context.Context, c *client) error {
		_, err := c.bus.TriggerJob(ctx, newID(), schedule.ByPerson, "a test")
		return err
	}},
	{"list jobs", []string{asOperator, asScheduler}, func(ctx context.Context, c *client) error {
		_, err := c.bus.Jobs(ctx)
		return err
	}},
	{"see who runs a job, and how it went", []string{asOperator, asScheduler, asSMPP}, func(ctx context.Context, c *client) error {
		if _, _, err := c.bus.JobState(ctx, newID()); err != nil {
			return err
		}
		_, err := c.bus.JobHistory(ctx, newID(), 1)
		return err
	}},
	{"say that a message was sent", []string{asModem}, publishAs("spool-spool1", life.Sent{})},
	{"say that a message expired", []string{asModem, asScheduler}, publishAs("spool-spool1", life.Expired{})},
	{"bring a message from the network", []string{asModem}, publishAs(subject.Inbox, life.Received{PDU: []byte{0}})},
	{"record an attempt", []string{asSMPP, asModem, asScheduler, asOperator}, attempt(1)},
	{"meet the record of an attempt", []string{asSMPP, asModem, asScheduler, asOperator}, meetAttempt},
	{"receive what was received before", []string{asModem}, publishAgain(subject.Inbox, life.Received{PDU: []byte{1}})},
	{"raise an alarm again", []string{asModem, asScheduler}, publishAgain(subject.System, life.Alarm{Severity: 4, Code: "test", Text: "test"})},
	{"end a message that was cancelled before", []string{asSMPP, asModem, asScheduler, asOperator}, endAgain(life.Cancelled{By: "x"}, life.Expired{})},
	{"record an attempt of a later part", []string{asModem}, attempt(2)},
	{"take a message", []string{asModem}, take},
	{"follow the spool's events", []string{asSMPP, asSpool}, followAndAcknowledge("spool-spool1")},
	{"follow somebody else's events", []string{asSMPP, asOperator}, follow("spool-other")},
	{"follow what arrives", []string{asSpool}, followAndAcknowledge(subject.Inbox)},
	{"join received parts", []string{asSpool}, joinParts},
	{"cancel a message", []string{asSMPP, asOperator, asScheduler}, cancelOne},
	{"replace a message", []string{asSMPP, asOperator, asScheduler}, replaceOne},
	{"say that a message waits for the end of quiet hours", []string{asModem}, publishAs("spool-spool1", life.Postponed{Until: time.Now().Add(time.Hour)})},
	{"put a message aside in quiet hours", []string{asSMPP, asOperator, asScheduler}, putAside},
	{"say what was decided about alternates", []string{asSMPP, asScheduler}, publishAs("spool-spool1", life.Escalation{Reason: "a test"})},
	{"submit a message with alternates", []string{asSMPP, asSpool, asScheduler}, func(ctx context.Context, c *client) error {
		return c.bus.Submit(ctx, withAlternate("spool-spool1"))
	}},
	{"send the message to an alternate", []string{asSMPP, asScheduler}, func(ctx context.Context, c *client) error {
		s := withAlternate("spool-other")
		s.ExpiresAt = time.Now().Add(time.Hour)
		return c.bus.Submit(ctx, s)
	}},
	{"see to a timer of alternates", []string{asSMPP, asScheduler}, func(ctx context.Context, c *client) error {
		return c.bus.Disarm(ctx, "spool-spool1", newID())
	}},
	{"follow messages with alternates", []string{asScheduler}, followChains},
	{"report on a message with alternates", []string{asModem}, func(ctx context.Context, c *client) error {
		e := event("spool-spool1", life.Sent{})
		e.Subject = life.SubjectOf(withAlternate("spool-spool1"))
		return c.bus.Publish(ctx, e)
	}},
	{"take an expired message back", []string{asScheduler}, withdraw},
	{"read the history of a message", []string{asSMPP, asOperator, asScheduler}, func(ctx context.Context, c *client) error {
		if _, err := c.bus.History(ctx, newID()); !errors.Is(err, bus.ErrNotFound) {
			return err
		}
		return nil
	}},
	{"watch everything", []string{asOperator}, tail},
	{"read the policy", []string{asSMPP, asSpool, asOperator, asScheduler, asModem}, func(ctx context.Context, c *client) error {
		_, err := c.bus.Policy(ctx)
		return err
	}},
	{"write the policy", nil, func(ctx context.Context, c *client) error {
		_, err := c.bus.SetPolicy(ctx, &policy.Policy{Lists: policy.Lists{Deny: []string{newID()}}})
		return err
	}},
	{"choose who gets a received message", []string{asModem}, func(ctx context.Context, c *client) error {
		return c.bus.ChangeChoice(ctx, subject.InboundKey("sim", newID(), false, 1, 2), func(*policy.Choice) (policy.Choice, bool) {
			return policy.Choice{Account: "acme"}, true
		})
	}},
	{"claim the parts of a message for a modem", []string{asModem}, func(ctx context.Context, c *client) error {
		_, err := c.bus.ClaimParts(ctx, newID(), "host", "modem", time.Now())
		return err
	}},
	{"list sessions", []string{asOperator}, func(ctx context.Context, c *client) error {
		_, err := c.bus.Sessions(ctx)
		return err
	}},
	{"read the audit", []string{asOperator}, func(ctx context.Context, c *client) error {
		return c.bus.AuditTrail(ctx, bus.AuditQuery{}, func(*audit.Event) error { return nil })
	}},
	{"follow the audit", []string{asOperator}, followAudit},
	{"write into the audit", []string{asSMPP}, func(ctx context.Context, c *client) error {
		return c.bus.Audit(ctx, &audit.Event{Kind: audit.Policy})
	}},
	{"show its modem", []string{asModem}, modemState("modem1")},
	{"show a modem of another host", nil, modemState("modem2")},
	{"suspend its modem", []string{asModem}, suspendAndResume("modem1")},
	{"suspend a modem of another host", nil, suspendAndResume("modem2")},
	{"count what its modem sent", []string{asModem}, countSent("modem1")},
	{"count what a modem of another host sent", nil, countSent("modem2")},
	{"look for what is stuck", []string{asScheduler}, lookForStuck},
	{"list modems", []string{asScheduler, asOperator}, func(ctx context.Context, c *client) error {
		_, err := c.bus.Modems(ctx)
		return err
	}},
	{"list queues", []string{asScheduler, asOperator}, func(ctx context.Context, c *client) error {
		_, err := c.bus.Counts(ctx)
		return err
	}},
	{"command a modem", []string{asOperator, asScheduler}, commandModem},
	{"answer for its modem", []string{asModem}, answer("modem1")},
	{"answer for a modem of another host", nil, answer("modem2")},
	{"read the answers to others", nil, func(_ context.Context, c *client) error { return subscribe(c, "_INBOX.>") }},
	{"read all subjects", nil, func(_ context.Context, c *client) error { return subscribe(c, "sms.>") }},
	{"delete a stream", nil, func(ctx context.Context, c *client) error {
		js, err := jetstream.New(c.nc)
		if err != nil {
			return err
		}
		if err := js.DeleteStream(ctx, "NO_SUCH"); !errors.Is(err, jetstream.ErrStreamNotFound) {
			return err
		}
		return nil
	}},
}

// commandModem asks a modem that is not there. While another test reads all subjects,
// somebody seems to be, who never answers.
func commandModem(ctx context.Context, c *client) error {
	for {
		soon, cancel := context.WithTimeout(ctx, time.Second)
		_, err := c.bus.Command(soon, "modem3", "SIM1", wire.Command{Verb: wire.VerbAT})
		cancel()
		switch {
		case errors.Is(err, bus.ErrNoModem):
			return nil
		case ctx.Err() != nil, !errors.Is(err, context.DeadlineExceeded):
			return err
		}
	}
}

// aJob is a job that no other test has.
func aJob() schedule.Job {
	return schedule.Job{Name: newID(), Command: "/bin/true", Timeout: time.Minute, Clock: schedule.Clock{Every: time.Hour}}
}

// runJob takes a tick, and the job with it.
func runJob(ctx context.Context, c *client) error {
	j := aJob()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var problem error
	ready := func() {
		if _, err := c.bus.TriggerJob(ctx, j.Name, schedule.ByStart, "h"); err != nil {
			problem = err
			cancel()
		}
	}
	err := c.bus.FollowTicks(ctx, j.Name, ready, func(t *bus.JobTick) {
		defer cancel()
		_, err := c.bus.ChangeJobState(ctx, j.Name, schedule.State{}.Begun(t.Seq, "run", "h", time.Now()), 0)
		problem = errors.Join(err, t.Hold(ctx, c.bus), t.Done(ctx))
	})
	return errors.Join(err, problem)
}

// TestRoles tries every operation as every user, on a connection of its own.
func TestRoles(t *testing.T) {
	b := startBroker(t)
	b.setUp(t)
	for _, op := range operations {
		for _, user := range users {
			t.Run(op.name+"/"+user, func(t *testing.T) {
				t.Parallel()
				c, ctx := b.connect(t, user)
				err := op.do(ctx, c)
				refusals := c.refusals()
				switch may := user == asAdmin || slices.Contains(op.may, user); {
				case may && (err != nil || len(refusals) > 0):
					t.Errorf("must be allowed, but: %v, refused %q", err, refusals)
				case !may && err == nil && len(refusals) == 0:
					t.Error("must be refused, but was done")
				}
			})
		}
	}
}

// TestNoCertificate wants nobody to get in without a client certificate.
func TestNoCertificate(t *testing.T) {
	b := startBroker(t)
	key, err := nats.NkeyOptionFromSeed(b.dir + "/admin.nk")
	if err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(b.url(), nats.RootCAs(b.dir+"/ca.pem"), nats.TLSHandshakeFirst(), key)
	if err == nil {
		nc.Close()
		t.Error("connected without a client certificate")
	}
}

// suspendAndResume takes a modem of a host out of service and back, as its worker does.
func suspendAndResume(host string) func(context.Context, *client) error {
	return func(ctx context.Context, c *client) error {
		if err := c.bus.Suspend(ctx, host, "SIM1", life.Suspension{Reason: "a test"}); err != nil {
			return err
		}
		if _, err := c.bus.Suspension(ctx, host, "SIM1"); err != nil {
			return err
		}
		return c.bus.Resume(ctx, host, "SIM1")
	}
}

// countSent counts what a modem of a host and a SIM sent, as a worker does.
func countSent(host string) func(context.Context, *client) error {
	return func(ctx context.Context, c *client) error {
		one := func(t allowance.Tally) (allowance.Tally, bool) {
			return allowance.Tally{Since: time.Now(), Count: t.Count + 1}, true
		}
		if err := c.bus.Tally(ctx, subject.ModemTallyKey(host, "SIM1", "messages"), one); err != nil {
			return err
		}
		return c.bus.Tally(ctx, subject.SIMTallyKey("244050000000001", "day"), one)
	}
}

// withAlternate is a message of an account that has one.
func withAlternate(account string) *message.Submission {
	s := submission(account)
	s.Alternates = []message.Alternate{{Recipient: message.NewAddress("358407654321"), After: time.Hour}}
	return s
}

// followChains waits for what may happen to messages with alternates, and says that
// some of it is being handled: operators may look, and not take anything away.
func followChains(ctx context.Context, c *client) error {
	look, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	err := c.bus.FollowChains(look, func(context.Context, *life.Event, time.Time) error { return nil })
	if err := unlessOver(look, err); err != nil {
		return err
	}
	return c.nc.Publish("$JS.ACK."+subject.Default().StreamEvents()+"."+subject.ConsumerChain+".1.1.1.1.1", []byte("+WPI"))
}

// followAudit follows the audit until it has seen something. The admin puts something
// there for it.
func followAudit(ctx context.Context, c *client) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	seen := errors.New("seen")
	if err := c.bus.FollowAudit(ctx, bus.AuditQuery{}, func(*audit.Event) error { return seen }); !errors.Is(err, seen) {
		return fmt.Errorf("nothing was seen: %w", err)
	}
	return nil
}

// lookForStuck does what a scheduler does every minute.
func lookForStuck(ctx context.Context, c *client) error {
	if _, _, err := c.bus.Backlog(ctx); err != nil {
		return err
	}
	before, err := c.bus.Troubles(ctx)
	if err != nil {
		return err
	}
	if err := c.bus.SetTroubles(ctx, before, nil, time.Now()); err != nil && !errors.Is(err, bus.ErrConflict) {
		return err
	}
	return c.bus.Publish(ctx, event(subject.System, life.Alarm{Severity: 4, Code: "a test"}))
}
