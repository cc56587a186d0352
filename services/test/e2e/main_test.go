// Package e2e runs whole gateways, as users do, as processes of their own.
package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/process"
)

// bin is where the programs are.
var bin string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "viesti-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := process.Build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	bin = dir
	return m.Run()
}

// site is one host: its directories, its simulated modems and its configuration.
type site struct {
	t     *testing.T
	dir   string
	env   []string
	modem *sim.Modem
}

func newSite(t *testing.T) *site {
	s := &site{t: t, dir: t.TempDir()}
	s.env = []string{"VIESTI_RUNTIME_DIR=" + filepath.Join(s.dir, "run")}
	for _, dir := range []string{"outgoing", "checked", "sent", "failed", "incoming", "report"} {
		if err := os.MkdirAll(s.path(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

// plug plugs the simulated modem in.
func (s *site) plug(cfg sim.Config) { s.modem = gateway.Modem(s.t, s.path("modem"), cfg) }

// config writes a configuration file. $DIR stands for the directory of the site.
func (s *site) config(name, yaml string) string {
	s.t.Helper()
	path := s.path(name)
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(yaml, "$DIR", s.dir)), 0o644); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// Sections of configurations.
const (
	spoolSection = `
spool:
  outgoing: $DIR/outgoing
  checked: $DIR/checked
  sent: $DIR/sent
  failed: $DIR/failed
  incoming: $DIR/incoming
  report: $DIR/report
  trust_outgoing: true
`
	modemSection = `
modems:
  - name: SIM1
    device: $DIR/modem
    errorsleeptime: 10ms
    device_open_errorsleeptime: 200ms
`
	wholeSite = "state: $DIR/state\n" + spoolSection + modemSection
)

func (s *site) start(program string, args ...string) *process.Process {
	s.t.Helper()
	return process.Start(s.t, filepath.Join(bin, program), s.env, args...)
}

// viesti runs the command line, which must succeed.
func (s *site) viesti(args ...string) string {
	s.t.Helper()
	out, errs, code := process.Run(s.t, filepath.Join(bin, "viesti"), s.env, "", args...)
	if code != 0 {
		s.t.Fatalf("viesti %q: exit code %d: %s", args, code, errs)
	}
	return out
}

// sent waits until a file is in sent.
func (s *site) sent(name string) string {
	s.t.Helper()
	var content string
	gateway.Wait(s.t, name+" in sent", func() bool {
		content = gateway.Files(s.t, s.path("sent"))[name]
		return content != ""
	})
	return content
}
