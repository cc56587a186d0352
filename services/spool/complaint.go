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
	// told is when each was logged, and waiting are the messages whose events wait.
	told    map[string]time.Time
	waiting map[string]struct{}
}

// complainAgain is how often the same thing is logged while it lasts.
const complainAgain = time.Minute

// failed notes that an event of a message waits, and says whether that is to be logged.
func (c *complaints) failed(message string, err error, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.told == nil {
		c.told, c.waiting = map[string]time.Time{}, map[string]struct{}{}
	}
	c.waiting[message] = struct{}{}
	about := inTheWay(err)
	if before, known := c.told[about]; known && now.Sub(before) < complainAgain {
		return false
	}
	c.told[about] = now
	return true
}

// worked notes that an event of a message waits no more, and says whether none does now and
// that is to be logged.
func (c *complaints) worked(message string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, waited := c.waiting[message]; !waited {
		return false
	}
	delete(c.waiting, message)
	if len(c.waiting) > 0 {
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
	case err == nil && s.complaints.worked(e.ID):
		s.log.Info("all events that had to wait are acted on")
	case err == nil:
	case errors.Is(err, errNotYet) || !s.complaints.failed(e.ID, err, s.now()):
		s.log.Debug("acting on an event, will be tried again", log.Message(e.ID), zap.Error(err))
	default:
		s.log.Error("acting on an event, will be tried again", log.Message(e.ID), zap.Error(err))
	}
}
