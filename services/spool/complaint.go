package spool

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// complaints are what was in the way of acting on events: a directory that is gone or
// full is in the way of all of them, again and again, and is told of now and then.
type complaints struct {
	mu sync.Mutex
	// told is when each was logged; last when there was one.
	told map[string]time.Time
	last time.Time
}

const (
	// complainAgain is how often the same thing is logged while it lasts.
	complainAgain = time.Minute
	// calm is how long nothing must have been in the way before that is logged.
	calm = 3 * time.Second
)

// failed notes an error, and says whether it is to be logged.
func (c *complaints) failed(err error, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	about := inTheWay(err)
	before, known := c.told[about]
	c.last = now
	if known && now.Sub(before) < complainAgain {
		return false
	}
	if c.told == nil {
		c.told = map[string]time.Time{}
	}
	c.told[about] = now
	return true
}

// worked says whether what was in the way is so no more, and that is to be logged.
func (c *complaints) worked(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.told) == 0 || now.Sub(c.last) < calm {
		return false
	}
	c.told = nil
	return true
}

// inTheWay names what an error is about: of errors about files their directory and the
// reason, so that those of all files in it are one.
func inTheWay(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return filepath.Dir(path.Path) + ": " + path.Err.Error()
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return filepath.Dir(link.New) + ": " + link.Err.Error()
	}
	return err.Error()
}

// tell logs what became of acting on an event.
func (s *Spool) tell(e *life.Event, err error) {
	switch {
	case err == nil && s.complaints.worked(s.now()):
		s.log.Info("events are acted on again")
	case err == nil:
	case errors.Is(err, errNotYet) || !s.complaints.failed(err, s.now()):
		s.log.Debug("acting on an event, will be tried again", log.Message(e.ID), zap.Error(err))
	default:
		s.log.Error("acting on an event, will be tried again", log.Message(e.ID), zap.Error(err))
	}
}
