package log

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"
)

// logged returns the lines that write leaves in a log file.
func logged(t *testing.T, cfg Config, write func(*zap.Logger)) []string {
	t.Helper()
	cfg.File = filepath.Join(t.TempDir(), "log")
	for range 2 { // the second one appends
		logger, closeLog, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		write(logger)
		closeLog()
	}
	info, err := os.Stat(cfg.File)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o007 != 0 {
		t.Errorf("everybody may read the log: %v", info.Mode())
	}
	data, err := os.ReadFile(cfg.File)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func each(l *zap.Logger) {
	l.Debug("d", Message("id1"), Modem("SIM1"))
	l.Info("i")
	l.Warn("w")
	l.Error("e")
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]int{"debug": 4, "": 3, "info": 3, "warn": 2, "error": 1} {
		if got := logged(t, Config{Level: level}, each); len(got) != 2*want {
			t.Errorf("level %q: %d lines, want %d", level, len(got), 2*want)
		}
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	line := logged(t, Config{Level: "debug", Format: "json"}, each)[0]
	var fields map[string]any
	if err := json.Unmarshal([]byte(line), &fields); err != nil {
		t.Fatal(err)
	}
	if fields["msg"] != "d" || fields["level"] != "debug" || fields["message"] != "id1" || fields["modem"] != "SIM1" {
		t.Errorf("fields %v", fields)
	}
	if line := logged(t, Config{Level: "debug", Format: "console"}, each)[0]; !strings.Contains(line, "DEBUG\td") {
		t.Errorf("line %q", line)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	if _, _, err := New(Config{Format: "xml"}); !errors.Is(err, ErrFormat) {
		t.Errorf("format xml: %v", err)
	}
	if _, _, err := New(Config{Level: "loud"}); err == nil || !strings.Contains(err.Error(), "loud") {
		t.Errorf("level loud: %v", err)
	}
	if _, _, err := New(Config{File: filepath.Join(t.TempDir(), "missing", "log")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
}

func TestServer(t *testing.T) {
	t.Parallel()
	lines := logged(t, Config{}, func(l *zap.Logger) {
		s := Server{Logger: l.Sugar()}
		s.Noticef("notice %d", 1)
		s.Debugf("debug")
		s.Tracef("trace")
		s.Warnf("warn %d", 2)
		s.Errorf("error %d", 3)
		s.Fatalf("fatal %d", 4)
	})
	if len(lines) != 6 || !strings.Contains(lines[0], "warn 2") || !strings.Contains(lines[2], "ERROR\tfatal 4") {
		t.Errorf("lines %q", lines)
	}
}
