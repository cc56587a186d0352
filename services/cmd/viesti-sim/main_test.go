package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs the program and returns the devices that it says it has.
func start(t *testing.T, n int, args ...string) []string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	cmd := command(w)
	cmd.SetArgs(args)
	go func() {
		done <- cmd.ExecuteContext(ctx)
		_ = w.Close()
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("viesti-sim: %v", err)
		}
	})
	var devices []string
	lines := bufio.NewScanner(r)
	for len(devices) < n && lines.Scan() {
		fields := strings.Fields(lines.Text())
		devices = append(devices, fields[len(fields)-1])
	}
	if len(devices) < n {
		t.Fatalf("devices: %q", devices)
	}
	return devices
}

// ask gives a command over TCP and returns everything up to a final text.
func ask(t *testing.T, device, command, final string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(device, "@"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte(command + "\r")); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	lines := bufio.NewReader(conn)
	for !strings.Contains(said.String(), final) {
		line, err := lines.ReadString('\n')
		said.WriteString(line)
		if err != nil {
			t.Fatalf("%q: %v", said.String(), err)
		}
	}
	return said.String()
}

// TestOverTCP talks to modems of another program, each with its own identity.
func TestOverTCP(t *testing.T) {
	devices := start(t, 2, "--listen", "127.0.0.1:0", "--modems", "2", "--pin", "1234")
	for i, want := range []string{"350000000000001", "350000000000002"} {
		if got := ask(t, devices[i], "AT+CGSN", "OK"); !strings.Contains(got, want) {
			t.Errorf("modem %d: %q, want %s", i+1, got, want)
		}
	}
	if got := ask(t, devices[0], "AT+CPIN?", "OK"); !strings.Contains(got, "SIM PIN") {
		t.Errorf("PIN: %q", got)
	}
}

// TestScripted gives a script to a modem.
func TestScripted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rules.json")
	if err := os.WriteFile(file, []byte(`[{"stage":"command","match":"CSQ","action":"reply","reply":"COMMAND NOT SUPPORT"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	device := start(t, 1, "--listen", "127.0.0.1:0", "--rules", file)[0]
	ask(t, device, "AT+CSQ", "COMMAND NOT SUPPORT")
}

// TestRefused refuses what makes no sense.
func TestRefused(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte(`[{"stage":"never"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want error
	}{
		{[]string{"--modems", "0"}, errFlags},
		{[]string{"--rough", "2"}, errFlags},
		{[]string{"--listen", "nowhere"}, errFlags},
		{[]string{"--rules", bad}, sim.ErrRule},
		{[]string{"--fates", filepath.Join(bad, "x")}, nil},
	} {
		cmd := command(io.Discard)
		cmd.SetArgs(c.args)
		if err := cmd.ExecuteContext(t.Context()); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%q: %v, want %v", c.args, err, c.want)
		}
	}
}

// TestPage wants docs/simulator.md to tell every flag.
func TestPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "simulator.md"))
	if err != nil {
		t.Fatal(err)
	}
	sim := command(io.Discard)
	for _, cmd := range append(sim.Commands(), sim) {
		flags := regexp.MustCompile(`(?m)^ +--[a-z-]+`).FindAllString(cmd.LocalFlags().FlagUsages(), -1)
		if len(flags) == 0 {
			t.Errorf("%s has no flags", cmd.Name())
		}
		for _, flag := range flags {
			if !strings.Contains(string(page), "`"+strings.TrimSpace(flag)) {
				t.Errorf("%s of %s is not told", strings.TrimSpace(flag), cmd.Name())
			}
		}
	}
}

// TestClientRefused refuses what makes no sense of the simulated SMPP client.
func TestClientRefused(t *testing.T) {
	for _, args := range [][]string{
		{"--mode", "sideways"}, {"--messages", "1"}, {"--to", "1", "--mode", "receiver"}, {"--messages", "0", "--connections", "0"},
		{"--to", "1", "--rate", "-1"},
	} {
		cmd := command(io.Discard)
		cmd.SetArgs(append([]string{"esme"}, args...))
		if err := cmd.ExecuteContext(t.Context()); !errors.Is(err, errFlags) {
			t.Errorf("%q: %v, want %v", args, err, errFlags)
		}
	}
	for _, args := range [][]string{{"--password-file", "no-such-file"}, {"--tls", "--tls-ca", "main.go"}, {"--tls", "--tls-cert", "main.go"}} {
		cmd := command(io.Discard)
		cmd.SetArgs(append([]string{"esme", "--messages", "0"}, args...))
		if err := cmd.ExecuteContext(t.Context()); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}

// TestMessageOfFlags chooses the form that a text needs.
func TestMessageOfFlags(t *testing.T) {
	for text, want := range map[string]struct {
		coding     uint8
		text, long int
	}{
		"Test":                   {0, 4, 0},
		"ä":                      {8, 2, 0},
		"a@b":                    {8, 6, 0},
		strings.Repeat("x", 161): {0, 0, 161},
		strings.Repeat("ä", 71):  {8, 0, 142},
	} {
		m := (&esmeFlags{to: "1", text: text}).message()
		payload, _ := m.TLVs.Get(smpp.TagMessagePayload)
		if m.DataCoding != want.coding || len(m.Text) != want.text || len(payload) != want.long {
			t.Errorf("%.10q: data_coding %d, %d octets of text, %d of payload", text, m.DataCoding, len(m.Text), len(payload))
		}
	}
}

// TestNoReceiptsOfRefused: a message that was refused has no receipt to wait for.
func TestNoReceiptsOfRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &esmeFlags{receipts: true, mode: "transceiver", messages: 2, patience: time.Minute}
		began := time.Now()
		if missing := f.linger(t.Context(), 0, &esme.Inbox{}, &shower{}); missing != 0 || time.Since(began) != 0 {
			t.Errorf("%d missing, waited %v", missing, time.Since(began))
		}
		if missing := f.linger(t.Context(), 1, &esme.Inbox{}, &shower{}); missing != 1 || time.Since(began) != time.Minute {
			t.Errorf("of an accepted one: %d missing, waited %v", missing, time.Since(began))
		}
	})
}
