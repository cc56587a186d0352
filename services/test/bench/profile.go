package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// profileHook is a file of package main that only the profiled build has.
//
//go:embed profile/hook.go.txt
var profileHook []byte

// profileOverlay writes what "go build -overlay" needs to lay the hook over
// cmd/viestid, and returns its path.
func profileOverlay(services, dir string) (string, error) {
	hook, overlay := filepath.Join(dir, "hook.go"), filepath.Join(dir, "overlay.json")
	replace := map[string]map[string]string{
		"Replace": {filepath.Join(services, "cmd", "viestid", "profile_hook.go"): hook},
	}
	data, err := json.Marshal(replace)
	if err != nil {
		return "", err
	}
	return overlay, errors.Join(os.WriteFile(hook, profileHook, 0o644), os.WriteFile(overlay, data, 0o644))
}

// toggleProfile begins or ends the profile of a profiled viestid.
func (b *bench) toggleProfile(s *system, p *process) {
	if b.profile != "" && s.name == "Viesti" {
		_ = p.cmd.Process.Signal(syscall.SIGUSR2)
	}
}

// keepProfile saves the profile of a run under a name of its own.
func (b *bench) keepProfile(dir, name string) error {
	if b.profile == "" {
		return nil
	}
	from, err := os.Open(filepath.Join(dir, "cpu.pprof"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.Create(filepath.Join(b.profile, name+".pprof"))
	if err != nil {
		return fmt.Errorf("keeping a profile: %w", err)
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close())
}
