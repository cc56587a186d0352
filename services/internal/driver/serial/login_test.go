package serial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// server accepts one connection and talks as told: what it says and what it
// expects, in turn. It then answers AT.
func server(t *testing.T, talk ...string) (address string, done <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	result := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			result <- err
			return
		}
		defer conn.Close()
		for i, text := range talk {
			if i%2 == 0 {
				_, err = io.WriteString(conn, text)
			} else {
				got := make([]byte, len(text))
				if _, err = io.ReadFull(conn, got); err == nil && string(got) != text {
					err = fmt.Errorf("got %q, want %q", got, text)
				}
			}
			if err != nil {
				break
			}
		}
		result <- err
	}()
	return "@" + l.Addr().String(), result
}

func TestLogin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		login Login
		talk  []string
	}{
		"all of it": {
			Login{User: "sms", Password: "secret", Command: "connect 1", CommandPrompt: ">"},
			[]string{"Welcome\r\nLast login: today\r\nlogin: ", "sms\r\n", "\r\nPassword: ", "secret\r\n", "\r\nhello\r\n> ", "connect 1\r\n", "OK\r\n"},
		},
		"no prompt for the command": {
			Login{User: "sms", Command: "go", LF: true}, []string{"login:", "sms\n", "", "go\n", "OK\r\n"},
		},
		"prompts of its own": {
			Login{User: "sms", Password: "secret", UserPrompt: "User name?", PasswordPrompt: "Code?"},
			[]string{"User name?", "sms\r\n", "Code?", "secret\r\n", "OK\r\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, done := server(t, c.talk...)
			conn, err := Open(context.Background(), address, Options{Login: c.login})
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			got := make([]byte, 256)
			n := 0
			for !strings.Contains(string(got[:n]), "OK\r\n") {
				more, err := conn.Read(got[n:])
				if err != nil {
					t.Fatal(err)
				}
				n += more
			}
		})
	}
}

// TestLoginFails: what is wrong is told, without the password.
func TestLoginFails(t *testing.T) {
	t.Parallel()
	login := Login{User: "sms", Password: "very-secret"}
	address, _ := server(t, "no such prompt", "x")
	_, err := Open(context.Background(), address, Options{Login: login, LoginTimeout: 50 * time.Millisecond})
	if !errors.Is(err, ErrLogin) || !strings.Contains(err.Error(), "telnet_login_prompt") {
		t.Errorf("no prompt: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	address, _ = server(t, "", "x")
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := Open(ctx, address, Options{Login: login}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	address, _ = server(t, strings.Repeat("x", maxLoginText+1), "x")
	if _, err := Open(context.Background(), address, Options{Login: login}); !errors.Is(err, ErrLogin) {
		t.Errorf("endless talk: %v", err)
	}
	if text := fmt.Sprintf("%v %+v %s %#v", login, login, login, login); strings.Contains(text, "secret") {
		t.Errorf("a login prints as %s", text)
	}
}
