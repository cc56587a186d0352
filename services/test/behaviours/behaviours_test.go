// Package behaviours tests what SMS Server Tools 3 does, behaviour by behaviour, by
// the numbers of its checklist (smstools spec §11), on whole gateways that run an
// smsd.conf. Where smsd is wrong the better behaviour is wanted, and has its row in
// services/doc/divergences-smstools.md.
package behaviours

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/viesti-sms/viesti/services/test/process"
	"github.com/viesti-sms/viesti/services/test/truth"
)

// viestid is the program, built from the tree.
var viestid string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "viesti-behaviours-")
	if err == nil {
		viestid, err = process.BuildGateway(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		_ = os.RemoveAll(dir)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// last is the number of behaviours in the checklist.
const last = 123

// behaviour is a line of the checklist. Several may test the same number.
type behaviour struct {
	number int
	says   string
	check  func(t *testing.T, l *lab)
}

// all are the behaviours that this package tests.
func all() []behaviour {
	return slices.Concat(addressing(), options(), validity(), texts(), splitting(), results(), spooling(), events(), routing(),
		modems(), receiving(), operation())
}

// TestBehaviour has a test for each number: TestBehaviour/T017...
func TestBehaviour(t *testing.T) {
	l := &lab{t: t, benches: map[with]*bench{}}
	for _, b := range all() {
		t.Run(fmt.Sprintf("T%03d %s", b.number, b.says), func(t *testing.T) {
			t.Parallel()
			b.check(t, l)
		})
	}
}

// TestIndex wants a test for every number of the checklist, and none for others.
func TestIndex(t *testing.T) {
	tested := map[int]bool{}
	for _, b := range all() {
		if b.number < 1 || b.number > last || b.says == "" {
			t.Errorf("there is no behaviour %d (%q)", b.number, b.says)
		}
		tested[b.number] = true
	}
	for n := 1; n <= last; n++ {
		if !tested[n] {
			t.Errorf("behaviour %d is not tested", n)
		}
	}
}

// recorded reenacts cases that the real smsd was recorded with.
func recorded(names ...string) func(*testing.T, *lab) {
	return func(t *testing.T, _ *lab) {
		cases := map[string]*truth.Outgoing{}
		for _, c := range truth.LoadOutgoing(t) {
			cases[c.Name] = c
		}
		for _, name := range names {
			c := cases[name]
			if c == nil {
				t.Errorf("there is no recorded case %s", name)
				continue
			}
			t.Run(name, func(t *testing.T) { c.Reenact(t) })
		}
	}
}
