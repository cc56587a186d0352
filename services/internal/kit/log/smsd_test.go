package log

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
)

// TestSmsdLines wants the lines of smsd: time, severity, process and text.
func TestSmsdLines(t *testing.T) {
	t.Parallel()
	cfg := Config{Format: "smsd", Level: "6", TimeFormat: "%H timems", FormatTime: func(_ time.Time, f string) string {
		return strings.ReplaceAll(f, "%H", "12")
	}}
	lines := logged(t, cfg, func(l *zap.Logger) {
		l.Info("sent", Modem("GSM1"), Message("id"), Smsd(Notice, "SMS sent, To: %s", "4912"))
		l.With(Modem("GSM2")).Warn("broken", zap.Int("count", 2), zap.Duration("for", time.Second), zap.Error(errors.New("why\nso")))
		l.Debug("not at this level")
		l.Info("nor this", Smsd(Debug, "x"))
		l.Error("bad")
	})
	lines = lines[:len(lines)/2]
	for i, want := range []string{",5, GSM1: SMS sent, To: 4912", `,4, GSM2: broken, count 2, for 1s: why\nso`, ",3, smsd: bad"} {
		if i >= len(lines) || !strings.HasSuffix(lines[i], want) || !strings.HasPrefix(lines[i], "12 ") || len(lines[i]) != len(want)+len("12 000") {
			t.Errorf("line %d of %q, want %q", i, lines, want)
		}
	}
	if len(lines) != 3 {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
}

// TestSmsdTextStaysInFormat: other formats never show the line of smsd, which holds
// whole numbers.
func TestSmsdTextStaysInFormat(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"console", "json"} {
		lines := logged(t, Config{Format: format, Level: "debug"}, func(l *zap.Logger) { l.Info("sent", Smsd(Notice, "To: 4912")) })
		if strings.Contains(lines[0], "4912") || !strings.Contains(lines[0], "sent") {
			t.Errorf("%s: %q", format, lines[0])
		}
	}
}

// TestReopen: after the file was renamed, lines go into a new one; the level changes.
func TestReopen(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"console", "smsd"} {
		path := filepath.Join(t.TempDir(), "log")
		cfg := Config{File: path, Format: format, Level: "warn"}
		l, err := Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		l.Info("hidden")
		l.Warn("first")
		if err := os.Rename(path, path+".1"); err != nil {
			t.Fatal(err)
		}
		l.Warn("second")
		cfg.Level = "info"
		if err := l.Reopen(cfg); err != nil {
			t.Fatal(err)
		}
		l.Info("third")
		if err := l.Reopen(Config{Level: "loud"}); !errors.Is(err, ErrLevel) {
			t.Errorf("a level that there is not: %v", err)
		}
		l.Info("fourth")
		l.Close()
		before, _ := os.ReadFile(path + ".1")
		after, _ := os.ReadFile(path)
		for text, in := range map[string]string{"first": string(before), "second": string(before), "third": string(after), "fourth": string(after)} {
			if !strings.Contains(in, text) {
				t.Errorf("%s: %q is not where it should be: %q, %q", format, text, before, after)
			}
		}
		if strings.Contains(string(before), "hidden") {
			t.Errorf("%s: the level has no effect: %q", format, before)
		}
	}
}
