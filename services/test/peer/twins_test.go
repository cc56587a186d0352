//go:build peer

package peer

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// twins are both programs with the same configuration.
type twins struct{ smsd, viesti *peer }

func runTwins(t *testing.T, s setup) twins {
	t.Helper()
	return twins{run(t, smsd, s), run(t, viestid, s)}
}

// outcomes are what both did with the same files, by file name.
type outcomes struct{ smsd, viesti map[string]*observed }

// feed gives both the same messages at the same time.
func (w twins) feed(t *testing.T, messages []message) outcomes {
	t.Helper()
	s, v := w.smsd.begin(t, messages), w.viesti.begin(t, messages)
	return outcomes{s.finish(t), v.finish(t)}
}

// difference says how the outcomes of a file differ; empty if they do not.
func (o outcomes) difference(name string) string {
	return compare(o.smsd[name], o.viesti[name])
}

func compare(want, got any) string {
	return cmp.Diff(want, got, cmpopts.IgnoreUnexported(observed{}))
}
