package modem

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/driver/spooldir"
)

// pinNote remembers on the disk that a PIN was given to a SIM, and what came of
// it: a worker that is started anew must not use up the SIM's attempts. It is a
// file of its own for each modem, that a person removes when the SIM was looked
// after. It holds for one PIN, which it knows by a salted hash; a PIN that was
// refused is no secret, and one that was not leaves no note.
type pinNote struct{ path string }

// States of a note.
const (
	// pinGiven: the PIN was given, and nobody noted what came of it.
	pinGiven = "given"
	// pinRefused: the SIM did not take it.
	pinRefused = "refused"
)

// newPINNote returns the note of a modem; without a directory there is none.
func newPINNote(state, modem string) pinNote {
	if state == "" {
		return pinNote{}
	}
	return pinNote{filepath.Join(state, "pin", "pin-"+url.PathEscape(modem))}
}

// read returns the state that is noted for a PIN; empty: none.
func (n pinNote) read(pin string) (string, error) {
	if n.path == "" {
		return "", nil
	}
	data, err := os.ReadFile(n.path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading what became of the PIN: %w", err)
	}
	fields := strings.Fields(string(data))
	if len(fields) != 3 {
		return pinRefused, nil // what cannot be read is taken for the worst
	}
	if hashPIN(fields[1], pin) != fields[2] {
		return "", nil
	}
	return fields[0], nil
}

// write notes a state, durably.
func (n pinNote) write(state, pin string) error {
	if n.path == "" {
		return nil
	}
	salt := rand.Text()
	err := os.MkdirAll(filepath.Dir(n.path), 0o700)
	if err == nil {
		err = spooldir.Put(n.path, []byte(state+" "+salt+" "+hashPIN(salt, pin)+"\n"), 0o600)
	}
	if err != nil {
		return fmt.Errorf("noting that the PIN was given: %w", err)
	}
	return nil
}

// remove forgets.
func (n pinNote) remove() error {
	if n.path == "" {
		return nil
	}
	if err := os.Remove(n.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the note about the PIN: %w", err)
	}
	return nil
}

func hashPIN(salt, pin string) string {
	h := sha256.Sum256([]byte(salt + "/" + pin))
	return hex.EncodeToString(h[:])
}

// guardPIN tells the driver what is known of the PIN, and has it noted before it
// is given.
func (w *worker) guardPIN(cfg *driver.Config) error {
	cfg.PINRefused = w.pinRefused
	if w.pin.path == "" || cfg.PIN == "" {
		return nil
	}
	state, err := w.pin.read(string(cfg.PIN))
	if err != nil {
		return err
	}
	// Who removed the note wants the PIN to be tried.
	cfg.PINRefused, cfg.PINUnsure = state == pinRefused, state == pinGiven
	w.pinGiven, cfg.BeforePIN = false, func() error {
		w.pinGiven = true
		return w.pin.write(pinGiven, string(cfg.PIN))
	}
	return nil
}

// notePIN notes what came of the PIN. A refused one that was noted before stays so.
func (w *worker) notePIN(m *driver.Modem, cfg *driver.Config, failed error) error {
	w.pinRefused = m.PINRefused(context.Background())
	if cfg.PIN == "" || cfg.IgnorePIN {
		return failed
	}
	switch {
	case w.pinRefused:
		if w.pin.path == "" {
			return failed
		}
		noted := w.pin.write(pinRefused, string(cfg.PIN))
		return errors.Join(fmt.Errorf("%w; the PIN is not given again: look after the SIM, set the right pin or remove %s", failed, w.pin.path), noted)
	case w.pinGiven || failed == nil && !cfg.PINRefused:
		return errors.Join(failed, w.pin.remove())
	}
	return failed
}
