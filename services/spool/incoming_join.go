package spool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/join"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// Parts of a message wait on the broker, in a group that all spools share, until
// the last one has come. The spool that takes a set of parts out of a group owns
// it for a while, writes its files, owes the calls of the handler, and then records
// that it is done; until then the set stays in the group, and whoever comes after a crash
// takes it over. The event that started it is acknowledged last.

// claimTime is how long a spool may be at a set before another one writes it too.
// The spool itself, started anew, need not wait.
const claimTime = 10 * time.Minute

// traceTime is how long a group remembers parts that were written: events may be
// offered again after the broker was down for a while.
const traceTime = 24 * time.Hour

// joins reports whether a message is a part that is to be joined with others.
func (s *Spool) joins(e *life.Event, mt tpdu.MT) bool {
	if _, part := join.PartOf(mt); !part || e.Modem == nil {
		return false
	}
	r := s.cfg.reception(e)
	if alphabetOf(mt.Deliver) == tpdu.Alphabet8Bit {
		return r.combineBinary
	}
	return r.combine
}

// join puts a part into its group, and writes what that completes or displaces.
func (s *Spool) join(ctx context.Context, e *life.Event, mt tpdu.MT) error {
	part, _ := join.PartOf(mt)
	sender := e.Kind.(life.Received).Originator
	key := subject.JoinKey(e.Account, sender.Reveal(), part.Wide, part.Reference, part.Total)
	s.log.Info("received a part", log.Message(e.ID), zap.Uint8("part", part.Seq), zap.Uint8("of", part.Total), zap.Stringer("from", sender))
	s.joining.Lock()
	defer s.joining.Unlock()
	return s.settle(ctx, key, func(g *join.Group) bool { return g.Add(e, s.now()) })
}

// settle changes a group and writes what may leave it then. What another spool is
// writing is left to it: should it die, it or the purge will find the set.
func (s *Spool) settle(ctx context.Context, key string, change func(*join.Group) bool) error {
	var sets []join.Delivery
	err := s.bus.ChangeGroup(ctx, key, func(g *join.Group) bool {
		changed, now := change(g), s.now()
		sets = g.Claim(s.cfg.Host, now, now.Add(claimTime))
		return changed || len(sets) > 0
	})
	if err != nil {
		return err
	}
	for _, set := range sets {
		if err := s.write(set); err != nil {
			return err
		}
		if err := s.bus.ChangeGroup(ctx, key, func(g *join.Group) bool { return g.Finish(set, s.now()) }); err != nil {
			return err
		}
	}
	return nil
}

// write makes the files of a set of parts, and owes a call of the handler for each.
// A repetition finds the same files, and the calls that are owed.
func (s *Spool) write(set join.Delivery) error {
	if set.Cause == join.Complete {
		if merged, file := s.merge(set.Parts); file != nil {
			return s.deliver(merged, file)
		}
	}
	if set.Cause == join.Expired && !s.cfg.ICPurgeRead {
		for _, e := range set.Parts {
			s.log.Warn("removed a part whose others did not come", log.Message(e.ID), zap.Stringer("from", e.Kind.(life.Received).Originator))
		}
		return nil
	}
	for _, e := range set.Parts {
		file := s.messageFile(e, e.Kind.(life.Received))
		file.Incomplete = true
		if err := s.deliver(e, file); err != nil {
			return err
		}
	}
	return nil
}

func (s *Spool) deliver(e *life.Event, file *smsfile.Incoming) error {
	fresh, err := s.store(e, "RECEIVED", s.incomingPlace(), file)
	if fresh {
		s.log.Info("received", log.Message(e.ID), zap.Bool("incomplete", file.Incomplete), zap.Stringer("from", e.Kind.(life.Received).Originator))
	}
	return err
}

// merge describes a whole message: its headers are those of the last part, its
// user data header that of the first (smstools spec §2.5). Parts that differ in
// alphabet make no message; file is nil then.
func (s *Spool) merge(parts []*life.Event) (merged *life.Event, file *smsfile.Incoming) {
	var delivers []*tpdu.Deliver
	var mts []tpdu.MT
	for _, e := range parts {
		mt, err := tpdu.DecodeMT(e.Kind.(life.Received).PDU)
		if err != nil || mt.Deliver == nil {
			return nil, nil
		}
		mts, delivers = append(mts, mt), append(delivers, mt.Deliver)
	}
	if !alike(delivers) {
		return nil, nil
	}
	merged = mergedEvent(parts)
	file = s.incomingFile(merged)
	file.Name = merged.Kind.(life.Received).Name
	last := len(mts) - 1
	s.describe(file, mts[last], nil)
	s.fillBody(file, s.cfg.reception(merged), delivers)
	file.UDHData = tpdu.WithoutElements(file.UDHData, tpdu.ElementConcatenated8, tpdu.ElementConcatenated16)
	for i, mt := range mts {
		fault := faultsOf(mt)
		if fault.damaged || i == last { // of what is merely odd in the others smsd says nothing
			file.Warnings = append(file.Warnings, fault.warnings...)
		}
		s.showPDU(file, mt.Deliver, parts[i].Kind.(life.Received), fault.damaged)
	}
	return merged, file
}

// mergedEvent stands for a whole message: it is the event of its last part, at the
// time when the last one of them arrived.
func mergedEvent(parts []*life.Event) *life.Event {
	merged := *parts[len(parts)-1]
	for _, e := range parts {
		if e.Time.After(merged.Time) {
			merged.Time = e.Time
		}
	}
	return &merged
}

// purge looks after groups that nothing is added to, until ctx ends: parts whose
// time is up, sets whose writer is gone, and traces of what was written long ago.
func (s *Spool) purge(ctx context.Context) error {
	tick := time.NewTicker(max(time.Duration(s.cfg.ICPurgeInterval), time.Second))
	defer tick.Stop()
	for {
		if err := s.purgeOnce(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("looking after parts that wait for others, will be tried again", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (s *Spool) purgeOnce(ctx context.Context) error {
	keys, err := s.bus.Groups(ctx)
	if err != nil {
		return err
	}
	var problems []error
	for _, key := range keys {
		if err := s.purgeGroup(ctx, key); err != nil {
			problems = append(problems, fmt.Errorf("group of parts: %w", err))
		}
	}
	return errors.Join(problems...)
}

func (s *Spool) purgeGroup(ctx context.Context, key string) error {
	s.joining.Lock()
	defer s.joining.Unlock()
	return s.settle(ctx, key, func(g *join.Group) bool {
		now, changed := s.now(), false
		if limit := time.Duration(s.cfg.ICPurgeAfter); limit > 0 {
			changed = g.Expire(now.Add(-limit))
		}
		return g.Forget(now.Add(-traceTime)) || changed
	})
}
