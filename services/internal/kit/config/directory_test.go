package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWritable(t *testing.T) {
	dir := t.TempDir()
	if err := Writable(dir); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	missing := filepath.Join(dir, "missing")
	if err := Writable(missing); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), missing+": no such file or directory; make it") {
		t.Errorf("a missing directory: %v", err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Writable(file); err == nil || strings.Contains(err.Error(), ".viesti-check") {
		t.Errorf("a file: %v", err)
	}
}
