package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// machineFacts say on what the figures were measured.
func machineFacts(dir string, systems []*system) []string {
	facts := []string{
		fmt.Sprintf("%s, %d cores, %s, kernel %s", time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), processor(), kernel()),
		fmt.Sprintf("file system %s; a write of 400 octets with fsync takes %v there", fileSystem(dir), syncTime(dir)),
		fmt.Sprintf("load average before the start: %s", loadAverage()),
		fmt.Sprintf("%s%s", runtime.Version(), revision()),
	}
	for _, s := range systems {
		facts = append(facts, s.name+": "+s.version)
	}
	return facts
}

func kernel() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return "unknown"
	}
	return unix.ByteSliceToString(u.Release[:])
}

// processor is the name that /proc/cpuinfo gives.
func processor() string {
	data, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(data)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// loadAverage is how busy others keep the machine (proc(5)).
func loadAverage() string {
	data, _ := os.ReadFile("/proc/loadavg")
	fields := strings.Fields(string(data))
	return strings.Join(fields[:min(len(fields), 3)], " ")
}

// fileSystem names the file system of a directory.
func fileSystem(dir string) string {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return "unknown"
	}
	switch st.Type {
	case unix.EXT4_SUPER_MAGIC:
		return "ext4"
	case unix.TMPFS_MAGIC:
		return "tmpfs"
	case unix.XFS_SUPER_MAGIC:
		return "xfs"
	case unix.BTRFS_SUPER_MAGIC:
		return "btrfs"
	case unix.OVERLAYFS_SUPER_MAGIC:
		return "overlay"
	default:
		return fmt.Sprintf("0x%x", st.Type)
	}
}

// syncTime is how long a small durable write takes in a directory.
func syncTime(dir string) time.Duration {
	const times, size = 200, 400
	f, err := os.CreateTemp(dir, "sync-")
	if err != nil {
		return 0
	}
	defer os.Remove(f.Name())
	defer f.Close()
	began := time.Now()
	for range times {
		if _, err := f.Write(make([]byte, size)); err != nil || f.Sync() != nil {
			return 0
		}
	}
	return (time.Since(began) / times).Round(time.Microsecond)
}

// revision is the commit that the benchmark was built from, where that is known.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return ", commit " + s.Value[:min(len(s.Value), 12)]
		}
	}
	return ""
}
