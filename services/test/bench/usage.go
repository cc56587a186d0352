package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// usage is what a process and its descendants have used.
type usage struct {
	cpu time.Duration
	// waited is how long their threads were ready and had no core: what else runs on
	// the machine.
	waited time.Duration
	// rss is the sum of the peaks, which counts what they share once for each;
	// pss shares it out, and is what they use now. Both in KiB.
	rss, pss int
}

// tick is the unit of CPU times in /proc (proc(5)); Linux has 100 in a second
// everywhere that Go runs.
const tick = time.Second / 100

// usageOf reads /proc for a process and all that descend from it.
func usageOf(pid int) (usage, error) {
	var u usage
	for _, id := range append(descendants(pid), pid) {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
		if err != nil {
			if id == pid {
				return u, err
			}
			continue // a child that has just ended counts with its parent
		}
		st, err := parseStat(string(data))
		if err != nil {
			return u, err
		}
		u.cpu += st.cpu
		u.waited += waited(id)
		u.rss += kib(fmt.Sprintf("/proc/%d/status", id), "VmHWM:")
		u.pss += kib(fmt.Sprintf("/proc/%d/smaps_rollup", id), "Pss:")
	}
	return u, nil
}

// waited adds up what the threads of a process have waited for a core (the second field
// of schedstat, in nanoseconds); 0 where the kernel does not tell.
func waited(pid int) (sum time.Duration) {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, path := range threads {
		data, _ := os.ReadFile(path)
		if fields := strings.Fields(string(data)); len(fields) > 1 {
			n, _ := strconv.ParseInt(fields[1], 10, 64)
			sum += time.Duration(n)
		}
	}
	return sum
}

// stat is what is needed of /proc/PID/stat.
type stat struct {
	parent int
	cpu    time.Duration
}

// parseStat reads a /proc/PID/stat (proc(5)): fields 4, the parent, and 14 to
// 17, the times of the process and of the children that it has waited for.
func parseStat(line string) (stat, error) {
	const parent, times, count = 4 - 3, 14 - 3, 4
	// The name in parentheses may hold anything; field 3 follows it.
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	if len(fields) < times+count {
		return stat{}, fmt.Errorf("reading /proc/PID/stat: it has %d fields after the name", len(fields))
	}
	var st stat
	var err error
	if st.parent, err = strconv.Atoi(fields[parent]); err != nil {
		return st, fmt.Errorf("reading the parent in /proc/PID/stat: %w", err)
	}
	for _, field := range fields[times : times+count] {
		n, err := strconv.Atoi(field)
		if err != nil {
			return st, fmt.Errorf("reading the times in /proc/PID/stat: %w", err)
		}
		st.cpu += time.Duration(n) * tick
	}
	return st, nil
}

// descendants lists the children of a process, theirs, and so on.
func descendants(pid int) []int {
	children := map[int][]int{}
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		st, err := parseStat(string(data))
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err == nil {
			children[st.parent] = append(children[st.parent], id)
		}
	}
	all := append([]int(nil), children[pid]...)
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}

// kib reads a line "name: number kB" of a file in /proc; 0 when there is none.
func kib(path, name string) int {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, found := strings.CutPrefix(line, name); found {
			n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return n
		}
	}
	return 0
}
