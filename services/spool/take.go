package spool

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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

// scan takes all files that are ready, and those that become so meanwhile. What goes
// wrong with the directory itself is logged and tried again at the next look.
func (s *Spool) scan(ctx context.Context, news *spooldir.News) error {
	s.look(news)
	if len(s.backlog.files) == 0 && s.recovered && len(s.unfinished) == 0 {
		return nil // the lists need not be read for nothing
	}
	var rules *rules
	for fresh := (time.Time{}); ctx.Err() == nil; s.look(news) {
		if s.now().Sub(fresh) > ruleTime || s.hasVerdict() {
			var err error
			if rules, err = s.rules(); err != nil {
				s.log.Error("taking messages, will be tried again", zap.Error(err))
				return nil
			}
			if err := s.resume(ctx, rules); err != nil {
				return err
			}
			fresh = s.now()
		}
		names := s.turn()
		if len(names) == 0 {
			return nil
		}
		claim, whole := s.claim(names)
		if claim == nil {
			if !whole {
				return nil
			}
			continue // somebody else was quicker
		}
		if err := s.submit(ctx, &claimed{Claim: claim}, rules); err != nil {
			return err
		}
	}
	return nil
}

// claim claims files, as many as it can: whole is false when that are not all that
// are still there. None: nothing was claimed.
func (s *Spool) claim(names []string) (claim *spooldir.Claim, whole bool) {
	claim, err := spooldir.Take(s.cfg.Outgoing, s.cfg.Host, names)
	if err != nil {
		s.unclaimable(err)
		s.backlog.stale = true // they are found again
	}
	return claim, err == nil
}

// hasVerdict reports whether a check handler has decided since it was asked for.
func (s *Spool) hasVerdict() bool {
	select {
	case <-s.decided:
		return true
	default:
		return false
	}
}

// ruleTime is how long rules are good for that were read from files.
const ruleTime = time.Second

// unclaimable logs files that cannot be taken, each once until the next start.
func (s *Spool) unclaimable(err error) {
	var one *spooldir.ClaimError
	about := ""
	if errors.As(err, &one) {
		about = one.File
	}
	s.complain(about, "claiming messages, will be tried again", err)
}

// complain logs an error that comes again and again once for each thing that it
// is about.
func (s *Spool) complain(about, doing string, err error) {
	if about != "" && s.complained[about] {
		return
	}
	s.complained[about] = true
	s.log.Error(doing, zap.String("about", about), zap.Error(err))
}

// claimed is a claim on its way to the broker.
type claimed struct {
	*spooldir.Claim
	// accepted are the submissions that the broker has and whose files have not
	// been moved on yet, by file.
	accepted map[string]*message.Submission
	// checks are what the check handler says about its files.
	checks map[string]*fileCheck
}

// resume goes on with the claims that are not finished: of an earlier run, and of
// this one where something was in the way.
func (s *Spool) resume(ctx context.Context, r *rules) error {
	if !s.recovered {
		claims, err := spooldir.Recover(s.cfg.Outgoing, s.cfg.Host)
		if err != nil {
			s.log.Error("looking for claims of an earlier run, will be tried again", zap.Error(err))
			return nil
		}
		s.recovered = true
		for _, c := range claims {
			s.log.Info("finishing a claim of an earlier run", zap.Int("files", len(c.Files)))
			s.unfinished = append(s.unfinished, &claimed{Claim: c})
		}
	}
	claims := s.unfinished
	s.unfinished = nil
	for i, c := range claims {
		if err := s.submit(ctx, c, r); err != nil {
			s.unfinished = append(s.unfinished, claims[i:]...)
			return err
		}
	}
	return nil
}

// submit makes the files of a claim durable on the broker and moves them on. What
// cannot be done now stays in the claim for another try. An error means that ctx
// has ended or that the broker refuses.
func (s *Spool) submit(ctx context.Context, c *claimed, r *rules) error {
	var subs []*message.Submission
	var later []string
	for _, file := range c.Files {
		if c.accepted[file] != nil {
			later = append(later, file)
			continue
		}
		sub, err := s.admit(c, file, r)
		var rejection *smsfile.Rejection
		switch {
		case errors.Is(err, errUndecided):
			later = append(later, file)
		case err == nil:
			subs = append(subs, sub)
		case errors.Is(err, fs.ErrNotExist): // finished before
		case !errors.As(err, &rejection):
			s.complain(file, "reading a message, will be tried again", err)
			later = append(later, file)
		default:
			if err := s.reject(ctx, c.Claim, file, rejection); err != nil {
				return err
			}
			later = append(later, file)
		}
	}
	if err := s.bus.Submit(ctx, subs...); err != nil {
		return err
	}
	if c.accepted == nil {
		c.accepted = map[string]*message.Submission{}
	}
	for _, sub := range subs {
		s.log.Info("accepted", log.Message(sub.ID), zap.String("file", sub.Origin.File), zap.String("queue", sub.Queue),
			zap.Stringer("to", sub.Recipient), log.Smsd(log.Notice, "SMS To: %s. Moved file %s to %s",
				sub.Recipient.Reveal(), filepath.Join(s.cfg.Outgoing, sub.Origin.File), sub.Origin.Directory))
		c.accepted[sub.Origin.File] = sub
		later = append(later, sub.Origin.File)
	}
	c.Files = s.moveAll(c, later)
	if len(c.Files) > 0 {
		s.unfinished = append(s.unfinished, c)
		return nil
	}
	return c.Release()
}

// errUndecided says that the check handler has not said yet what to do.
var errUndecided = errors.New("the check handler has not decided")

// admit makes a submission of a claimed file, unless the check handler objects.
func (s *Spool) admit(c *claimed, file string, r *rules) (*message.Submission, error) {
	switch s.checked(c, file) {
	case accepted:
		return s.read(c.Claim, file, r)
	case rejected:
		return nil, &smsfile.Rejection{Reason: smsfile.ReasonCheckhandler}
	case taken:
		return nil, fs.ErrNotExist
	default:
		return nil, errUndecided
	}
}

// moveAll moves on what the broker has of files, and returns those that stay.
func (s *Spool) moveAll(c *claimed, files []string) (stay []string) {
	for _, file := range files {
		id, origin := spooldir.ID(c.Name, file), s.origin(c.Claim, file, "")
		if sub := c.accepted[file]; sub != nil {
			origin = sub.Origin
		} else if !s.rejected[id] {
			stay = append(stay, file)
			continue
		}
		if err := s.moveOn(id, origin); err != nil {
			s.complain(id, "moving a file on; it stays in its claim meanwhile", err)
			stay = append(stay, file)
			continue
		}
		delete(s.rejected, id)
	}
	return stay
}

// read makes a submission of a claimed file.
func (s *Spool) read(claim *spooldir.Claim, file string, r *rules) (*message.Submission, error) {
	content, err := spooldir.Read(claim.Path(file))
	if err != nil {
		return nil, err
	}
	outgoing, err := smsfile.Parse(content.Data, s.options())
	if err != nil {
		return nil, err
	}
	sub, err := submission(outgoing, r, s.now())
	if err != nil {
		return nil, err
	}
	sub.ID, sub.Account = spooldir.ID(claim.Name, file), s.account
	sub.Trim = sub.Trim && s.cfg.TrimText
	if s.readsLatin(outgoing) {
		sub.Body = message.NewBody(latin(sub.Body.Reveal()))
	}
	sub.Origin = s.origin(claim, file, sub.Queue)
	return sub, nil
}

// readsLatin says whether each octet of a text is a character (setting outgoing_utf8).
func (s *Spool) readsLatin(o *smsfile.Outgoing) bool {
	return !s.cfg.OutgoingUTF8 && kind(o) == message.Text && alphabet(o) == message.Latin && !o.HasLanguage()
}

func (s *Spool) origin(claim *spooldir.Claim, file, queue string) message.Origin {
	return message.Origin{Host: s.cfg.Host, File: file, Claim: claim.Name, Directory: s.cfg.waiting(queue)}
}

// reject records that a file is not a message. Its event comes back like any
// other and moves the file to failed.
func (s *Spool) reject(ctx context.Context, claim *spooldir.Claim, file string, cause *smsfile.Rejection) error {
	id, origin := spooldir.ID(claim.Name, file), s.origin(claim, file, "")
	s.log.Warn("rejected", log.Message(id), zap.String("file", file), zap.String("reason", cause.Reason),
		log.Smsd(log.Notice, "%s in file %s", cause.Reason, filepath.Join(s.cfg.Outgoing, file)))
	err := s.bus.Publish(ctx, &life.Event{
		ID: id, Account: s.account, Time: s.now(), Subject: &life.Subject{Origin: origin}, Kind: life.Rejected{Reason: cause.FailReason()},
	})
	if err != nil {
		return err
	}
	s.rejected[id] = true
	return nil
}

// errNowhere says that the directory in which files wait is missing.
var errNowhere = errors.New("the directory for waiting files does not exist")

// moveOn moves a file from its claim to where it waits. That it is gone from its
// claim is good: it was moved before, or its final event was quicker.
func (s *Spool) moveOn(id string, o message.Origin) error {
	path := spooldir.ClaimedPath(s.cfg.Outgoing, o.Claim, o.File)
	_, err := spooldir.Move(path, o.Directory, spooldir.WaitingName(id, o.File))
	if errors.Is(err, fs.ErrNotExist) {
		if _, gone := os.Lstat(path); errors.Is(gone, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("%w: %s", errNowhere, o.Directory)
	}
	return err
}
