package spooldir

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// What is here does what package os does, for regular files alone: without asking the
// kernel whether they can be polled, and without looking at the target of a renaming.

// openPlain opens a regular file, and no link.
func openPlain(path string, flags int, mode fs.FileMode) (*os.File, error) {
	for {
		fd, err := unix.Open(path, flags|unix.O_CLOEXEC|unix.O_NOFOLLOW, uint32(mode.Perm()))
		if err == nil {
			return os.NewFile(uintptr(fd), path), nil
		}
		if !errors.Is(err, unix.EINTR) {
			return nil, &fs.PathError{Op: "open", Path: path, Err: err}
		}
	}
}

// renamePlain renames a file.
func renamePlain(from, to string) error {
	if err := unix.Rename(from, to); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

// File is a file as it was read.
type File struct {
	Data []byte
	Mode fs.FileMode
}

// Read reads a whole file of a spool. The error is an *fs.PathError; a link is one.
func Read(path string) (*File, error) {
	f, err := openPlain(path, unix.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return nil, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	data, err := readAll(f, st.Size)
	return &File{Data: data, Mode: fs.FileMode(st.Mode).Perm()}, err
}

// readAll reads a file that was of a size a moment ago.
func readAll(f *os.File, size int64) ([]byte, error) {
	const most = 1 << 20 // at once; a file may be larger
	data := make([]byte, 0, min(size, most)+1)
	for {
		n, err := unix.Read(int(f.Fd()), data[len(data):cap(data)])
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return nil, &fs.PathError{Op: "read", Path: f.Name(), Err: err}
		case n == 0:
			return data, nil
		}
		data = data[:len(data)+n]
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// ReadHead reads the beginning of a file, at most so many octets.
func ReadHead(path string, most int) ([]byte, error) {
	f, err := openPlain(path, unix.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, most)
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil
	}
	return head[:n], err
}
