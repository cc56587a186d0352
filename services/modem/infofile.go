package modem

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"go.uber.org/zap"
)

// infoFile tells those who wait for the end of the process what it still waits
// for: a line for each modem with a message in hand, from the end of the service's
// context on (smstools spec §8.4, infofile). It is gone when there is none. A path of "" makes
// no file. Its methods may be called at the same time.
type infoFile struct {
	path string
	log  *zap.Logger

	mu sync.Mutex
	// inHand has for each modem at work what it does.
	inHand   map[string]func() string
	stopping bool
}

func newInfoFile(path string, logger *zap.Logger) *infoFile {
	return &infoFile{path: path, log: logger, inHand: map[string]func() string{}}
}

// stop makes the file, and keeps it true from now on.
func (f *infoFile) stop() { f.change(func() { f.stopping = true }) }

// hold says that a modem is at work until the returned function is called. line
// is asked at any time, by any goroutine.
func (f *infoFile) hold(modem string, line func() string) (done func()) {
	f.change(func() { f.inHand[modem] = line })
	return func() { f.change(func() { delete(f.inHand, modem) }) }
}

func (f *infoFile) change(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
	if !f.stopping || f.path == "" {
		return
	}
	if err := f.write(); err != nil {
		f.log.Warn("writing the info file", zap.String("file", f.path), zap.Error(err))
	}
}

// write makes the file anew, or removes it. mu is held.
func (f *infoFile) write() error {
	if len(f.inHand) == 0 {
		if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	var lines []string
	for modem, line := range f.inHand {
		lines = append(lines, modem+" is "+line()+"\n")
	}
	slices.Sort(lines)
	return replace(f.path, strings.Join(lines, ""))
}

// replace puts text in the place of a file: readers never see half of it, and no
// link is followed to another file.
func replace(path, text string) error {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = temp.WriteString(text)
	err = errors.Join(err, temp.Chmod(0o644), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
	return err
}

// sending is the line for a message, in smsd's words.
func sending(part, total int) string {
	if total > 1 {
		return fmt.Sprintf("sending a multipart message, now part %d of %d.", part, total)
	}
	return "sending a message."
}
