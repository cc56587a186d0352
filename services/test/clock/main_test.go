//go:build clock

// Package clock sets the clock of whole gateways, as people and NTP do, and looks for
// what fires twice, never or far too late.
//
// Only the gateway's clock is set: it is built with a package time whose wall clock can
// be moved against its monotonic one. So everything in it jumps, the broker included.
package clock

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// viestid is the program whose clock can be set.
var viestid string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "viesti-clock-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if viestid, err = build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// hook is a file of package main that only this build has.
//
//go:embed testdata/hook.go.txt
var hook []byte

// build builds the program with a package time and a hook laid over it.
func build(dir string) (string, error) {
	const main = "github.com/viesti-sms/viesti/services/cmd/viestid"
	folders, err := exec.Command("go", "list", "-f", "{{.Dir}}", "time", main).Output()
	if err != nil {
		return "", fmt.Errorf("looking for the sources: %w", err)
	}
	found := strings.Fields(string(folders))
	if len(found) != 2 {
		return "", fmt.Errorf("looking for the sources: found %q", found)
	}
	original := filepath.Join(found[0], "time.go")
	source, err := jumping(original)
	if err != nil {
		return "", err
	}
	replaced := map[string]string{}
	lay := func(name, over string, content []byte) error {
		replaced[over] = filepath.Join(dir, name)
		return os.WriteFile(replaced[over], content, 0o644)
	}
	err = errors.Join(lay("time.go", original, source), lay("hook.go", filepath.Join(found[1], "clock_hook.go"), hook))
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return "", err
	}
	list, program := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "viestid")
	if err := os.WriteFile(list, overlay, 0o644); err != nil {
		return "", err
	}
	if out, err := exec.Command("go", "build", "-overlay", list, "-o", program, main).CombinedOutput(); err != nil {
		return "", fmt.Errorf("building viestid: %w\n%s", err, out)
	}
	return program, nil
}

// errTime says that package time is not as it was when this was written.
var errTime = errors.New("time.Now is not what it was: see where it reads the clock, and teach this test")

// jumping is package time with a wall clock that can be set.
func jumping(path string) ([]byte, error) {
	const (
		read    = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
		imports = "import (\n\t\"errors\"\n"
	)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	source := string(data)
	if strings.Count(source, read) != 1 || strings.Count(source, imports) != 1 {
		return nil, errTime
	}
	source = strings.Replace(source, read, read+"\tsec += jumped.Load()\n", 1)
	source = strings.Replace(source, imports, imports+"\t\"internal/runtime/atomic\"\n", 1)
	source += `
// jumped is how far the wall clock was set, in seconds.
var jumped atomic.Int64

// Jump sets the wall clock, and leaves the monotonic one alone.
func Jump(seconds int64) { jumped.Add(seconds) }
`
	return []byte(source), nil
}
