//go:build peer

// Package peer runs the real smsd and viestid side by side, each on a directory
// and simulated modems of its own, and wants the same of both.
package peer

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

// The programs; viestid is built by TestMain.
var smsdPath, viestidPath string

func TestMain(m *testing.M) {
	cleanup, err := prepare()
	if err != nil {
		fmt.Fprintf(os.Stderr, "peer: %v\n", err)
		cleanup()
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		cleanup()
		os.Exit(code)
	}))
}

// prepare finds smsd and builds viestid.
func prepare() (cleanup func(), err error) {
	if smsdPath, err = find("smsd", "/usr/sbin/smsd"); err != nil {
		return func() {}, fmt.Errorf("smsd is not installed (Debian: apt-get install smstools): %w", err)
	}
	dir, err := os.MkdirTemp("", "viesti-peer-")
	if err != nil {
		return func() {}, err
	}
	cleanup = func() { _ = os.RemoveAll(dir) }
	viestidPath = filepath.Join(dir, "viestid")
	out, err := exec.Command("go", "build", "-o", viestidPath, "github.com/viesti-sms/viesti/services/cmd/viestid").CombinedOutput()
	if err != nil {
		return cleanup, fmt.Errorf("building viestid: %w\n%s", err, out)
	}
	return cleanup, nil
}

// find looks for a program on the path, and where a package puts it when the
// path of a user does not lead there.
func find(name, otherwise string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	return exec.LookPath(otherwise)
}
