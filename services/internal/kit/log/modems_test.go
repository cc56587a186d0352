package log

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestModemLogs: what is about a modem with its own log is there and nowhere else, at
// its own level, also after the files were renamed.
func TestModemLogs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	read := func(name string) []string {
		data, err := os.ReadFile(path(name))
		if err != nil {
			t.Error(err)
		}
		return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	}
	for _, format := range []string{"smsd", "json"} {
		cfg := Config{File: path("all"), Format: format, Level: "info", Modems: map[string]ModemLog{
			"A": {File: path("a"), Level: "debug"}, "B": {Level: "error"}, "C": {File: path("c")},
		}}
		if err := cfg.Check(); err != nil {
			t.Fatal(err)
		}
		l, err := Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		write := func(mark string) {
			l.Named("modem").With(Modem("A")).Debug(mark + " own")
			l.Info(mark+" of a line", Modem("A"))
			l.With(Modem("B")).Info("below its level")
			l.With(Modem("B")).Error(mark + " to all")
			l.With(Modem("C")).Debug("below the level of all")
			l.With(Modem("C")).Info(mark + " c")
			l.Info(mark+" of a modem without", Modem("D"))
			l.Debug("nor this")
		}
		write("1")
		for _, name := range []string{"all", "a", "c"} {
			if err := os.Rename(path(name), path(name+".1")); err != nil {
				t.Fatal(err)
			}
		}
		cfg.Modems["A"] = ModemLog{File: path("a"), Level: "info"}
		if err := l.Reopen(cfg); err != nil {
			t.Fatal(err)
		}
		write("2")
		l.Close()
		for name, want := range map[string][]string{
			"all.1": {"1 to all", "1 of a modem without"}, "a.1": {"1 own", "1 of a line"}, "c.1": {"1 c"},
			"all": {"2 to all", "2 of a modem without"}, "a": {"2 of a line"}, "c": {"2 c"},
		} {
			lines := read(name)
			for i := range min(len(lines), len(want)) {
				if strings.Contains(lines[i], want[i]) {
					lines[i] = want[i]
				}
			}
			if diff := cmp.Diff(want, lines); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", format, name, diff)
			}
		}
		for _, name := range []string{"all", "a", "c", "all.1", "a.1", "c.1"} {
			if err := os.Remove(path(name)); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestModemLogErrors name the modem.
func TestModemLogErrors(t *testing.T) {
	t.Parallel()
	bad := Config{Modems: map[string]ModemLog{"A": {Level: "loud"}}}
	if err := bad.Check(); err == nil || !strings.Contains(err.Error(), "modem A") {
		t.Errorf("Check: %v", err)
	}
	if _, err := Open(bad); err == nil {
		t.Error("opened")
	}
	gone := Config{Modems: map[string]ModemLog{"A": {File: filepath.Join(t.TempDir(), "no", "log")}}}
	if _, err := Open(gone); err == nil || !strings.Contains(err.Error(), "modem A") {
		t.Errorf("Open: %v", err)
	}
}
