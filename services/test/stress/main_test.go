// Package stress holds an SMPP port to what it promises under pressure: many idle
// sessions, strangers who open connections and say little, clients who send nothing
// but junk. A plain "go test" runs it small; make stress runs it in full, and only
// then are figures judged that other work on the machine would spoil.
package stress

import (
	"context"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/process"
)

var (
	full     = flag.Bool("full", false, "judge figures, too")
	binds    = flag.Int("binds", 300, "idle sessions")
	openings = flag.Int("openings", 1000, "connections that do not bind")
	junkTime = flag.Duration("junk", 2*time.Second, "how long junk is sent")
)

// viestid is the program, built from the tree.
var viestid string

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "viesti-stress-")
	if err == nil {
		viestid, err = process.BuildGateway(dir)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "stress: %v\n", err)
		_ = os.RemoveAll(dir)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// patience bounds the waits of a test, besides the time that it takes on purpose.
func patience(t *testing.T, besides time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*gateway.Patience+besides)
	t.Cleanup(cancel)
	return ctx
}

// affordable is n, or as many descriptors as this process and a child of it may have.
func affordable(t *testing.T, n int) int {
	t.Helper()
	const others = 500
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	most := int(min(limit.Max, 1<<20)) - others
	if n > most {
		t.Logf("%d in place of %d: there may be no more file descriptors (ulimit -n)", most, n)
	}
	return min(n, most)
}
