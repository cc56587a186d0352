package deploy_test

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/viesti-sms/viesti/services/internal/boot"
)

// example loads an example after it got a place for its spool.
func example(t *testing.T, path, spool string) *boot.Config {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(t.TempDir(), filepath.Base(path))
	// The programs of the administrator are not here.
	write(t, moved, strings.NewReplacer("/var/spool/sms", spool, "/usr/local/bin/", "/bin/true /usr/local/bin/").Replace(string(data)))
	cfg, err := boot.Load(moved)
	if err != nil {
		t.Fatal(err)
	}
	if err := cfg.Complete(); err != nil {
		t.Fatal(err)
	}
	return cfg
}

// makeSpool makes the directories that tmpfiles.conf makes.
func makeSpool(t *testing.T) string {
	t.Helper()
	const place = "/var/spool/sms"
	spool := t.TempDir()
	lines := bufio.NewScanner(strings.NewReader(read(t, "deploy", "systemd", "tmpfiles.conf")))
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) < 2 || words[0] != "d" {
			continue
		}
		below, ok := strings.CutPrefix(words[1], place)
		if !ok {
			t.Errorf("%s is not below %s", words[1], place)
		}
		if err := os.MkdirAll(filepath.Join(spool, below), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return spool
}

// TestExamples decodes every example strictly and checks it as its program does.
func TestExamples(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(root(t), "deploy", "examples", "*.yaml"))
	if err != nil || len(paths) < 5 {
		t.Fatalf("%d examples, %v", len(paths), err)
	}
	spool := makeSpool(t)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			cfg := example(t, path, spool)
			modems := cfg.ModemConfig()
			if err := modems.Check(); err != nil {
				t.Error(err)
			}
			timers := cfg.SchedulerConfig()
			if err := timers.Check(); err != nil {
				t.Error(err)
			}
			if cfg.Spool != nil {
				if err := cfg.Spool.Check(); err != nil {
					t.Error(err)
				}
			}
			checkBroker(t, cfg)
		})
	}
}

// checkBroker wants a state directory or a context that is shipped, and that of
// the user who is named like the host.
func checkBroker(t *testing.T, cfg *boot.Config) {
	t.Helper()
	if cfg.NATS.IsZero() {
		if cfg.State == "" {
			t.Error("neither a broker nor a state directory")
		}
		return
	}
	context := filepath.Base(cfg.NATS.Context)
	if _, err := os.Stat(filepath.Join(root(t), "deploy", "nats", context)); err != nil {
		t.Error(err)
	}
	user := strings.TrimSuffix(context, ".context.json")
	if !slices.Contains(users, user) || user != cfg.Host && user != asAdmin {
		t.Errorf("host %s has the context of %s", cfg.Host, user)
	}
}

// TestQueuesOfExamples wants the queues that modems serve to be those that are set up.
func TestQueuesOfExamples(t *testing.T) {
	spool := makeSpool(t)
	dir := filepath.Join(root(t), "deploy", "examples")
	var known, served []string
	for _, q := range example(t, filepath.Join(dir, "setup.yaml"), spool).Queues {
		known = append(known, q.Name)
	}
	for _, m := range example(t, filepath.Join(dir, "modem-host.yaml"), spool).Modems {
		served = append(served, m.Queues...)
	}
	slices.Sort(known)
	slices.Sort(served)
	if served = slices.Compact(served); !slices.Equal(known, served) {
		t.Errorf("queues %q are set up, %q are served", known, served)
	}
}
