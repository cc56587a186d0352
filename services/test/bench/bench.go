package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// bench is what all measurements share.
type bench struct {
	dir     string
	conf    string
	systems []*system
	// absent says why a system is not measured; empty: all are.
	absent   string
	profile  string
	patience time.Duration
	// runs counts the directories that were used.
	runs int
}

// prepare finds the systems and a place to work in.
func prepare(ctx context.Context, o options) (b *bench, clean func(), err error) {
	root, err := repository()
	if err != nil {
		return nil, nil, err
	}
	dir, err := workDir(o.dir, root)
	if err != nil {
		return nil, nil, err
	}
	clean = func() { _ = os.RemoveAll(dir) }
	defer func() {
		if err != nil {
			clean()
		}
	}()
	b = &bench{dir: dir, patience: o.patience}
	if b.conf, err = readConf(o.conf, root); err != nil {
		return nil, nil, err
	}
	if o.profile != "" {
		// viestid may run elsewhere.
		if b.profile, err = filepath.Abs(o.profile); err != nil {
			return nil, nil, err
		}
		if err := os.MkdirAll(b.profile, 0o755); err != nil {
			return nil, nil, err
		}
	}
	return b, clean, b.findSystems(ctx, o, root)
}

// findSystems builds viestid and looks for smsd.
func (b *bench) findSystems(ctx context.Context, o options, root string) error {
	if o.only != onlySmsd {
		program := o.viestid
		if program == "" {
			program = filepath.Join(b.dir, "viestid")
			if err := build(ctx, filepath.Join(root, "services"), program, b.profile != ""); err != nil {
				return err
			}
		}
		b.systems = append(b.systems, viesti(program))
	}
	if o.only != "" && o.only != onlySmsd {
		return nil
	}
	if !exists(o.smsd) {
		b.absent = fmt.Sprintf("smsd is not installed here (%s; Debian: smstools): Viesti alone", o.smsd)
		return nil
	}
	b.systems = append(b.systems, smsd(o.smsd))
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// errNoRepository says that the benchmark was started somewhere else.
var errNoRepository = errors.New("no go.work above the working directory: run it inside the repository")

// repository is the directory that holds go.work.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir, nil
		}
	}
	return "", errNoRepository
}

// workDir makes a directory for this run, on the disk of the repository unless
// another place is asked for.
func workDir(parent, root string) (string, error) {
	if parent == "" {
		parent = filepath.Join(root, ".cache")
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", fmt.Errorf("making a place to work in: %w", err)
	}
	dir, err := os.MkdirTemp(parent, "bench-")
	if err != nil {
		return "", fmt.Errorf("making a place to work in: %w", err)
	}
	return filepath.Abs(dir)
}

// readConf reads the configuration for one modem.
func readConf(path, root string) (string, error) {
	if path == "" {
		path = filepath.Join(filepath.Dir(root), "shared", "bench", "smsd-tuned.conf")
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("reading the configuration: %w; name one with -conf", err)
	}
	return string(data), err
}
