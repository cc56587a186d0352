package serial

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// Login is what a terminal server asks before the modem is reached (smstools spec
// §6.3 telnet_*). An answer that is empty is not given.
type Login struct {
	// User is the answer to UserPrompt (default "login:"), but not to a text that
	// holds NotUserPrompt (default "Last login:").
	User, UserPrompt, NotUserPrompt string
	// Password is the answer to PasswordPrompt (default "Password:"). It is secret.
	Password, PasswordPrompt string
	// Command is given at CommandPrompt or, when that is empty, after the others.
	Command, CommandPrompt string
	// LF ends answers with LF alone, and not with CR LF.
	LF bool
}

// IsZero reports whether nothing is to be answered.
func (l Login) IsZero() bool { return l.User == "" && l.Password == "" && l.Command == "" }

// Format prints what it is, never the password, under every verb.
func (l Login) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, "serial.Login{}") }

// ErrLogin says that a terminal server did not ask what was expected.
var ErrLogin = errors.New("the terminal server did not ask for the login as configured")

const (
	defaultLoginTimeout = 30 * time.Second
	maxLoginText        = 8 << 10
)

// loginStep is one question of a terminal server.
type loginStep struct{ prompt, not, answer, what string }

func (l Login) steps() []loginStep {
	var steps []loginStep
	for _, s := range []loginStep{
		{cmp.Or(l.UserPrompt, "login:"), cmp.Or(l.NotUserPrompt, "Last login:"), l.User, "telnet_login_prompt"},
		{cmp.Or(l.PasswordPrompt, "Password:"), "", l.Password, "telnet_password_prompt"},
		{l.CommandPrompt, "", l.Command, "telnet_cmd_prompt"},
	} {
		if s.answer != "" {
			steps = append(steps, s)
		}
	}
	return steps
}

// login answers the questions of a terminal server in order, within timeout.
func login(ctx context.Context, conn net.Conn, l Login, timeout time.Duration) error {
	if err := conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		return fmt.Errorf("%w: %w", ErrLogin, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	end := "\r\n"
	if l.LF {
		end = "\n"
	}
	var said []byte
	for _, s := range l.steps() {
		var err error
		if said, err = s.await(conn, said); err != nil {
			return fmt.Errorf("%w: no %s: %w", ErrLogin, s.what, errors.Join(ctx.Err(), err))
		}
		if _, err := conn.Write([]byte(s.answer + end)); err != nil {
			return fmt.Errorf("%w: %w", ErrLogin, err)
		}
	}
	return conn.SetDeadline(time.Time{})
}

// await reads until the prompt was said, and returns what came after it.
func (s loginStep) await(conn net.Conn, said []byte) ([]byte, error) {
	if s.prompt == "" {
		return said, nil
	}
	var buf [512]byte
	for {
		if end, ok := s.find(said); ok {
			return said[end:], nil
		}
		if len(said) > maxLoginText {
			return nil, fmt.Errorf("it said more than %d octets", maxLoginText)
		}
		n, err := conn.Read(buf[:])
		said = append(said, buf[:n]...)
		if err != nil && n == 0 {
			return nil, err
		}
	}
}

// find looks for the prompt, but not within the text that only looks like it.
func (s loginStep) find(said []byte) (end int, ok bool) {
	for from := 0; ; {
		i := bytes.Index(said[from:], []byte(s.prompt))
		if i < 0 {
			return 0, false
		}
		end = from + i + len(s.prompt)
		if s.not == "" || !bytes.HasSuffix(said[:end], []byte(s.not)) {
			return end, true
		}
		from = end
	}
}
