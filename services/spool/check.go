package spool

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/driver/hook"
	"github.com/viesti-sms/viesti/services/internal/driver/spooldir"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// A check handler sees every file before it is read, in its claim, and may change
// it. Files whose verdict is not known yet stay in their claim, and hold up no
// others. After a crash it is asked again.

// verdict is what the check handler said about a file.
type verdict int32

const (
	undecided verdict = iota // the check handler acts next
	accepted
	rejected
	taken // the handler has put it into a queue itself, or wants it gone
	held  // a person acts: the handler did not say what to do; it is asked again
)

// Exit codes of a check handler (smstools spec §5.2).
const (
	codeAccept = 0
	codeReject = 1
	codeTaken  = 2
)

// heldPause is how long a file is held before the handler is asked again.
const heldPause = time.Minute

// fileCheck is the check of one file.
type fileCheck struct {
	verdict atomic.Int32
	// again is when a held file is shown to the handler again; of the scanner, and,
	// while it is undecided, of the handler.
	again time.Time
	// times is how often it was held.
	times int
}

// checked returns the verdict about a file of a claim, and sees to it that there
// will be one.
func (s *Spool) checked(c *claimed, file string) verdict {
	if s.cfg.CheckHandler == "" {
		return accepted
	}
	k := c.checks[file]
	if k == nil {
		if c.checks == nil {
			c.checks = map[string]*fileCheck{}
		}
		k = &fileCheck{}
		c.checks[file] = k
		s.startCheck(c.Claim, file, k)
	}
	v := verdict(k.verdict.Load())
	if v == held && !s.now().Before(k.again) {
		k.verdict.Store(int32(undecided))
		s.startCheck(c.Claim, file, k)
		return undecided
	}
	return v
}

// startCheck shows a file to the handler: one after the other, as in smsd, unless
// one takes long.
func (s *Spool) startCheck(claim *spooldir.Claim, file string, k *fileCheck) {
	const lane = "checkhandler"
	path := claim.Path(file)
	s.checking.Do(lane, path, func() {
		v := s.runCheck(path, spooldir.ID(claim.Name, file), k)
		k.verdict.Store(int32(v))
		select {
		case s.decided <- struct{}{}:
		default: // the scanner will look anyway
		}
	})
}

// runCheck asks the handler about a file.
func (s *Spool) runCheck(path, id string, k *fileCheck) verdict {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return taken // it was finished before
	}
	r, err := s.handler(s.cfg.CheckHandler).Run(context.Background(), path)
	switch {
	case err == nil && r.Code == codeAccept, err == nil && r.Code == codeReject:
		s.heard(r, id)
		if r.Code == codeReject {
			return rejected
		}
		return accepted
	case err == nil && r.Code == codeTaken:
		s.heard(r, id)
		if err := ignoreGone(os.Remove(path)); err != nil {
			s.log.Error("removing a file that the check handler has taken over", log.Message(id), zap.Error(err))
		}
		s.log.Info("the check handler has taken a file over", log.Message(id))
		return taken
	default:
		return s.hold(path, id, k, r, err)
	}
}

// heard notes that the handler says what to do.
func (s *Spool) heard(r hook.Result, id string) {
	s.holding.Store(false)
	if r.Output != "" {
		s.log.Debug("the check handler said", log.Message(id), zap.String("output", log.OneLine(r.Output)))
	}
}

// hold keeps a file whose handler broke down. smsd would send the message; but a
// handler that cannot say no must not be taken for one that says yes. The first
// file after one with a verdict raises the alarm for all.
func (s *Spool) hold(path, id string, k *fileCheck, r hook.Result, err error) verdict {
	s.log.Error("the check handler does not say what to do: the file is held, and shown to it again",
		log.Message(id), zap.String("file", path), zap.Int("result", r.Code), zap.Error(err), zap.Duration("again", heldPause))
	s.log.Debug("the check handler said", log.Message(id), zap.String("output", log.OneLine(r.Output)))
	if k.times == 0 && s.holding.CompareAndSwap(false, true) {
		s.alarm("checkhandler", problem("checkhandler", r, err)+"; messages are held in "+s.cfg.Outgoing+" and shown to it again every minute")
	}
	k.times++
	k.again = s.now().Add(heldPause)
	return held
}
