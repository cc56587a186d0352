package boot

import "testing"

// TestRoom: the collector is given room while it runs often, and no longer.
func TestRoom(t *testing.T) {
	t.Parallel()
	const live = 16 << 20
	var r room
	cycles := uint64(0)
	look := func(ran uint64, live uint64, want int) {
		t.Helper()
		cycles += ran
		if got := r.next(cycles, live); got != want {
			t.Errorf("%d runs with %d octets live: %d %%, want %d %%", ran, live, got, want)
		}
	}
	look(0, live, 100)
	look(1, live, 100)
	look(2, live, 200)
	look(3, 2*live, 100)
	look(3, 1, 400)
	look(3, 1<<40, 100)
	look(2, live, 200)
	look(0, 2*live, 100) // more lives by now
	look(2, live, 200)
	for range 3 * restLooks {
		look(1, live, 200) // that is what it is for
	}
	for n := range restLooks - 1 {
		look(uint64(n/(restLooks-2)), live, 200)
	}
	look(0, live, 100)
	look(0, live, 100)
}
