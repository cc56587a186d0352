package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// spoolDirs are the directories that the configuration names.
var spoolDirs = []string{"outgoing", "checked", "incoming", "sent", "failed", "report", "saved"}

// confFor extends a configuration for one modem to n modems in dir: their names
// are listed, and the section of the first is repeated for the others.
func confFor(conf, dir string, n int) (string, error) {
	head, section, found := strings.Cut(conf, "[modem1]")
	devices := regexp.MustCompile(`(?m)^devices *=.*$`)
	if !found || !devices.MatchString(head) {
		return "", fmt.Errorf("extending the configuration: it has no devices or no section [modem1]")
	}
	var names []string
	var sections strings.Builder
	for i := range n {
		name := modemName(i)
		names = append(names, name)
		sections.WriteString("[" + name + "]" + strings.ReplaceAll(section, "modem1", name))
	}
	head = devices.ReplaceAllLiteralString(head, "devices = "+strings.Join(names, ","))
	return strings.ReplaceAll(head+sections.String(), "@DIR@", dir), nil
}

func modemName(i int) string { return fmt.Sprintf("modem%d", i+1) }

// place is the directory of one measurement.
type place struct {
	dir, conf string
}

// newPlace makes fresh directories and a configuration for n modems.
func (b *bench) newPlace(n int) (place, error) {
	b.runs++
	p := place{dir: filepath.Join(b.dir, fmt.Sprintf("run%d", b.runs))}
	p.conf = filepath.Join(p.dir, "smsd.conf")
	text, err := confFor(b.conf, p.dir, n)
	if err != nil {
		return p, err
	}
	for _, name := range append([]string{"state", "stage"}, spoolDirs...) {
		if err := os.MkdirAll(filepath.Join(p.dir, name), 0o755); err != nil {
			return p, fmt.Errorf("making a spool: %w", err)
		}
	}
	return p, os.WriteFile(p.conf, []byte(text), 0o644)
}

func (p place) path(parts ...string) string {
	return filepath.Join(append([]string{p.dir}, parts...)...)
}
