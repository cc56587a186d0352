// Package cluster loses things: three schedulers work on three brokers that keep
// everything three times, and at a chosen point of an escalation a scheduler and a
// broker are killed.
//
// A seed chooses a chain of recipients with its fate (who has a phone that is on), and
// the point: before or after one of the writes of the scheduler, on the very
// connection on which it is made. Seeds come in rounds: the chains of a round are all
// brought to their points, each held there on its scheduler, and then one broker is
// killed with SIGKILL and the scheduler with its connection. Two other schedulers,
// which started when the first was held, go on, with two brokers; both that died
// come back. At the end of the round package cluster reads what the brokers have
// stored of each chain, in order, and a pure judge (judge.go) says what is wrong.
//
// So it goes for jobs, too: a seed chooses what becomes of a run whose scheduler dies, and
// the write of that scheduler.
//
// "go test" runs a few seeds, "make cluster" the two hundred.
package cluster

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/viesti-sms/viesti/services/test/process"
)

// plan is what the flags say.
var plan struct {
	first  uint64
	seeds  int
	rounds int
	beside int
}

// bin is where the broker was built.
var bin string

func TestMain(m *testing.M) {
	flag.Uint64Var(&plan.first, "seed", 0, "the first seed; 0: a new one")
	flag.IntVar(&plan.seeds, "seeds", 10, "number of seeds")
	flag.IntVar(&plan.rounds, "round", 10, "seeds of a round")
	flag.IntVar(&plan.beside, "beside", 1, "clusters side by side")
	flag.Parse()
	if plan.first == 0 {
		plan.first = rand.Uint64N(1 << 32)
	}
	fmt.Printf("first seed %d\n", plan.first)
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "viesti-cluster-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := process.BuildBroker(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	bin = dir
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
