//go:build peer

package peer

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/truth"
)

// program is one of the two.
type program struct {
	name string
	// command runs it in the foreground with a configuration.
	command func(conf, dir string) *exec.Cmd
}

var smsd = program{"smsd", func(conf, _ string) *exec.Cmd {
	return exec.Command(smsdPath, "-t", "-c"+conf)
}}

var viestid = program{"viestid", func(conf, dir string) *exec.Cmd {
	return exec.Command(viestidPath, "--smsd-conf", conf, "--state", filepath.Join(dir, "state"))
}}

// peer is a running program with its directory and its modems.
type peer struct {
	program
	dir    string
	modems map[string]*sim.Modem
	cmd    *exec.Cmd
	// ended is closed after the program has ended; err is valid then.
	ended chan struct{}
	err   error
}

// setup is what a program runs with.
type setup struct {
	conf string
	// names are those of the modems; modem1, modem2 and so on in the directory of
	// the program are their serial ports.
	names []string
	modem sim.Config
}

// recordedSetup is one with a recorded configuration.
func recordedSetup(t *testing.T, config string) setup {
	t.Helper()
	return setup{conf: truth.Config(t, config), names: []string{"GSM1"}}
}

// run starts a program and its simulated modems. Unless it has ended before, it
// is stopped at the end of the test, and must end well.
func run(t *testing.T, p program, s setup) *peer {
	t.Helper()
	return runIn(t, p, s, t.TempDir(), func() {})
}

// runIn is run in a directory; prepare is called before the program starts.
func runIn(t *testing.T, p program, s setup, dir string, prepare func()) *peer {
	t.Helper()
	g := &peer{program: p, dir: dir, modems: map[string]*sim.Modem{}, ended: make(chan struct{})}
	for i, name := range s.names {
		port := g.path(fmt.Sprintf("modem%d", i+1))
		cfg := truth.Identify(s.modem, name, i)
		if s.modem.Network != nil {
			cfg.Network = s.modem.Network
		}
		g.modems[name] = gateway.Modem(t, port, cfg)
	}
	g.cmd = p.command(truth.Place(t, g.dir, s.conf), g.dir)
	g.environment(t)
	prepare()
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(g.ended)
		g.err = g.cmd.Wait()
	}()
	t.Cleanup(func() { g.stop(t) })
	return g
}

// environment keeps everything that the program writes in its directory, and
// its children in a group of their own, so that none outlives the test.
func (g *peer) environment(t *testing.T) {
	t.Helper()
	temp := g.path("tmp")
	if err := os.Mkdir(temp, 0o755); err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(g.path("output"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	g.cmd.Stdout, g.cmd.Stderr = out, out
	g.cmd.Env = append(os.Environ(), "TMPDIR="+temp, "VIESTI_RUNTIME_DIR="+temp)
	g.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

func (g *peer) path(name string) string { return filepath.Join(g.dir, name) }

// said is the end of what the program wrote to its terminal and its log.
func (g *peer) said() string {
	const most = 2000
	var all strings.Builder
	for _, name := range []string{"output", "smsd.log"} {
		data, _ := os.ReadFile(g.path(name))
		all.WriteString("--- " + name + "\n" + string(data[max(len(data)-most, 0):]))
	}
	return all.String()
}

// running says whether the program has not ended.
func (g *peer) running() bool {
	select {
	case <-g.ended:
		return false
	default:
		return true
	}
}

// wait waits until the program has ended and returns its exit code.
func (g *peer) wait(t *testing.T) int {
	t.Helper()
	patience := time.NewTimer(gateway.Patience)
	defer patience.Stop()
	select {
	case <-g.ended:
	case <-patience.C:
		g.kill()
		t.Fatalf("%s does not end\n%s", g.name, g.said())
	}
	return g.cmd.ProcessState.ExitCode()
}

// kill ends the program and its children at once.
func (g *peer) kill() {
	g.killGroup()
	<-g.ended
}

// killGroup ends what children are left; there should be none.
func (g *peer) killGroup() { _ = syscall.Kill(-g.cmd.Process.Pid, syscall.SIGKILL) }

// stop ends a program that still runs as init would.
func (g *peer) stop(t *testing.T) {
	t.Helper()
	if !g.running() {
		g.killGroup()
		return
	}
	if code := g.terminate(t); code != 0 {
		t.Errorf("%s ended with code %d\n%s", g.name, code, g.said())
	}
}

// terminate sends SIGTERM and returns the exit code.
func (g *peer) terminate(t *testing.T) int {
	t.Helper()
	if err := g.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	return g.wait(t)
}
