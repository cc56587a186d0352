package secret

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestNew(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		s := New()
		if len(s) != Length || strings.Trim(s, alphabet) != "" || seen[s] {
			t.Fatalf("%d characters, seen before: %v", len(s), seen[s])
		}
		seen[s] = true
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	v, hash := NewVerifier(2), Hash("right")
	if hash == Hash("right") {
		t.Error("no salt")
	}
	verify := func(hash, secret string, want bool) {
		t.Helper()
		if got, err := v.Verify(t.Context(), "shop", hash, secret); got != want || err != nil {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
	}
	verify(hash, "wrong", false)
	verify(hash, "", false)
	verify(hash, "right", true)
	verify(hash, "right", true)
	verify(hash, "wrong", false)
	verify("", "right", false)
	verify(Hash("new"), "right", false) // rotated
	if len(v.known) != 1 {
		t.Errorf("%d remembered, want the one that was right", len(v.known))
	}
}

// TestEveryFailureWaitsForItsTurn: a wrong secret, an unknown account and an
// unusable hash all need a slot, so none is told from another by taking no work;
// a remembered secret needs none.
func TestEveryFailureWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	v, hash := NewVerifier(1), Hash("right")
	if ok, err := v.Verify(t.Context(), "shop", hash, "right"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	v.slots <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, stored := range map[string]string{"wrong": hash, "unknown": "", "unusable": "x"} {
		if ok, err := v.Verify(ctx, "shop", stored, "wrong"); ok || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	if ok, err := v.Verify(ctx, "shop", hash, "right"); !ok || err != nil {
		t.Errorf("remembered: %v, %v", ok, err)
	}
}

func TestBadHashes(t *testing.T) {
	t.Parallel()
	v, good := NewVerifier(1), Hash("right")
	for _, bad := range []string{
		"right", strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "m=19456", "m=4194304", 1),
		strings.Replace(good, "t=2", "t=0", 1), strings.Replace(good, "p=1", "p=0", 1), strings.Replace(good, "p=1", "p=1x", 1), good[:len(good)-4], good + "$",
	} {
		if ok, err := v.Verify(t.Context(), "shop", bad, "right"); ok || !errors.Is(err, ErrHash) {
			t.Errorf("%s: %v, %v", bad, ok, err)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	v := NewVerifier(1)
	for i := range cached + 1 {
		v.remember(v.mark(string(rune(i))))
	}
	if len(v.known) > cached {
		t.Errorf("%d remembered", len(v.known))
	}
}
