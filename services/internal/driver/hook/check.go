package hook

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
)

// Errors of a program that cannot be run.
var (
	ErrMissing       = errors.New("there is no such program")
	ErrNotExecutable = errors.New("the file may not be executed; chmod +x it")
	ErrInterpreter   = errors.New("the file exists, but what its first line names to run it does not")
)

// Check reports what would keep the program from being run, without running it.
func (h Hook) Check() error {
	if h.IsZero() {
		return nil
	}
	words, err := Words(h.Command)
	if err != nil {
		return err
	}
	if _, err := exec.LookPath(words[0]); err != nil {
		return fmt.Errorf("%s: %w", words[0], explain(err))
	}
	return nil
}

// explain says what to do about an error of starting a program.
func explain(err error) error {
	var path *fs.PathError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("%w: %w", ErrMissing, err)
	case errors.Is(err, fs.ErrNotExist):
		if errors.As(err, &path) {
			if _, gone := os.Stat(path.Path); gone == nil {
				return fmt.Errorf("%w: %w", ErrInterpreter, err)
			}
		}
		return fmt.Errorf("%w: %w", ErrMissing, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: %w", ErrNotExecutable, err)
	default:
		return err
	}
}
