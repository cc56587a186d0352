package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// errNoTerminal says that a command needs a screen.
var errNoTerminal = errors.New("this needs a terminal; for scripts there is viesti status")

// terminal is the screen and the keys of who runs a command.
type terminal struct {
	in, out *os.File
	// typed ends when keys are read no more.
	typed  sync.WaitGroup
	before unix.Termios
}

// What a screen is told: a second page that leaves the first one as it was, without
// the cursor; back again; to the top; the rest of a line, and of the screen, empty.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l"
	leaveScreen = "\x1b[?25h\x1b[?1049l"
	toTop       = "\x1b[H"
	clearLine   = "\x1b[K"
	clearBelow  = "\x1b[J"
)

// openTerminal takes the screen over; keys are read one at a time and not shown.
func openTerminal(in, out *os.File) (*terminal, error) {
	before, err := unix.IoctlGetTermios(int(in.Fd()), unix.TCGETS)
	if err != nil {
		return nil, errNoTerminal
	}
	t := &terminal{in: in, out: out, before: *before}
	if _, _, err := t.size(); err != nil {
		return nil, errNoTerminal
	}
	raw := *before
	raw.Lflag &^= unix.ICANON | unix.ECHO
	raw.Cc[unix.VMIN], raw.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(int(in.Fd()), unix.TCSETS, &raw); err != nil {
		return nil, fmt.Errorf("setting up the terminal: %w", err)
	}
	_, _ = out.WriteString(enterScreen)
	return t, nil
}

// close gives the screen back as it was, when the context of keys has ended.
func (t *terminal) close() {
	t.typed.Wait()
	_, _ = t.out.WriteString(leaveScreen)
	_ = unix.IoctlSetTermios(int(t.in.Fd()), unix.TCSETS, &t.before)
}

// size is that of the screen, in characters.
func (t *terminal) size() (width, height int, err error) {
	s, err := unix.IoctlGetWinsize(int(t.out.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0, 0, err
	}
	return int(s.Col), int(s.Row), nil
}

// show replaces what is on the screen.
func (t *terminal) show(lines []string) {
	text := toTop
	for i, line := range lines {
		if i > 0 {
			text += "\r\n"
		}
		text += line + clearLine
	}
	_, _ = t.out.WriteString(text + clearBelow)
}

// keys brings what is typed, until ctx ends or the terminal is gone.
func (t *terminal) keys(ctx context.Context) <-chan byte {
	keys := make(chan byte)
	t.typed.Go(func() {
		defer close(keys)
		for ctx.Err() == nil {
			key, ok, err := t.key()
			if err != nil {
				return
			}
			if !ok {
				continue
			}
			select {
			case keys <- key:
			case <-ctx.Done():
			}
		}
	})
	return keys
}

// key waits a moment for a key.
func (t *terminal) key() (key byte, ok bool, err error) {
	const moment = 200 // milliseconds
	ready := []unix.PollFd{{Fd: int32(t.in.Fd()), Events: unix.POLLIN}}
	n, err := unix.Poll(ready, moment)
	if errors.Is(err, unix.EINTR) || err == nil && n == 0 {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	var one [1]byte
	if n, err := t.in.Read(one[:]); n != 1 || err != nil {
		return 0, false, io.EOF
	}
	return one[0], true, nil
}
