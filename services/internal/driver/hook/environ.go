package hook

import (
	"slices"
	"strings"
)

// defaultPath is where programs are looked for when the process has no PATH.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// passed are the variables that a program gets of this process: where programs,
// the home and temporary files are, and how people write. All others stay here,
// since services are given secrets in their environment.
var passed = []string{"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMPDIR"}

// environ is the environment of a program, made of that of this process.
func environ(own []string) []string {
	var env []string
	for _, entry := range own {
		name, _, _ := strings.Cut(entry, "=")
		if slices.Contains(passed, name) || strings.HasPrefix(name, "LC_") {
			env = append(env, entry)
		}
	}
	if !slices.ContainsFunc(env, func(entry string) bool { return strings.HasPrefix(entry, "PATH=") }) {
		env = append(env, "PATH="+defaultPath)
	}
	return env
}
