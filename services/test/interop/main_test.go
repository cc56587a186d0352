//go:build interop

// Package interop lets clients that other people wrote talk SMPP with a whole
// gateway: Kannel, the smpp of npm, Net::SMPP of Perl, gosmpp and go-smpp. Each of
// them binds, plain and, where it can, with TLS, submits texts, binary data and a
// concatenated message, gets its receipts and a message from a phone, and unbinds.
package interop

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

// tools are the programs of other people.
var tools struct {
	node, perl, bearerbox, smsbox string
	// npm is the directory where the packages of npm are.
	npm string
	// viestid and sim are viestid and viesti-sim, built from the tree.
	viestid, sim string
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "viesti-interop-")
	if err == nil {
		err = prepare(dir)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "interop: %v\n", err)
		_ = os.RemoveAll(dir)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// prepare finds the programs, and installs the packages of npm in dir.
func prepare(dir string) (err error) {
	for _, p := range []struct {
		path                 *string
		name, otherwise, get string
	}{
		{&tools.node, "node", "/usr/bin/nodejs", "nodejs"},
		{&tools.perl, "perl", "/usr/bin/perl", "perl"},
		{&tools.bearerbox, "bearerbox", "/usr/sbin/bearerbox", "kannel"},
		{&tools.smsbox, "smsbox", "/usr/sbin/smsbox", "kannel"},
	} {
		if *p.path, err = exec.LookPath(p.name); err != nil {
			if *p.path, err = exec.LookPath(p.otherwise); err != nil {
				return fmt.Errorf("%s is not installed (Debian: apt-get install %s): %w", p.name, p.get, err)
			}
		}
	}
	if out, err := exec.Command(tools.perl, "-MNet::SMPP", "-e", "1").CombinedOutput(); err != nil {
		return fmt.Errorf("Net::SMPP is not installed (Debian: apt-get install libnet-smpp-perl): %w\n%s", err, out)
	}
	for name, path := range map[string]*string{"viestid": &tools.viestid, "viesti-sim": &tools.sim} {
		*path = filepath.Join(dir, name)
		if out, err := exec.Command("go", "build", "-o", *path, "github.com/viesti-sms/viesti/services/cmd/"+name).CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %w\n%s", name, err, out)
		}
	}
	tools.npm = filepath.Join(dir, "npm")
	return installPackages()
}

// installPackages installs exactly what package-lock.json lists.
func installPackages() error {
	if err := os.CopyFS(tools.npm, os.DirFS(filepath.Join("clients", "npm"))); err != nil {
		return err
	}
	cmd := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	cmd.Dir = tools.npm
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("installing the packages of npm (Debian: apt-get install npm): %w\n%s", err, out)
	}
	return nil
}
