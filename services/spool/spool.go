// Package spool is the ingress for message files: it takes what producers put
// into a directory, makes it durable on the broker, and writes the outcome back
// as SMS Server Tools does.
//
// A file's way: outgoing → a claim inside outgoing (durable, with its id) →
// submission acknowledged by the broker → checked → the final event → sent or
// failed, and the event handler. Every step may be repeated after a crash: the id
// follows from the claim, the broker knows what it has, and a final event whose
// file is gone was handled before. Calls of the event handler are on record before
// their file is seen, and are made at least once.
package spool

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/driver/hook"
	"github.com/viesti-sms/viesti/services/internal/driver/spooldir"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
)

// Spool is the service.
type Spool struct {
	cfg      Config
	bus      *bus.Bus
	log      *zap.Logger
	account  string
	policy   atomic.Pointer[policy.Policy]
	language locale
	now      func() time.Time
	// joining is held while parts of messages are written: events and the purge
	// work on the same groups.
	joining sync.Mutex
	// syncer is shared by the events that are handled side by side.
	syncer spooldir.Syncer
	// notes are those of files whose messages have alternates.
	notes      chainNotes
	complaints complaints

	// calls are those of the event handler, checking those of the check handler,
	// which tells the scanner on decided that there is a verdict.
	calls, checking *hook.Pool
	decided         chan struct{}
	// holding says that the check handler broke down, and that this was told.
	holding atomic.Bool
	// failing are the handlers that have failed once.
	failing sync.Map

	// What follows is the scanner's own.

	backlog backlog
	// recovered says that the claims of an earlier run were looked for.
	recovered  bool
	unfinished []*claimed
	// rejected are the ids of refused files that have not been moved on yet.
	rejected map[string]bool
	// complained are the things about which the log has complained.
	complained map[string]bool
}

// New makes a Spool; Config.Check tells before whether it can work.
func New(cfg Config, b *bus.Bus, logger *zap.Logger) *Spool {
	s := &Spool{
		cfg: cfg, bus: b, log: logger.Named("spool"), account: Account(cfg.Host), now: time.Now,
		backlog: newBacklog(), rejected: map[string]bool{}, complained: map[string]bool{}, decided: make(chan struct{}, 1),
		calls:    hook.NewPool(cfg.HandlerParallel, time.Duration(cfg.HandlerPatience)),
		checking: hook.NewPool(cfg.HandlerParallel, time.Duration(cfg.HandlerPatience)),
	}
	s.policy.Store(&policy.Policy{})
	var err error
	if s.language, err = cfg.language(); err != nil {
		s.log.Error("reading the language file; headers are English", zap.Error(err)) // Check has said so before
	}
	if s.language.TimeFormat != "" {
		s.cfg.TimeFormat = s.language.TimeFormat
	}
	return s
}

// Account is the account of the spool of a host.
func Account(host string) string { return "spool-" + host }

// Run works until ctx ends: it takes files, follows the events of its messages,
// and writes what arrives from the network.
func (s *Spool) Run(ctx context.Context) error {
	s.log.Info("running", zap.String("outgoing", s.cfg.Outgoing), zap.String("incoming", s.cfg.Incoming))
	defer s.log.Info("stopped")
	defer s.calls.Close()
	defer s.checking.Close()
	shared, err := s.bus.Policy(ctx)
	if err != nil {
		return err
	}
	s.usePolicy(shared)
	s.resumeCalls()
	services := []lifecycle.Service{{Name: "policy", Run: func(ctx context.Context) error {
		return s.bus.WatchPolicy(ctx, s.usePolicy)
	}}}
	if s.cfg.Outgoing != "" {
		services = append(services,
			lifecycle.Service{Name: "outgoing", Run: s.watch},
			lifecycle.Service{Name: "events", Run: func(ctx context.Context) error {
				return s.bus.FollowAccountInLanes(ctx, s.account, s.lane, s.handle)
			}})
	}
	if s.cfg.Incoming != "" {
		services = append(services, lifecycle.Service{Name: "inbox", Run: func(ctx context.Context) error {
			return s.bus.FollowAccount(ctx, subject.Inbox, s.handle)
		}}, lifecycle.Service{Name: "purge", Run: s.purge})
	}
	return lifecycle.Run(ctx, services...)
}

// usePolicy takes a policy over. The log says what of it cannot be read: what was
// before it stays in force.
func (s *Spool) usePolicy(p *policy.Policy) {
	if before := s.policy.Swap(p); len(p.Problems) > len(before.Problems) {
		s.log.Error("the shared policy has entries that cannot be read; viesti policy check says more", zap.Errors("problems", p.Problems))
	}
}

func (s *Spool) watch(ctx context.Context) error {
	return spooldir.Watch(ctx, s.cfg.Outgoing, s.rescan(), s.decided, s.scan)
}

// rescan is the interval of looking without being told. Files that are still
// growing are looked at more often.
func (s *Spool) rescan() time.Duration {
	d := time.Duration(s.cfg.Rescan)
	if !s.cfg.TrustOutgoing {
		d = min(d, settleTime)
	}
	return d
}
