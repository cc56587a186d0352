package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Writable reports what keeps this user from creating files in a directory: it tries.
func Writable(dir string) error {
	f, err := os.CreateTemp(dir, ".viesti-check-*")
	if err == nil {
		return errors.Join(f.Close(), os.Remove(f.Name()))
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err // without the name of a file that nobody knows
	}
	advice := ""
	switch {
	case errors.Is(err, fs.ErrNotExist):
		advice = "; make it, for the user of the service"
	case errors.Is(err, fs.ErrPermission):
		advice = "; give it to the user of the service"
	}
	return fmt.Errorf("cannot create files in %s: %w%s", dir, err, advice)
}
