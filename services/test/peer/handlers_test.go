//go:build peer

package peer

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/truth"
)

// handlers are the programs of a directory: the check handler decides by the name of
// the file, and notes its arguments; the regular run notes that it has none.
const checkScript = `#!/bin/sh
printf '%%s %%s\n' "$#" "$(basename "$1")" >> %[1]s/checked-files
case $1 in
*/reject) exit 1;;
*/taken) exit 2;;
*/edited) sed -i 's/^To: .*/To: 447700900123/' "$1";;
*/broken) exit 3;;
esac
`

const regularScript = `#!/bin/sh
echo "$#" >> %s/regular-runs
`

// TestHandlers wants the same of both: the check handler with one argument for each
// file, what its exit codes do, and the regular run at the start and at its interval.
// A code that means nothing is where they differ: smsd sends, and viestid holds.
func TestHandlers(t *testing.T) {
	t.Parallel()
	for _, p := range []program{smsd, viestid} {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			conf := strings.Replace(twoQueues, "delaytime = 1\n",
				"delaytime = 1\ncheckhandler = @DIR@/check\nregular_run = @DIR@/regularly\nregular_run_interval = 2\n", 1)
			dir := t.TempDir()
			g := runIn(t, p, setup{conf: conf, names: []string{"GSM1", "GSM2"}}, dir, func() {
				for name, text := range map[string]string{"check": checkScript, "regularly": regularScript} {
					if err := os.WriteFile(dir+"/"+name, []byte(fmt.Sprintf(text, dir)), 0o755); err != nil {
						t.Fatal(err)
					}
				}
			})
			r := g.begin(t, messages("accept", "reject", "edited"))
			got := r.finish(t)
			want := map[string]string{"accept": "sent", "reject": "failed", "edited": "sent"}
			for name, outcome := range want {
				if o := got[name]; !strings.HasPrefix(o.Outcome, outcome) {
					t.Errorf("%s: %s\n%s", name, o.Outcome, g.said())
				}
			}
			if content := g.read(t, "sent/edited"); !strings.Contains(content, "To: 447700900123\n") {
				t.Errorf("the edited file:\n%s", content)
			}
			if content := g.read(t, "failed/reject"); !strings.Contains(content, "Fail_reason: Rejected by checkhandler\n") {
				t.Errorf("the rejected file:\n%s", content)
			}
			before := len(g.calls())
			gateway.Drop(t, g.path("outgoing"), "taken", messages("taken")[0].data)
			gateway.Wait(t, "the file that the handler takes", func() bool {
				_, err := os.Stat(g.path("outgoing/taken"))
				return err != nil && strings.Contains(g.read(t, "checked-files"), "taken")
			})
			gateway.Drop(t, g.path("outgoing"), "broken", messages("broken")[0].data)
			if p.name == smsd.name {
				gateway.Wait(t, "the message that is sent all the same", func() bool { return len(g.calls()) == before+1 })
			} else {
				gateway.Wait(t, "the message that is held", func() bool { return strings.Contains(g.said(), "is held") })
			}
			lines := strings.Split(strings.TrimSpace(g.read(t, "checked-files")), "\n")
			slices.Sort(lines)
			if d := cmp.Diff([]string{"1 accept", "1 broken", "1 edited", "1 reject", "1 taken"}, lines); d != "" {
				t.Errorf("calls of the check handler (-want +got):\n%s", d)
			}
			gateway.Wait(t, "two regular runs", func() bool { return strings.Count(g.read(t, "regular-runs"), "0\n") >= 2 })
			for _, call := range g.calls() {
				if truth.Call(strings.TrimSuffix(call, "\n"), dir) == "" || strings.Contains(call, "taken") {
					t.Errorf("a call of the event handler: %q", call)
				}
			}
		})
	}
}

// messages are files of these names, for one recipient.
func messages(names ...string) (all []message) {
	for _, name := range names {
		all = append(all, message{name: name, data: []byte("To: 358401234567\n\nHello\n")})
	}
	return all
}

// read reads a file of the directory of the program; "" when it is not there yet.
func (g *peer) read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(g.path(name))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(data)
}
