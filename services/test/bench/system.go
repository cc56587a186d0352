package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Names of the systems.
const (
	nameViesti = "Viesti"
	nameSmsd   = "smsd"
)

// system is a gateway to measure.
type system struct {
	name    string
	program string
	// arguments are those that run it in the foreground with a configuration.
	arguments func(dir, conf string) []string
	version   string
}

func viesti(program string) *system {
	return &system{
		name: nameViesti, program: program, version: versionOf(program, "--version"),
		arguments: func(dir, conf string) []string {
			return []string{"--smsd-conf", conf, "--state", filepath.Join(dir, "state")}
		},
	}
}

func smsd(program string) *system {
	return &system{
		name: nameSmsd, program: program, version: versionOf(program, "-V"),
		arguments: func(_, conf string) []string { return []string{"-c" + conf, "-t"} },
	}
}

// versionOf is the first line that a program says about its version.
func versionOf(program, flag string) string {
	out, _ := exec.Command(program, flag).CombinedOutput()
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return line
}

// process is a running gateway: a process and its children.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// start runs a gateway in dir. What it says goes to a file there.
//
// A profiled viestid writes its profile to profile.
func (s *system) start(dir, conf, profile string) (*process, error) {
	out, err := os.Create(filepath.Join(dir, "output.txt"))
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command(s.program, s.arguments(dir, conf)...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = append(os.Environ(), "VIESTI_BENCH_PROFILE="+profile)
	// A group of its own keeps a Ctrl-C for the benchmark away from it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", s.name, err)
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // ProcessState tells
		close(p.done)
	}()
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// stopTime is how long a gateway may take to stop before it is killed.
const stopTime = 20 * time.Second

// stop ends the gateway with SIGTERM and waits for it; one that does not end is
// killed, which is an error.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		return nil
	case <-time.After(stopTime):
		_ = syscall.Kill(-p.pid(), syscall.SIGKILL)
		<-p.done
		return fmt.Errorf("stopping process %d: it did not end within %v of SIGTERM", p.pid(), stopTime)
	}
}

// errDied says that a gateway ended by itself.
var errDied = errors.New("the gateway ended by itself")

// died is the error of a gateway that ended by itself, with the last of what it said.
func (p *process) died(dir string) error {
	const most = 2000
	said, _ := os.ReadFile(filepath.Join(dir, "output.txt"))
	said = bytes.TrimSpace(said)
	return fmt.Errorf("%w: %s\n%s", errDied, p.cmd.ProcessState, said[max(len(said)-most, 0):])
}

// build makes a viestid of the tree. A profile hook is laid over it when asked for.
func build(ctx context.Context, services, target string, profiled bool) error {
	arguments := []string{"build", "-o", target}
	if profiled {
		overlay, err := profileOverlay(services, filepath.Dir(target))
		if err != nil {
			return err
		}
		arguments = append(arguments, "-overlay", overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(arguments, "./cmd/"+filepath.Base(target))...)
	cmd.Dir = services
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", filepath.Base(target), err, out)
	}
	return nil
}
