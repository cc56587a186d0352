package serial

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// modemManager is the name of its process.
const modemManager = "ModemManager"

// newBusyError says that a device is in use, and looks up by whom.
func newBusyError(device string) *BusyError {
	return &BusyError{Device: device, Holders: System.Holders(device), ModemManager: System.ModemManager()}
}

// Holders returns the other processes, as "name (pid)", that have a device open, as
// far as their descriptors may be seen, or have it locked, which all may see.
func (r Roots) Holders(device string) []string {
	target, err := filepath.EvalSymlinks(device)
	if err != nil {
		return nil
	}
	links, _ := filepath.Glob(filepath.Join(r.Proc, "[0-9]*", "fd", "*"))
	var pids []string
	for _, link := range links {
		if open, err := os.Readlink(link); err == nil && open == target {
			pids = append(pids, filepath.Base(filepath.Dir(filepath.Dir(link))))
		}
	}
	pids = append(pids, r.lockers(target)...)
	slices.Sort(pids)
	var found []string
	for _, pid := range slices.Compact(pids) {
		// This process has the device open itself while it tries.
		if pid != fmt.Sprint(os.Getpid()) {
			found = append(found, processName(filepath.Join(r.Proc, pid))+" ("+pid+")")
		}
	}
	return found
}

// lockers returns the processes that have a file locked (proc_locks(5)).
func (r Roots) lockers(target string) []string {
	var st unix.Stat_t
	if unix.Stat(target, &st) != nil {
		return nil
	}
	file := fmt.Sprintf("%02x:%02x:%d", unix.Major(st.Dev), unix.Minor(st.Dev), st.Ino)
	locks, _ := os.ReadFile(filepath.Join(r.Proc, "locks"))
	var pids []string
	for line := range strings.Lines(string(locks)) {
		// "1: FLOCK  ADVISORY  WRITE 1234 00:05:678 0 EOF"; those who wait have "->".
		if f := strings.Fields(line); len(f) >= 6 && f[1] != "->" && f[5] == file {
			pids = append(pids, f[4])
		}
	}
	return pids
}

// ModemManager reports whether ModemManager runs on this machine.
func (r Roots) ModemManager() bool {
	processes, _ := filepath.Glob(filepath.Join(r.Proc, "[0-9]*", "comm"))
	return slices.ContainsFunc(processes, func(comm string) bool { return processName(filepath.Dir(comm)) == modemManager })
}

func processName(process string) string {
	name, err := os.ReadFile(filepath.Join(process, "comm"))
	if err != nil {
		return "process"
	}
	return strings.TrimSpace(string(name))
}
