package bus

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// endpointName is the file, a NATS context, by which the command line finds the
// viestid of its machine. Who may read it may use the broker.
const endpointName = "context.json"

// ErrNoEndpoint says that no viestid runs here, or that its user alone may use it.
var ErrNoEndpoint = errors.New("no running viestid was found on this machine")

// Endpoint is a broker of this machine.
type Endpoint struct {
	Description string `json:"description"`
	URL         string `json:"url"`
	NKey        string `json:"nkey"`
}

// announced is what an endpoint's file holds: where its state directory is, too.
type announced struct {
	Endpoint
	State string `json:"state"`
}

// Announce writes the endpoint into the state directory and, so that it is found
// without one, into the runtime directory of the user. The returned function
// takes it back: the one that was found before is found again, if it still runs.
func Announce(stateDir string, e Endpoint) (withdraw func(), err error) {
	state, err := filepath.Abs(stateDir)
	if err != nil {
		return nil, fmt.Errorf("announcing the broker: %w", err)
	}
	data, err := json.MarshalIndent(announced{e, state}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("announcing the broker: %w", err)
	}
	written, before := []string{}, map[string][]byte{}
	withdraw = func() {
		for _, path := range written {
			if now, err := os.ReadFile(path); err != nil || string(now) != string(data) {
				continue
			}
			if earlier := before[path]; stillAnnounced(earlier) && writePrivate(path, earlier) == nil {
				continue
			}
			_ = os.Remove(path)
		}
	}
	dirs := append([]string{stateDir}, firstUsable(runtimeDirs())...)
	for _, dir := range dirs {
		path := filepath.Join(dir, endpointName)
		before[path], _ = os.ReadFile(path)
		if err := writePrivate(path, data); err != nil {
			withdraw()
			return nil, fmt.Errorf("announcing the broker: %w", err)
		}
		written = append(written, path)
	}
	return withdraw, nil
}

// stillAnnounced reports whether a viestid that was found before has not taken its
// endpoint back: the same is in its state directory.
func stillAnnounced(data []byte) bool {
	var e announced
	if json.Unmarshal(data, &e) != nil || e.State == "" {
		return false
	}
	now, err := os.ReadFile(filepath.Join(e.State, endpointName))
	return err == nil && string(now) == string(data)
}

func firstUsable(dirs []string) []string {
	for _, dir := range dirs {
		if os.MkdirAll(dir, 0o700) == nil && owned(dir) {
			return []string{dir}
		}
	}
	return nil
}

// writePrivate writes a file that its owner alone may read, all at once.
func writePrivate(path string, data []byte) error {
	temp := path + ".new"
	if err := os.WriteFile(temp, data, 0o600); err != nil {
		return err
	}
	return os.Rename(temp, path)
}

// FindEndpoint returns the path of the context of a viestid: of the one with the
// given state directory, or, with an empty one, of the one last started here.
func FindEndpoint(stateDir string) (string, error) {
	dirs := runtimeDirs()
	if stateDir != "" {
		abs, err := filepath.Abs(stateDir)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrNoEndpoint, err)
		}
		dirs = []string{abs}
	}
	var denied error
	for _, dir := range dirs {
		path := filepath.Join(dir, endpointName)
		f, err := os.Open(path)
		if err == nil {
			_ = f.Close()
			return path, nil
		}
		if errors.Is(err, fs.ErrPermission) {
			denied = err
		}
	}
	if denied != nil {
		return "", fmt.Errorf("%w: %w; run this as the user of viestid", ErrNoEndpoint, denied)
	}
	if stateDir != "" {
		return "", fmt.Errorf("%w with the state directory %s; start it, or give that of one that runs", ErrNoEndpoint, stateDir)
	}
	return "", fmt.Errorf("%w; start one, or name a broker with --nats, --creds or --context", ErrNoEndpoint)
}

// runtimeDirs are the places for the endpoint, best first.
func runtimeDirs() []string {
	var dirs []string
	if dir := os.Getenv("VIESTI_RUNTIME_DIR"); dir != "" {
		return []string{dir}
	}
	if dir := os.Getenv("RUNTIME_DIRECTORY"); dir != "" {
		dirs = append(dirs, dir)
	}
	dirs = append(dirs, "/run/viesti")
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		dirs = append(dirs, filepath.Join(dir, "viesti"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		dirs = append(dirs, filepath.Join(home, ".local", "state", "viesti"))
	}
	return append(dirs, filepath.Join(os.TempDir(), fmt.Sprintf("viesti-%d", os.Getuid())))
}

// owned reports whether a directory belongs to this user and is closed to others
// for writing.
func owned(dir string) bool {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || info.Mode().Perm()&0o022 != 0 {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Getuid()
}
