package hook

import "golang.org/x/sys/unix"

// Limits bound what a program and each of its children may use (setrlimit(2)). 0
// leaves a limit as it is, except that of OpenFiles. No program writes a core file.
type Limits struct {
	// OpenFiles is how many files it may have open; 0 means 1024.
	OpenFiles uint64 `yaml:"open_files"`
	// AddressSpace is its memory in octets.
	AddressSpace uint64 `yaml:"address_space"`
	// CPUSeconds is how long it may compute; it is ended then.
	CPUSeconds uint64 `yaml:"cpu_seconds"`
	// Processes is how many processes its user may have when it starts another one.
	Processes uint64 `yaml:"processes"`
}

// defaultOpenFiles is what programs that loop over all descriptors live with.
const defaultOpenFiles = 1024

// apply sets the limits of a process that has just begun; its children inherit
// them. They stop a program that runs wild, not one that means harm: that one
// could have started a child before. Whoever has lower limits keeps them.
func (l Limits) apply(pid int) {
	files := l.OpenFiles
	if files == 0 {
		files = defaultOpenFiles
	}
	lower(pid, unix.RLIMIT_CORE, 0)
	lower(pid, unix.RLIMIT_NOFILE, files)
	for resource, limit := range map[int]uint64{
		unix.RLIMIT_AS: l.AddressSpace, unix.RLIMIT_CPU: l.CPUSeconds, unix.RLIMIT_NPROC: l.Processes,
	} {
		if limit > 0 {
			lower(pid, resource, limit)
		}
	}
}

// lower lowers one limit. The only process that it can fail for is one that has
// ended already.
func lower(pid, resource int, limit uint64) {
	var now unix.Rlimit
	if unix.Prlimit(pid, resource, nil, &now) != nil {
		return
	}
	now.Max = min(now.Max, limit)
	now.Cur = min(now.Cur, now.Max)
	_ = unix.Prlimit(pid, resource, &now, nil)
}
