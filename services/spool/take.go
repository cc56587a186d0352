package spool

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/spooldir"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// batch is how many files are claimed and submitted together.
const batch = 64

// scan takes all files that are ready. What goes wrong with the directory itself
// is logged and tried again at the next look.
func (s *Spool) scan(ctx context.Context) error {
	found, err := spooldir.Scan(s.cfg.Outgoing, smsfile.Eligible)
	if err != nil {
		s.log.Error("looking for messages, will be tried again", zap.Error(err))
		return nil
	}
	ready := s.ready(found)
	if len(ready) == 0 {
		return nil
	}
	rules, err := s.rules()
	if err != nil {
		s.log.Error("taking messages, will be tried again", zap.Error(err))
		return nil
	}
	for len(ready) > 0 && ctx.Err() == nil {
		n := min(batch, len(ready))
		claim, err := spooldir.Take(s.cfg.Outgoing, ready[:n])
		if err != nil {
			s.log.Error("claiming messages, will be tried again", zap.Error(err))
			return nil
		}
		ready = ready[n:]
		if claim != nil {
			if err := s.submit(ctx, claim, rules); err != nil {
				return err
			}
		}
	}
	return nil
}

// recover finishes the claims of an earlier run.
func (s *Spool) recover(ctx context.Context) error {
	claims, err := spooldir.Recover(s.cfg.Outgoing)
	if err != nil {
		return err
	}
	if len(claims) == 0 {
		return nil
	}
	rules, err := s.rules()
	if err != nil {
		return err
	}
	for _, c := range claims {
		s.log.Info("finishing a claim of an earlier run", zap.Int("files", len(c.Files)))
		if err := s.submit(ctx, c, rules); err != nil {
			return err
		}
	}
	return nil
}

// ready returns the names of files that are complete and not locked, oldest first.
func (s *Spool) ready(found []spooldir.Candidate) []string {
	sort.Slice(found, func(i, j int) bool {
		if !found[i].ModTime.Equal(found[j].ModTime) {
			return found[i].ModTime.Before(found[j].ModTime)
		}
		return found[i].Name < found[j].Name
	})
	s.seen.begin()
	var names []string
	for _, c := range found {
		if c.Size < smsfile.MinSize || s.locked(c.Name) {
			continue
		}
		if s.cfg.TrustOutgoing || s.seen.settled(c, s.now()) {
			names = append(names, c.Name)
		}
	}
	s.seen.end()
	return names
}

// locked reports whether a producer holds the file (smstools spec §4.3).
func (s *Spool) locked(name string) bool {
	_, err := os.Lstat(filepath.Join(s.cfg.Outgoing, name+smsfile.LockSuffix))
	return err == nil
}

// submit makes the files of a claim durable on the broker and moves them on.
// An error means that ctx has ended or that nothing can go on; the claim then
// stays and is finished by the next run.
func (s *Spool) submit(ctx context.Context, claim *spooldir.Claim, r *rules) error {
	var subs []*message.Submission
	for _, file := range claim.Files {
		sub, err := s.read(claim, file, r)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			if err := s.reject(ctx, claim, file, err); err != nil {
				return err
			}
			continue
		}
		subs = append(subs, sub)
	}
	if err := s.bus.Submit(ctx, subs...); err != nil {
		return err
	}
	for _, sub := range subs {
		s.log.Info("accepted", log.Message(sub.ID), zap.String("file", sub.Origin.File), zap.String("queue", sub.Queue),
			zap.Stringer("to", sub.Recipient))
		s.moveOn(sub.ID, sub.Origin)
	}
	return claim.Release()
}

// read makes a submission of a claimed file.
func (s *Spool) read(claim *spooldir.Claim, file string, r *rules) (*message.Submission, error) {
	data, err := os.ReadFile(claim.Path(file))
	if err != nil {
		return nil, err
	}
	outgoing, err := smsfile.Parse(data, smsfile.Options{
		Alphabet: smsfile.ParseAlphabet([]byte(s.cfg.Alphabet)), Include: s.cfg.include,
	})
	if err != nil {
		return nil, err
	}
	sub, err := submission(outgoing, r, s.now())
	if err != nil {
		return nil, err
	}
	sub.ID, sub.Account = spooldir.ID(claim.Name, file), s.account
	sub.Trim = sub.Trim && s.cfg.TrimText
	sub.Origin = s.origin(claim, file, sub.Queue)
	return sub, nil
}

func (s *Spool) origin(claim *spooldir.Claim, file, queue string) message.Origin {
	return message.Origin{Host: s.cfg.Host, File: file, Claim: claim.Name, Directory: s.cfg.waiting(queue)}
}

// reject records that a file is not a message. Its event comes back like any
// other and moves the file to failed.
func (s *Spool) reject(ctx context.Context, claim *spooldir.Claim, file string, cause error) error {
	rejected := life.Rejected{Reason: cause.Error()}
	var rejection *smsfile.Rejection
	if errors.As(cause, &rejection) {
		rejected = life.Rejected{Reason: rejection.FailReason()}
	}
	id, origin := spooldir.ID(claim.Name, file), s.origin(claim, file, "")
	s.log.Warn("rejected", log.Message(id), zap.String("file", file), zap.String("reason", cause.Error()))
	err := s.bus.Publish(ctx, &life.Event{
		ID: id, Account: s.account, Time: s.now(), Subject: &life.Subject{Origin: origin}, Kind: rejected,
	})
	if err != nil {
		return err
	}
	s.moveOn(id, origin)
	return nil
}

// moveOn moves a file from its claim to where it waits. That it is gone means
// that its final event was quicker.
func (s *Spool) moveOn(id string, o message.Origin) {
	path := spooldir.ClaimedPath(s.cfg.Outgoing, o.Claim, o.File)
	_, err := spooldir.Move(path, o.Directory, spooldir.WaitingName(id, o.File))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Error("moving an accepted file on; it stays in its claim until it is sent", log.Message(id), zap.Error(err))
	}
}

// settleTime is how long a file must not have changed before it counts as
// complete, unless producers are trusted (smstools spec §4.2).
const settleTime = 500 * time.Millisecond

// settling remembers the files that are not complete yet. It is the scanner's own.
type settling struct {
	last, next map[string]spooldir.Candidate
}

func (s *settling) begin() { s.next = map[string]spooldir.Candidate{} }

func (s *settling) end() { s.last = s.next }

// settled reports whether a file has not changed for settleTime: by its time
// stamp, or, where clocks differ or it was renamed in, since it was last seen.
func (s *settling) settled(c spooldir.Candidate, now time.Time) bool {
	s.next[c.Name] = c
	age := now.Sub(c.ModTime)
	if age >= settleTime {
		return true
	}
	before, known := s.last[c.Name]
	return age < 0 && known && before.Size == c.Size && before.ModTime.Equal(c.ModTime)
}

// oneLine keeps control characters of foreign text out of the log.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, text)
}
