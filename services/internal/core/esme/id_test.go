package esme

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestIDs(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for ticket := range uint64(3) {
		ids := NewIDs(ticket, now)
		for range 1000 {
			id, ok := ids.Next()
			if !ok || seen[id] {
				t.Fatalf("%s, %v is given twice", id, ok)
			}
			seen[id] = true
		}
	}
	ids := NewIDs(7, now)
	n := 0
	for _, ok := ids.Next(); ok; _, ok = ids.Next() {
		n++
	}
	if n != 1<<placeBits {
		t.Errorf("a block has %d ids", n)
	}
	if _, ok := (&IDs{}).Next(); ok {
		t.Error("no block gives an id")
	}
}

// TestIDsAreSmall: what clients read as a number of 63 bits comes back the same.
func TestIDsAreSmall(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-1e9, 3e9).Draw(t, "seconds"), 0)
		ids := NewIDs(rapid.Uint64().Draw(t, "ticket"), at)
		id, _ := ids.Next()
		if v, err := strconv.ParseInt(id, 10, 64); err != nil || strconv.FormatInt(v, 10) != id || len(id) > 19 || v <= 0 {
			t.Fatalf("%s: %v", id, err)
		}
	})
}
