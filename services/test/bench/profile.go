package main

import (
	_ "embed"
	"encoding/json"
	"errors"
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

// profilePath is where the profile of a run goes; empty: nowhere.
func (b *bench) profilePath(name string) string {
	if b.profile == "" {
		return ""
	}
	return filepath.Join(b.profile, name+".pprof")
}

// toggleProfile begins or ends the profile of a profiled viestid.
func (b *bench) toggleProfile(s *system, p *process) {
	if b.profile != "" && s.name == nameViesti {
		_ = p.cmd.Process.Signal(syscall.SIGUSR2)
	}
}
