package natsd

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// config is that of a server on a directory, with writes that are synced later.
func config(dir, listen string) Config {
	return Config{Dir: dir, Name: "test", Listen: listen, SyncInterval: time.Minute}
}

func started(t *testing.T, cfg Config) *Server {
	t.Helper()
	s, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func connected(t *testing.T, s *Server) jetstream.JetStream {
	t.Helper()
	nc, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// stranger is a key that the server does not know, with its public name.
func stranger(t *testing.T) (key nkeys.KeyPair, public string) {
	t.Helper()
	key, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	if public, err = key.PublicKey(); err != nil {
		t.Fatal(err)
	}
	return key, public
}

func TestNobodyWithoutTheKey(t *testing.T) {
	t.Parallel()
	s := started(t, config(t.TempDir(), "127.0.0.1:0"))
	other, public := stranger(t)
	for name, opts := range map[string][]nats.Option{
		"nothing": nil, "a password": {nats.UserInfo("admin", "admin")}, "a token": {nats.Token("t")},
		"another key": {nats.Nkey(public, other.Sign)},
	} {
		nc, err := nats.Connect(s.URL(), opts...)
		if err == nil {
			nc.Close()
		}
		if !errors.Is(err, nats.ErrAuthorization) {
			t.Errorf("%s: %v, want an authorization error", name, err)
		}
	}
	key, err := nats.NkeyOptionFromSeed(s.SeedFile())
	if err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(s.URL(), key)
	if err != nil {
		t.Fatal("with the key:", err)
	}
	nc.Close()
}

// TestNobodyInProcessWithoutTheKey speaks the protocol itself: the client library
// hides the server's answer.
func TestNobodyInProcessWithoutTheKey(t *testing.T) {
	t.Parallel()
	s := started(t, config(t.TempDir(), ""))
	other, public := stranger(t)
	own, err := s.key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	signed := func(name string) func(string) map[string]any {
		return func(nonce string) map[string]any {
			sig, err := other.Sign([]byte(nonce))
			if err != nil {
				t.Fatal(err)
			}
			return map[string]any{"nkey": name, "sig": base64.RawURLEncoding.EncodeToString(sig)}
		}
	}
	for name, credentials := range map[string]func(nonce string) map[string]any{
		"nothing":                 func(string) map[string]any { return map[string]any{} },
		"a token":                 func(string) map[string]any { return map[string]any{"auth_token": "t"} },
		"a password":              func(string) map[string]any { return map[string]any{"user": "admin", "pass": "admin"} },
		"another key":             signed(public),
		"the name of the own key": signed(own),
	} {
		if got := greeted(t, s, credentials); !strings.Contains(got, "Authorization Violation") {
			t.Errorf("%s: the server says %q", name, got)
		}
	}
}

// greeted connects in-process and returns what the server says to the credentials.
func greeted(t *testing.T, s *Server, credentials func(nonce string) map[string]any) string {
	t.Helper()
	conn, err := s.srv.InProcessConn()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(conn)
	greeting, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var info struct{ Nonce string }
	if err := json.Unmarshal([]byte(strings.TrimPrefix(greeting, "INFO ")), &info); err != nil {
		t.Fatal(err)
	}
	connect, err := json.Marshal(credentials(info.Nonce))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "CONNECT %s\r\n", connect); err != nil {
		t.Fatal(err)
	}
	answer := make(chan string, 1)
	go func() {
		line, _ := lines.ReadString('\n')
		answer <- line
	}()
	if _, err := fmt.Fprint(conn, "PING\r\n"); err != nil {
		t.Log("it hung up:", err)
	}
	return <-answer
}

func TestFilesAreItsOwners(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state", "nats")
	s := started(t, config(dir, ""))
	for path, want := range map[string]fs.FileMode{s.SeedFile(): 0o600, dir: 0o700} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("mode of %s: %v, want %v", path, info.Mode().Perm(), want)
		}
	}
}

func TestRestartKeepsKeyAndData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Start(config(dir, ""))
	if err != nil {
		t.Fatal(err)
	}
	seed, err := os.ReadFile(s.SeedFile())
	if err != nil {
		t.Fatal(err)
	}
	js := connected(t, s)
	if _, err := js.CreateStream(bounded(t), jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}}); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if _, err := js.Publish(bounded(t), "s", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()

	s = started(t, config(dir, ""))
	again, err := os.ReadFile(s.SeedFile())
	if err != nil || string(again) != string(seed) {
		t.Errorf("the key changed, %v", err)
	}
	stream, err := connected(t, s).Stream(bounded(t), "S")
	if err != nil {
		t.Fatal(err)
	}
	if n := stream.CachedInfo().State.Msgs; n != 10 {
		t.Errorf("%d messages, want 10", n)
	}
}

func TestOneServerForADirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := started(t, config(dir, ""))
	if second, err := Start(config(dir, "")); !errors.Is(err, ErrInUse) {
		if err == nil {
			second.Close()
		}
		t.Fatalf("a second server on the directory: %v, want ErrInUse", err)
	}
	js := connected(t, s)
	if _, err := js.AccountInfo(bounded(t)); err != nil {
		t.Error("the first one was disturbed:", err)
	}
}

func TestUnusableDirectories(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	badKey := filepath.Join(dir, "bad-key")
	for path, data := range map[string]string{file: "x", filepath.Join(badKey, "client.nk"): "not a seed\n"} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for dir, want := range map[string]string{file: "state directory", filepath.Join(file, "below"): "state directory", badKey: "remove the file"} {
		s, err := Start(config(dir, ""))
		if err == nil {
			s.Close()
			t.Errorf("it started on %s", filepath.Base(dir))
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "not a seed") {
			t.Errorf("on %s: %v; want it to say %q and no content", filepath.Base(dir), err, want)
		}
	}
	if _, err := Start(config(badKey, "")); errors.Is(err, ErrInUse) {
		t.Error("a start that failed keeps the directory")
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	if s := started(t, config(t.TempDir(), "")); s.URL() != "" || s.srv.Addr() != nil {
		t.Errorf("it listens on %s, %v though it was not told to", s.URL(), s.srv.Addr())
	}
	s := started(t, config(t.TempDir(), "127.0.0.1:0"))
	u, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(u.Host)
	if err != nil || host != "127.0.0.1" || port == "0" {
		t.Errorf("it listens on %s, %v", s.URL(), err)
	}
	for _, bad := range []string{"nonsense", "127.0.0.1:nats", "127.0.0.1:4222:1"} {
		if s, err := Start(config(t.TempDir(), bad)); err == nil {
			s.Close()
			t.Errorf("it listens on %q", bad)
		}
	}
}

// TestFullStoreRefuses: a full disk stops the acceptance, and drops nothing.
func TestFullStoreRefuses(t *testing.T) {
	t.Parallel()
	cfg := config(t.TempDir(), "")
	cfg.MaxStore = 1 << 20
	js := connected(t, started(t, cfg))
	if _, err := js.CreateStream(bounded(t), jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}}); err != nil {
		t.Fatal(err)
	}
	kept := 0
	for range 100 {
		if _, err := js.Publish(bounded(t), "s", make([]byte, 64<<10)); err != nil {
			break
		}
		kept++
	}
	stream, err := js.Stream(bounded(t), "S")
	if err != nil {
		t.Fatal(err)
	}
	if n := stream.CachedInfo().State.Msgs; kept == 100 || int(n) != kept {
		t.Errorf("%d acknowledged, %d kept; want a refusal and all that was acknowledged", kept, n)
	}
}
