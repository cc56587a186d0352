package modem

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"go.uber.org/zap"
)

// maxSuspendFile bounds the suspend file, in octets.
const maxSuspendFile = 64 << 10

// suspendFile is a file that names modems that are to be out of service. It is read
// again when it has changed.
type suspendFile struct {
	path string
	seen fs.FileInfo
	read bool
}

// look returns what the file says of a modem; changed is false when it is the same
// file as before.
func (f *suspendFile) look(modem string) (reason string, suspended, changed bool, err error) {
	info, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		changed = f.seen != nil || !f.read
		f.seen, f.read = nil, true
		return "", false, changed, nil
	}
	if err != nil {
		return "", false, false, err
	}
	if f.seen != nil && os.SameFile(f.seen, info) && f.seen.ModTime().Equal(info.ModTime()) && f.seen.Size() == info.Size() {
		return "", false, false, nil
	}
	file, err := os.Open(f.path)
	if err != nil {
		return "", false, false, err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxSuspendFile+1))
	if err == nil && len(data) > maxSuspendFile {
		err = fmt.Errorf("%w: %s has more than %d octets", ErrConfig, f.path, maxSuspendFile)
	}
	if err != nil {
		return "", false, false, err
	}
	f.seen, f.read = info, true
	reason, suspended = suspendedIn(data, modem)
	return reason, suspended, true, nil
}

// suspendedIn reports whether a suspend file names a modem: as itself, by the
// beginning of its name and an asterisk, or as ALL. The first such line counts.
func suspendedIn(data []byte, modem string) (reason string, suspended bool) {
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		name, reason, ok := strings.Cut(strings.TrimSpace(lines.Text()), ":")
		if !ok {
			continue
		}
		prefix, wild := strings.CutSuffix(name, "*")
		if name == modem || name == "ALL" || wild && strings.HasPrefix(modem, prefix) {
			return strings.TrimSpace(reason), true
		}
	}
	return "", false
}

// obeyFile looks at the suspend file once, and reports whether that changed
// something. What cannot be read changes nothing.
func (w *worker) obeyFile(f *suspendFile) bool {
	reason, suspended, changed, err := f.look(w.dev.Name)
	switch {
	case err != nil:
		w.log.Error("reading the suspend file; it stays as it was", zap.Error(err))
		return false
	case !changed:
		return false
	case suspended:
		return w.control.hold(byFile, reason)
	default:
		return w.control.release(byFile)
	}
}

// watchFile follows the suspend file until ctx ends.
func (w *worker) watchFile(ctx context.Context, f *suspendFile) {
	for sleep(ctx, time.Duration(w.dev.SuspendInterval)) {
		if w.obeyFile(f) {
			w.control.interrupt()
		}
	}
}
