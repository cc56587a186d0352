package truth

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// The lists that the recorded cases with black and white lists went by.
const (
	blacklist = "# numbers that get nothing\n44\n"
	whitelist = "358\n[D1]\n49170\n"
)

// handler is an event handler that writes its arguments to the file calls.
const handler = `#!/bin/sh
printf '%%s\n' "$1|$2|${3:-}${4:+ $4}${5:+ $5}${6:+ $6}" >> %s/calls
`

// Config is a recorded configuration, with its placeholders.
func Config(t testing.TB, name string) string {
	t.Helper()
	conf, err := os.ReadFile(filepath.Join(Vectors(t), "configs", name+".conf"))
	if err != nil {
		t.Fatal(err)
	}
	return string(conf)
}

// Place makes a directory in which a gateway can run with a configuration, and
// returns the path of smsd.conf in it.
func Place(t testing.TB, dir, conf string) string {
	t.Helper()
	for _, name := range directories(conf) {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "eventhandler"), fmt.Sprintf(handler, dir), 0o755)
	write(t, filepath.Join(dir, "blacklist"), blacklist, 0o644)
	write(t, filepath.Join(dir, "whitelist"), whitelist, 0o644)
	path := filepath.Join(dir, "smsd.conf")
	write(t, path, strings.ReplaceAll(conf, "@DIR@", dir), 0o644)
	return path
}

// directories are those that a configuration names below its own.
func directories(conf string) []string {
	dirs := []string{"outgoing", "checked", "incoming", "sent", "failed", "report", "saved"}
	for _, line := range strings.Split(conf, "\n") {
		if _, dir, ok := strings.Cut(line, "= @DIR@/"); ok && !strings.Contains(line, "file") && !strings.Contains(line, "device") &&
			!strings.Contains(line, "handler") && !strings.Contains(line, "regular_run") && !strings.Contains(line, "list") {
			dirs = append(dirs, strings.TrimSpace(dir))
		}
	}
	return dirs
}

func write(t testing.TB, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

// Identify gives a simulated modem the name and the identity of the i-th one of
// the recording, and a network that answers no reports, as the recorded one.
func Identify(cfg sim.Config, name string, i int) sim.Config {
	cfg.Name = name
	cfg.IMSI, cfg.IMEI = fmt.Sprintf("24405000000000%d", i+1), fmt.Sprintf("35000000000000%d", i+1)
	cfg.Network = sim.NewNetwork(sim.NetworkConfig{Fates: []sim.Fate{{Never: true}}})
	return cfg
}
