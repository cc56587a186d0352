// Package spooldir handles the directories of a spool: it watches one, claims
// files in it, and puts files into others without ever overwriting one or
// showing half of one.
//
// A claim is a hidden directory inside the watched one, into which the files of
// one batch are renamed. Renaming is exclusive, so that several hosts may share
// the directory, and it is durable before anything is made of the files; the id
// of a message follows from the claim and the file name, so that a claim found
// after a crash gives the same ids again.
package spooldir

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
	"golang.org/x/sys/unix"
)

// claimPrefix begins the names of claims; producers and smsd pass over names
// with a dot.
const claimPrefix = ".viesti-"

// Candidate is a file that may be claimed.
type Candidate struct {
	Name    string
	Size    int64
	ModTime time.Time
}

// Claim is a batch of claimed files.
type Claim struct {
	// Dir is the watched directory, Name the claim's own name within it: a ULID
	// and, so that hosts which share the directory tell theirs apart, the host.
	Dir, Name string
	// Files are the names of the claimed files.
	Files []string
}

// Path returns the path of a claimed file.
func (c *Claim) Path(file string) string { return ClaimedPath(c.Dir, c.Name, file) }

// ClaimedPath returns where a file of a claim is until it is moved on.
func ClaimedPath(dir, claim, file string) string {
	return filepath.Join(dir, claimPrefix+claim, file)
}

// ID returns the message id of a claimed file: 26 characters of [0-9a-z], those
// of the claim's time first.
func ID(claim, file string) string {
	const timeChars, hashOctets = 10, 10
	sum := sha256.Sum256([]byte(claim + "/" + file))
	return claim[:min(timeChars, len(claim))] + encoding.EncodeToString(sum[:hashOctets])
}

// encoding is that of ULIDs, in lower case.
var encoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Scan lists the regular files of dir whose names eligible admits. Links are
// passed over: they could lead anywhere.
func Scan(dir string, eligible func(name string) bool) ([]Candidate, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("scanning the spool: %w", err)
	}
	var found []Candidate
	for _, e := range entries {
		if !e.Type().IsRegular() || !eligible(e.Name()) {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("scanning the spool: %w", err)
		}
		found = append(found, Candidate{Name: e.Name(), Size: info.Size(), ModTime: info.ModTime()})
	}
	return found, nil
}

// Look finds one file of dir. It reports false when it is not there, or not a regular one.
func Look(dir, name string) (Candidate, bool) {
	var st unix.Stat_t
	if err := unix.Lstat(filepath.Join(dir, name), &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return Candidate{}, false
	}
	return Candidate{Name: name, Size: st.Size, ModTime: time.Unix(st.Mtim.Unix())}, true
}

// ownSuffix ends the names of the claims of a host.
func ownSuffix(host string) string { return "-" + strings.ReplaceAll(host, "/", "_") }

// Take claims files of dir for a host. A file that is gone was somebody else's; the
// claim holds those that were taken, and is nil when there are none. The error
// tells of files that could not be claimed, and may come with a claim of others.
func Take(dir, host string, names []string) (*Claim, error) {
	c := &Claim{Dir: dir, Name: strings.ToLower(ulid.Make().String()) + ownSuffix(host)}
	if err := os.Mkdir(c.path(), 0o770); err != nil {
		return nil, fmt.Errorf("claiming files: %w", err)
	}
	var problems []error
	for _, name := range names {
		err := renamePlain(filepath.Join(dir, name), c.Path(name))
		switch {
		case err == nil:
			c.Files = append(c.Files, name)
		case !errors.Is(err, fs.ErrNotExist):
			problems = append(problems, &ClaimError{File: name, Err: err})
		}
	}
	if len(c.Files) == 0 {
		return nil, errors.Join(append(problems, os.Remove(c.path()))...)
	}
	return c, errors.Join(append(problems, SyncDir(c.path()), SyncDir(dir))...)
}

// ClaimError says that a file could not be claimed.
type ClaimError struct {
	File string
	Err  error
}

// Error implements error.
func (e *ClaimError) Error() string { return fmt.Sprintf("claiming %q: %v", e.File, e.Err) }

// Unwrap returns Err.
func (e *ClaimError) Unwrap() error { return e.Err }

// Recover finds the claims that an earlier process of a host left in dir. Those of
// other hosts may be alive, and are left alone.
func Recover(dir, host string) ([]*Claim, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("looking for old claims: %w", err)
	}
	var claims []*Claim
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Name(), claimPrefix)
		if !ok || !e.IsDir() || len(name) < ulid.EncodedSize || name[ulid.EncodedSize:] != ownSuffix(host) {
			continue
		}
		c := &Claim{Dir: dir, Name: name}
		files, err := os.ReadDir(c.path())
		if err != nil {
			return nil, fmt.Errorf("reading an old claim: %w", err)
		}
		for _, f := range files {
			c.Files = append(c.Files, f.Name())
		}
		claims = append(claims, c)
	}
	return claims, nil
}

func (c *Claim) path() string { return filepath.Join(c.Dir, claimPrefix+c.Name) }

// Release removes an empty claim.
func (c *Claim) Release() error {
	if err := os.Remove(c.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("releasing a claim: %w", err)
	}
	return nil
}

// SyncDir makes the names in dir durable.
func SyncDir(dir string) error { return syncDir(dir, (*os.File).Sync) }

func syncDir(dir string, sync func(*os.File) error) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("syncing a directory: %w", err)
	}
	defer f.Close()
	if err := sync(f); err != nil {
		return fmt.Errorf("syncing %s: %w", dir, err)
	}
	return nil
}
