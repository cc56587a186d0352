package modem

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// sharedPolicy is the policy as it was seen last, for all workers of the process.
type sharedPolicy struct {
	current atomic.Pointer[policy.Policy]
	// hours are its quiet hours, ready for use.
	hours atomic.Pointer[policy.Silence]
	// seen is closed with the first one.
	seen  chan struct{}
	first sync.Once
}

func newSharedPolicy() *sharedPolicy { return &sharedPolicy{seen: make(chan struct{})} }

// policyPatience is how long what arrives, and what is to be sent, waits after the start
// for the policy. Then it goes to the inbox, or is sent, as without one: a broker that does
// not let this program read the policy must not keep it from working.
const policyPatience = 30 * time.Second

// watch follows the policy until ctx ends.
func (s *sharedPolicy) watch(ctx context.Context, b *bus.Bus, logger *zap.Logger) {
	late := time.AfterFunc(policyPatience, func() {
		s.first.Do(func() {
			logger.Warn("the shared policy cannot be read; until it can, what arrives goes to the inbox, and there are no quiet hours")
			close(s.seen)
		})
	})
	defer late.Stop()
	use := func(p *policy.Policy) {
		if err := s.use(p); err != nil {
			logger.Error("quiet hours are not kept", zap.Error(err))
		}
	}
	for ctx.Err() == nil {
		err := b.WatchPolicy(ctx, use)
		if err != nil {
			logger.Error("the shared policy cannot be used; viesti policy check says more", zap.Error(err))
		}
		sleep(ctx, policyPatience)
	}
}

// use makes p the policy; the error says which quiet hours are left out.
func (s *sharedPolicy) use(p *policy.Policy) error {
	hours, err := p.Silence()
	s.hours.Store(hours)
	s.current.Store(p)
	s.first.Do(func() { close(s.seen) })
	return err
}

// silence returns the quiet hours; nil: there are none.
func (s *sharedPolicy) silence(ctx context.Context) *policy.Silence {
	if s.get(ctx) == nil {
		return nil
	}
	return s.hours.Load()
}

// get returns the policy; nil: there is none.
func (s *sharedPolicy) get(ctx context.Context) *policy.Policy {
	if s == nil {
		return nil
	}
	select {
	case <-s.seen:
	case <-ctx.Done():
	}
	return s.current.Load()
}

// receiver returns the account that gets a message. Parts of one message go where the
// first of them went. Where a keyword decides, which only the first part has, wait
// says that another part should be looked at again later; unless it must go now.
func (w *worker) receiver(ctx context.Context, e *life.Event, mt tpdu.MT, now bool) (account string, wait bool, err error) {
	p := w.policy.get(ctx)
	if p == nil || len(p.Inbound) == 0 || mt.Deliver == nil {
		return subject.Inbox, false, ctx.Err()
	}
	a := policy.Arrival{
		Host: e.Modem.Host, Modem: e.Modem.Name, Queues: w.dev.queues(), Number: string(w.dev.Number), Text: textOf(mt.Deliver),
	}
	part, several := tpdu.Concatenation(mt.Deliver.UDH)
	if !several || !p.ByKeyword(a) {
		if several {
			a.Text = "" // no keyword decides: the parts are alike
		}
		if account, ok := p.Receiver(a); ok {
			return account, false, nil
		}
		return subject.Inbox, false, nil
	}
	first := ""
	if part.Seq == 1 {
		first = e.ID
	}
	key := subject.InboundKey(e.Modem.SIM(), e.Kind.(life.Received).Originator.Reveal(), part.Wide, part.Reference, part.Total)
	err = w.bus.ChangeChoice(ctx, key, func(made *policy.Choice) (policy.Choice, bool) {
		next, better := p.ChooseReceiver(a, first, subject.Inbox, made)
		account, wait = next.Account, better && !now
		return next, !wait
	})
	return account, wait, err
}

// textOf is the text of a message; empty where it has none.
func textOf(d *tpdu.Deliver) string {
	switch {
	case d.Septets:
		locking, single := tpdu.Languages(d.UDH)
		return gsm7.Decode(d.Data, gsm7.Tables{Locking: gsm7.Language(locking), Single: gsm7.Language(single)})
	case tpdu.ParseDCS(d.DCS).Alphabet == tpdu.AlphabetUCS2:
		text, _ := ucs2.Decode(d.Data)
		return text
	default:
		return ""
	}
}
