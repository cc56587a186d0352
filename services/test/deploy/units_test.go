package deploy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// unit reads a systemd unit: the values of each setting, by section and name.
func unit(t *testing.T, path string) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	settings, section := map[string][]string{}, ""
	for _, line := range strings.Split(string(data), "\n") {
		switch name, value, ok := strings.Cut(line, "="); {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			section = line
		case ok:
			settings[section+name] = append(settings[section+name], value)
		default:
			t.Errorf("%s: %q is no setting", path, line)
		}
	}
	return settings
}

// repeated are settings that may be given several times.
var repeated = map[string]bool{"[Service]DeviceAllow": true, "[Service]SystemCallFilter": true}

// inPlaceOfSmsd is the unit for hosts with an smsd.conf. Its handlers may do what those
// of smsd may, so that it is not hardened.
const inPlaceOfSmsd = "viestid-smsd.service"

// TestUnits wants each unit to start a program that there is with an example that
// there is, and to be hardened like the others.
func TestUnits(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(root(t), "deploy", "systemd", "*.service"))
	if err != nil || len(paths) != 6 {
		t.Fatalf("%d units, %v; want 6", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			u := unit(t, path)
			for setting, values := range u {
				if len(values) > 1 && !repeated[setting] {
					t.Errorf("%s is given %d times", setting, len(values))
				}
			}
			if filepath.Base(path) == inPlaceOfSmsd {
				wantSettings(t, u, map[string]string{
					"[Unit]Conflicts": "smstools.service", "[Service]Type": "exec", "[Service]User": "smsd", "[Service]UMask": "0022",
					"[Service]RuntimeDirectory": "viesti smstools", "[Service]KillMode": "mixed",
					"[Service]ExecStart": "/usr/local/bin/viestid --smsd-conf /etc/smsd.conf --state /var/lib/viesti",
				})
				return
			}
			wantSettings(t, u, map[string]string{
				"[Service]Type": "exec", "[Service]User": "viesti", "[Service]ProtectSystem": "strict", "[Service]NoNewPrivileges": "yes",
				"[Service]CapabilityBoundingSet": "", "[Service]KillMode": "mixed",
				"[Service]LogsDirectory": "viesti", // log.file cannot be written elsewhere in a strict system
			})
			checkCommand(t, strings.TrimSuffix(filepath.Base(path), ".service"), u["[Service]ExecStart"][0])
		})
	}
}

func wantSettings(t *testing.T, u map[string][]string, all map[string]string) {
	t.Helper()
	for setting, want := range all {
		if got := u[setting]; len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
}

func checkCommand(t *testing.T, name, command string) {
	t.Helper()
	words := strings.Fields(command)
	if len(words) != 3 || filepath.Base(words[0]) != name || words[1] != "--config" {
		t.Fatalf("the command is %q", command)
	}
	for _, path := range []string{
		filepath.Join("services", "cmd", name, "main.go"), filepath.Join("deploy", "examples", filepath.Base(words[2])),
	} {
		if _, err := os.Stat(filepath.Join(root(t), path)); err != nil {
			t.Error(err)
		}
	}
}
