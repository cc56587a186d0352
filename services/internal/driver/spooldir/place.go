package spooldir

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// maxName is the longest file name that common file systems take, in octets.
const maxName = 255

// WaitingName is the name of a file that waits in a queue directory: its id, and
// as much of its own name as fits.
func WaitingName(id, name string) string {
	waiting := id + "." + name
	return waiting[:min(len(waiting), maxName)]
}

// Write puts data into dir under name, or, where that is taken, under a name made
// of it, and returns the path. Whoever watches dir never sees part of a file, and
// the file is durable when Write returns. It has mode without what the umask takes
// away, as any new file.
func Write(dir, name string, data []byte, mode fs.FileMode) (string, error) {
	return WriteAfter(dir, name, data, mode, nil)
}

// WriteAfter is Write with a call before the file is seen, as for Show.
func WriteAfter(dir, name string, data []byte, mode fs.FileMode, before func(path string) error) (string, error) {
	f, err := createTemp(dir, mode)
	if err != nil {
		return "", fmt.Errorf("writing a file: %w", err)
	}
	return place(f, dir, name, data, before)
}

// place writes data into a new file and gives it its name.
func place(f *os.File, dir, name string, data []byte, before func(path string) error) (string, error) {
	temp, err := writeTemp(f, data, (*os.File).Sync)
	if err != nil {
		return "", err
	}
	path, err := move(temp, dir, name, before)
	if err != nil {
		_ = os.Remove(temp)
		return "", err
	}
	return path, SyncDir(dir)
}

// Replace gives the file at path new content, all at once, and keeps its mode.
func Replace(path string, data []byte) error { return replace(path, data, (*os.File).Sync) }

// Put gives the file at path its content, all at once, whether there is one
// already or not, and makes its name durable too.
func Put(path string, data []byte, mode fs.FileMode) error {
	if err := overwrite(path, data, mode, (*os.File).Sync); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

func replace(path string, data []byte, sync func(*os.File) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("replacing a file: %w", err)
	}
	return overwrite(path, data, info.Mode().Perm(), sync)
}

func overwrite(path string, data []byte, mode fs.FileMode, sync func(*os.File) error) error {
	f, err := createTempAs(filepath.Dir(path), mode)
	if err != nil {
		return fmt.Errorf("replacing a file: %w", err)
	}
	temp, err := writeTemp(f, data, sync)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		_ = os.Remove(temp)
		return fmt.Errorf("replacing a file: %w", err)
	}
	return nil
}

// createTemp makes a file in dir under a name that nobody looks at. The umask counts,
// which os.CreateTemp leaves out.
func createTemp(dir string, mode fs.FileMode) (*os.File, error) {
	const base = 36
	for {
		path := filepath.Join(dir, claimPrefix+strconv.FormatUint(rand.Uint64(), base)+".tmp")
		f, err := openPlain(path, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, mode)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// createTempAs is createTemp with exactly that mode, that of the file that the new one
// stands for.
func createTempAs(dir string, mode fs.FileMode) (*os.File, error) {
	f, err := createTemp(dir, mode)
	if err != nil {
		return nil, err
	}
	if err := setMode(f, mode); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return f, nil
}

// writeTemp writes data into f, makes it durable and closes it.
func writeTemp(f *os.File, data []byte, sync func(*os.File) error) (path string, err error) {
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(data); err != nil {
		return "", fmt.Errorf("writing a file: %w", err)
	}
	if err := sync(f); err != nil {
		return "", fmt.Errorf("writing a file: %w", err)
	}
	return f.Name(), nil
}

// Move moves a file into dir under name or, where that is taken, under name with
// a number behind it, and returns the new path. It never overwrites a file. When
// path is gone the error is fs.ErrNotExist.
func Move(path, dir, name string) (string, error) { return move(path, dir, name, nil) }

// move is Move with a call of before, unless it is nil, before each try of a name
// that seems to be free.
func move(path, dir, name string, before func(path string) error) (string, error) {
	for n := range 10_000 {
		candidate := name
		if n > 0 {
			suffix := "." + strconv.Itoa(n)
			candidate = name[:min(len(name), maxName-len(suffix))] + suffix
		}
		target := filepath.Join(dir, candidate)
		if err := announceMove(before, target); errors.Is(err, fs.ErrExist) {
			continue
		} else if err != nil {
			return "", err
		}
		err := renameNew(path, target)
		if err == nil {
			return target, nil
		}
		if errors.Is(err, unix.EXDEV) {
			return copyAcross(path, dir, name)
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("moving a file into %s: %w", dir, err)
		}
	}
	return "", fmt.Errorf("moving a file into %s: %w: every name is taken", dir, fs.ErrExist)
}

// announceMove calls before, unless the name is taken, which is fs.ErrExist.
func announceMove(before func(path string) error, target string) error {
	if before == nil {
		return nil
	}
	if _, err := os.Lstat(target); err == nil {
		return fs.ErrExist
	}
	return before(target)
}

// renameNew renames unless the target exists.
func renameNew(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOSYS) {
		return err
	}
	// A file system without that flag: a hard link does not overwrite either.
	if err := os.Link(from, to); err != nil {
		return err
	}
	return os.Remove(from)
}

// copyAcross moves between file systems.
func copyAcross(path, dir, name string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("moving a file into %s: %w", dir, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("moving a file into %s: %w", dir, err)
	}
	f, err := createTempAs(dir, info.Mode().Perm())
	if err != nil {
		return "", fmt.Errorf("moving a file into %s: %w", dir, err)
	}
	target, err := place(f, dir, name, data, nil)
	if err != nil {
		return "", err
	}
	return target, os.Remove(path)
}
