package cli

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	accounts "github.com/viesti-sms/viesti/services/internal/core/account"
)

// machine is a machine as a doctor sees it.
type machine struct {
	*doctor
	t *testing.T
}

func newMachine(t *testing.T) machine {
	t.Helper()
	m := machine{&doctor{proc: t.TempDir(), udev: t.TempDir()}, t}
	must(t, os.Mkdir(filepath.Join(m.proc, "net"), 0o755))
	m.listens()
	return m
}

// runs lets a program run that has sockets.
func (m machine) runs(pid int, name string, inodes ...int) {
	m.t.Helper()
	fd := filepath.Join(m.proc, fmt.Sprint(pid), "fd")
	must(m.t, os.MkdirAll(fd, 0o755))
	must(m.t, os.WriteFile(filepath.Join(fd, "..", "comm"), []byte(name+"\n"), 0o644))
	for i, inode := range inodes {
		must(m.t, os.Symlink(fmt.Sprintf("socket:[%d]", inode), filepath.Join(fd, fmt.Sprint(i))))
	}
}

// listens sets the sockets that listen: addresses as the kernel writes them.
func (m machine) listens(lines ...string) {
	m.t.Helper()
	text := "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" + strings.Join(lines, "\n") + "\n"
	must(m.t, os.WriteFile(filepath.Join(m.proc, "net", "tcp"), []byte(text), 0o644))
}

func socketLine(address, state string, inode int) string {
	return fmt.Sprintf("   0: %s 00000000:0000 %s 00000000:00000000 00:00000000 00000000     0        0 %d 1 0 100 0 0 10 0", address, state, inode)
}

// says runs the doctor, with a configuration unless it is empty.
func (m machine) says(config string) (string, error) {
	m.t.Helper()
	path := ""
	if config != "" {
		path = filepath.Join(m.t.TempDir(), "viestid.yaml")
		must(m.t, os.WriteFile(path, []byte(config), 0o600))
	}
	var out bytes.Buffer
	err := (&env{stdout: &out}).runDoctor(bounded(m.t), m.doctor, path)
	return out.String(), err
}

func wantLines(t *testing.T, out string, want ...string) {
	t.Helper()
	for _, line := range want {
		if !strings.Contains(out, line) {
			t.Errorf("no %q in:\n%s", line, out)
		}
	}
}

func TestDoctorListeners(t *testing.T) {
	newGateway(t)
	m := newMachine(t)
	m.runs(7, "viesti-smpp", 100, 101, 102, 103)
	m.runs(8, "nginx", 200)
	m.runs(9, "viesti-modem", 300)
	m.listens(socketLine("0100007F:0AD7", "0A", 100), socketLine("00000000:0DDE", "0A", 101), socketLine("00000000:0FA0", "0A", 102),
		socketLine("00000000:1F90", "0A", 200), socketLine("0100007F:0AD7", "01", 103))
	out, err := m.says("smpp:\n  listeners:\n    - address: 0.0.0.0:3550\n      tls: {certificate: /nowhere/c, key: /nowhere/k}\n")
	if !errors.Is(err, errUnsafe) {
		t.Fatalf("%v:\n%s", err, out)
	}
	wantLines(t, out, "127.0.0.1:2775: this machine alone", "0.0.0.0:3550 with TLS", "BAD   viesti-smpp (7, user ", "0.0.0.0:4000: who can reach this machine")
	rooted := 0 // this test as root makes what it makes root's
	if os.Getuid() == 0 {
		rooted = 1
	}
	for _, who := range []string{"viesti-smpp (7)", "viesti-modem (9)"} {
		if n := strings.Count(out, "BAD   "+who+" runs as root\n"); n != rooted {
			t.Errorf("%s is said to run as root %d times:\n%s", who, n, out)
		}
	}
	if strings.Contains(out, "8080") || strings.Count(out, "listens at") != 3 {
		t.Errorf("it speaks of others:\n%s", out)
	}
}

func TestDoctorSeesItself(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	all, err := (&doctor{proc: "/proc"}).listening()
	must(t, err)
	for _, s := range all {
		if s.address == netip.MustParseAddrPort(l.Addr().String()) && s.inode != 0 {
			return
		}
	}
	t.Errorf("%s is not among %v", l.Addr(), all)
}

func TestDoctorFiles(t *testing.T) {
	newGateway(t)
	m := newMachine(t)
	dir := t.TempDir()
	file := func(name string, mode os.FileMode) string {
		t.Helper()
		path := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte("#!/bin/sh\n"), 0o600))
		must(t, os.Chmod(path, mode))
		return path
	}
	outgoing := filepath.Join(dir, "outgoing")
	must(t, os.Mkdir(outgoing, 0o700))
	must(t, os.Chmod(outgoing, 0o777))
	good, bad, key := file("good/handler", 0o755), file("bad/handler", 0o775), file("key", 0o644)
	must(t, os.Chmod(filepath.Join(dir, "bad"), 0o755))
	config := fmt.Sprintf("nats: {url: nats://x, nkey: %s}\nspool: {outgoing: %s, eventhandler: %s --quiet}\nmodems:\n  - {name: A, regular_run: %s}\n", key, outgoing, good, bad)
	out, err := m.says(config)
	if !errors.Is(err, errUnsafe) {
		t.Fatalf("%v:\n%s", err, out)
	}
	wantLines(t, out, "ok    "+good+" is run", "BAD   "+bad+" is run, and others can write to "+bad, "BAD   "+key+" has mode 0644", "chmod 600 "+key,
		"BAD   "+outgoing+" has mode 0777", "chmod 775 "+outgoing)
	must(t, os.Chmod(bad, 0o755))
	must(t, os.Chmod(key, 0o600))
	must(t, os.Chmod(outgoing, 0o770))
	m.found = nil
	if out, err := m.says(config); err != nil {
		t.Errorf("%v:\n%s", err, out)
	}
}

func TestDoctorAccountsAndModemManager(t *testing.T) {
	g := newGateway(t)
	must(t, g.PutAccount(bounded(t), &accounts.Account{Name: "open", Networks: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}}))
	must(t, g.PutAccount(bounded(t), &accounts.Account{Name: "acme", Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}))
	m := newMachine(t)
	m.runs(9, "ModemManager")
	out, err := m.says("")
	if !errors.Is(err, errUnsafe) {
		t.Fatalf("%v:\n%s", err, out)
	}
	wantLines(t, out, "BAD   account open binds from everywhere", "ok    account acme binds from 192.0.2.0/24", "BAD   ModemManager runs", "no process of Viesti listens")
	must(t, g.DeleteAccount(bounded(t), "open"))
	must(t, os.WriteFile(filepath.Join(m.udev, "99-viesti-modem.rules"), nil, 0o644))
	m.found = nil
	if out, err := m.says(""); err != nil || !strings.Contains(out, "told to leave modems alone") {
		t.Errorf("%v:\n%s", err, out)
	}
	if _, err := run(t, "", "doctor"); err == nil {
		t.Error("it does not know what to look for, and is content")
	}
}

func TestSocketAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0100007F:0AD7":                         "127.0.0.1:2775",
		"00000000000000000000000001000000:0050": "[::1]:80",
		"B80D0120000000000000000001000000:0050": "[2001:db8::1]:80",
	} {
		if got, ok := parseSocketAddress(text); !ok || got.String() != want {
			t.Errorf("%s: %v, %v; want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "01:1", "0100007F", "0100007F:xx", "zz00007F:0001"} {
		if got, ok := parseSocketAddress(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}
