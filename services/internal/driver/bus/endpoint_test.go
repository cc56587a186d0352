package bus

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// runtimeDir makes a directory the place for endpoints.
func runtimeDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	t.Setenv("VIESTI_RUNTIME_DIR", dir)
	return dir
}

func TestAnnounceAndFind(t *testing.T) {
	run, state := runtimeDir(t), t.TempDir()
	_, err := FindEndpoint("")
	wantError(t, err, ErrNoEndpoint)
	if !reason(err, "--nats") {
		t.Errorf("no advice: %v", err)
	}
	withdraw, err := Announce(state, Endpoint{Description: "d", URL: "nats://127.0.0.1:1", NKey: "/key"})
	must(t, err)
	for given, dir := range map[string]string{"": run, state: state} {
		path, err := FindEndpoint(given)
		if err != nil || path != filepath.Join(dir, endpointName) {
			t.Errorf("FindEndpoint(%q) = %q, %v", given, path, err)
		}
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("mode of the endpoint: %v", info.Mode())
		}
	}
	info, err := os.Stat(run)
	must(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("mode of the runtime directory: %v", info.Mode())
	}
	withdraw()
	for _, dir := range []string{run, state} {
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 0 {
			t.Errorf("left in %s: %v, %v", dir, entries, err)
		}
	}
}

func TestWithdrawRemovesOnlyItsOwn(t *testing.T) {
	runtimeDir(t)
	one, two := t.TempDir(), t.TempDir()
	withdrawOne, err := Announce(one, Endpoint{URL: "nats://127.0.0.1:1"})
	must(t, err)
	withdrawTwo, err := Announce(two, Endpoint{URL: "nats://127.0.0.1:2"})
	must(t, err)
	withdrawOne()
	if _, err := FindEndpoint(""); err != nil {
		t.Error("the other one's endpoint is gone:", err)
	}
	_, err = FindEndpoint(one)
	wantError(t, err, ErrNoEndpoint)
	withdrawTwo()
	_, err = FindEndpoint("")
	wantError(t, err, ErrNoEndpoint)
}

// TestWithdrawBringsBack: when the one that was started last stops, such as a demo beside
// the service, the one before it is found again; one that has stopped meanwhile is not.
func TestWithdrawBringsBack(t *testing.T) {
	runtimeDir(t)
	found := func(url string) {
		t.Helper()
		path, err := FindEndpoint("")
		must(t, err)
		data, err := os.ReadFile(path)
		must(t, err)
		if !strings.Contains(string(data), url) {
			t.Errorf("found\n%s\nwant %s", data, url)
		}
	}
	first, err := Announce(t.TempDir(), Endpoint{URL: "nats://127.0.0.1:1"})
	must(t, err)
	second, err := Announce(t.TempDir(), Endpoint{URL: "nats://127.0.0.1:2"})
	must(t, err)
	found("nats://127.0.0.1:2")
	second()
	found("nats://127.0.0.1:1")
	third, err := Announce(t.TempDir(), Endpoint{URL: "nats://127.0.0.1:3"})
	must(t, err)
	first()
	found("nats://127.0.0.1:3")
	third()
	_, err = FindEndpoint("")
	wantError(t, err, ErrNoEndpoint)
}

func TestAnnounceNeedsItsStateDirectory(t *testing.T) {
	runtimeDir(t)
	_, err := Announce(filepath.Join(t.TempDir(), "missing"), Endpoint{})
	wantError(t, err, fs.ErrNotExist)
	_, err = FindEndpoint("")
	wantError(t, err, ErrNoEndpoint)
}

// TestAnnounceAvoidsOpenDirectories: into a directory that others can write they
// could put an endpoint of their own.
func TestAnnounceAvoidsOpenDirectories(t *testing.T) {
	run, state := runtimeDir(t), t.TempDir()
	must(t, os.Mkdir(run, 0o700))
	must(t, os.Chmod(run, 0o777))
	_, err := Announce(state, Endpoint{URL: "nats://127.0.0.1:1"})
	must(t, err)
	if entries, _ := os.ReadDir(run); len(entries) != 0 {
		t.Errorf("written into an open directory: %v", entries)
	}
	if _, err := FindEndpoint(state); err != nil {
		t.Error(err)
	}
}

func TestFoundEndpointConnects(t *testing.T) {
	runtimeDir(t)
	broker := &broker{}
	broker.cfg.Dir, broker.cfg.Name, broker.cfg.SyncInterval, broker.cfg.Listen = t.TempDir(), "test", time.Minute, "127.0.0.1:0"
	broker.start(t)
	defer func() { broker.Close() }()
	_, err := Announce(t.TempDir(), Endpoint{URL: broker.URL(), NKey: broker.SeedFile()})
	must(t, err)
	path, err := FindEndpoint("")
	must(t, err)
	nc, err := Dial(Target{Context: path})
	must(t, err)
	defer nc.Close()
	must(t, nc.FlushTimeout(patience))
}

func TestDialRefuses(t *testing.T) {
	t.Parallel()
	_, err := Dial(Target{Context: "c", URL: "u"})
	wantError(t, err, ErrTarget)
	if _, err = Dial(Target{NKey: filepath.Join(t.TempDir(), "missing")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing key: %v", err)
	}
	if _, err = Dial(Target{URL: "nats://" + freeAddress(t)}); err == nil {
		t.Error("nobody listens, and yet it connected")
	}
	if !(Target{}).IsZero() || (Target{NKey: "x"}).IsZero() {
		t.Error("IsZero")
	}
}
