package serial

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// newBusyError says that a device is in use, and looks up by whom.
func newBusyError(device string) *BusyError {
	return &BusyError{Device: device, Holders: holders("/proc", device)}
}

// holders looks through the descriptors of all processes that may be seen for
// those that have the device open. Other processes than this one come as "name (pid)".
func holders(proc, device string) []string {
	target, err := filepath.EvalSymlinks(device)
	if err != nil {
		return nil
	}
	links, _ := filepath.Glob(filepath.Join(proc, "[0-9]*", "fd", "*"))
	var found []string
	last := ""
	for _, link := range links {
		process := filepath.Dir(filepath.Dir(link))
		if process == last {
			continue
		}
		if open, err := os.Readlink(link); err != nil || open != target {
			continue
		}
		// This process has the device open twice already while it tries.
		if pid := filepath.Base(process); pid != fmt.Sprint(os.Getpid()) {
			found = append(found, processName(process)+" ("+pid+")")
		}
		last = process
	}
	return found
}

func processName(process string) string {
	name, err := os.ReadFile(filepath.Join(process, "comm"))
	if err != nil {
		return "process"
	}
	return strings.TrimSpace(string(name))
}
