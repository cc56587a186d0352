// Package flood drops very many files at once into the spool of a gateway, which is
// killed again and again while it works, and then asks for every message.
//
// A viestid as a process of its own, sixteen simulated modems that answer at once, files
// that are older and younger, and some that are urgent and come late. The journal of the
// modems is the judge: every message reached a modem; one that did so twice is flagged as
// possibly doubled, and there are no more of these than modems had something in hand when
// the gateway was killed; they went by age; what is urgent went before what waited. Every
// file is in sent, whole, with its result.
//
// The run of "go test" is a short one; "make flood" is the flood.
package flood

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/viesti-sms/viesti/services/test/process"
)

// plan is what the flags say.
type plan struct {
	files, kills, modems int
}

var chosen plan

// bin is where the programs are.
var bin string

func TestMain(m *testing.M) {
	flag.IntVar(&chosen.files, "files", 1500, "how many files are dropped at once")
	flag.IntVar(&chosen.kills, "kills", 2, "how often the gateway is killed meanwhile")
	flag.IntVar(&chosen.modems, "modems", 16, "number of modems")
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "viesti-flood-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := process.Build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	bin = dir
	return m.Run()
}
