package deploy_test

import (
	"regexp"
	"strings"
	"testing"
)

var udevPair = regexp.MustCompile(`^(ACTION|SUBSYSTEM|GOTO|LABEL|ATTR\{\w+\}|ENV\{\w+\})(==|!=|=)"([\w ]+)"$`)

// TestUdevRules parses the rules: assignments and matches are not mixed up, each
// jump has its label further down, and each maker's modems are kept from ModemManager.
func TestUdevRules(t *testing.T) {
	jumps, ignored := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(read(t, "deploy", "udev", "99-viesti-modem.rules")) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		said := map[string]string{}
		for _, pair := range strings.Split(line, ", ") {
			m := udevPair.FindStringSubmatch(pair)
			if m == nil {
				t.Fatalf("%s: %s is no key, operator and value", line, pair)
			}
			sets := m[1] == "GOTO" || m[1] == "LABEL" || m[1] == "ENV{ID_MM_DEVICE_IGNORE}"
			if sets != (m[2] == "=") {
				t.Errorf("%s: the operator of %s is %s", line, m[1], m[2])
			}
			said[m[1]] = m[3]
		}
		if to := said["GOTO"]; to != "" {
			jumps[to] = true
		}
		delete(jumps, said["LABEL"])
		if said["ENV{ID_MM_DEVICE_IGNORE}"] == "1" {
			ignored[said["ATTR{idVendor}"]] = true
		}
	}
	if len(jumps) > 0 {
		t.Errorf("jumps to nowhere: %v", jumps)
	}
	for _, vendor := range []string{"12d1", "19d2", "1e0e", "2c7c", "1bc7", "1546", "1e2d", "05c6", "1199"} {
		if !ignored[vendor] {
			t.Errorf("modems of %s are left to ModemManager", vendor)
		}
	}
}
