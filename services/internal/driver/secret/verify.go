package secret

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
)

// cached bounds how many verified secrets are remembered.
const cached = 4096

// Verifier verifies secrets. At most so many are hashed at once, for each takes
// memory and time that a stranger must not be able to multiply. What was right is
// remembered under a key of this process, so that binding again is cheap; a rotated
// secret has another hash, and is not found.
//
// Its methods may be called from several goroutines.
type Verifier struct {
	slots chan struct{}
	key   [sha256.Size]byte
	decoy parsed

	mu    sync.Mutex
	known map[[sha256.Size]byte]struct{}
}

// NewVerifier returns a Verifier that hashes at most atOnce (at least 1) secrets at
// a time.
func NewVerifier(atOnce int) *Verifier {
	v := &Verifier{slots: make(chan struct{}, max(atOnce, 1)), known: map[[sha256.Size]byte]struct{}{}}
	_, _ = rand.Read(v.key[:])
	v.decoy = parsed{cost: standard, salt: v.key[:saltSize], key: v.key[:]}
	return v
}

// Verify reports whether secret is the one that is stored as hash for the account.
// An empty hash stands for an unknown account: it is never right, and takes as long
// to find out as a wrong secret does. It waits for its turn; the error is that of
// ctx, or ErrHash.
func (v *Verifier) Verify(ctx context.Context, account, hash, secret string) (bool, error) {
	stored, err := v.decoy, error(nil)
	if hash != "" {
		if stored, err = parse(hash); err != nil {
			stored = v.decoy
		}
	}
	mark := v.mark(account, hash, secret)
	if v.remembers(mark) {
		return true, nil
	}
	select {
	case v.slots <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-v.slots }()
	right := stored.matches(secret)
	if err != nil || hash == "" || !right {
		return false, err
	}
	v.remember(mark)
	return true, nil
}

// mark names what was verified; each part is hashed, so that none runs into the next.
func (v *Verifier) mark(parts ...string) (m [sha256.Size]byte) {
	mac := hmac.New(sha256.New, v.key[:])
	for _, part := range parts {
		sum := sha256.Sum256([]byte(part))
		mac.Write(sum[:])
	}
	mac.Sum(m[:0])
	return m
}

func (v *Verifier) remembers(m [sha256.Size]byte) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, ok := v.known[m]
	return ok
}

func (v *Verifier) remember(m [sha256.Size]byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.known) >= cached {
		clear(v.known) // each is hashed once more
	}
	v.known[m] = struct{}{}
}
