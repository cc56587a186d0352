//go:build peer

package peer

import (
	"strings"
	"testing"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/test/truth"
)

// group is a set of cases that one process can be given.
type group struct {
	config    string
	anyLength bool
}

func (g group) String() string {
	if g.anyLength {
		return g.config + ", any length"
	}
	return g.config
}

// TestRecorded sends what was recorded with an obedient modem, and wants that
// smsd does what was recorded and Viesti the same. Cases in which Viesti
// deliberately differs are left to the recordings alone.
func TestRecorded(t *testing.T) {
	t.Parallel()
	for group, cases := range groups(t) {
		t.Run(group.String(), func(t *testing.T) {
			t.Parallel()
			s := recordedSetup(t, group.config)
			s.modem.AnyLength = group.anyLength
			both := runTwins(t, s)
			for _, cases := range rounds(cases) {
				both.reenact(t, cases)
			}
		})
	}
}

// reenact runs a round of cases.
func (w twins) reenact(t *testing.T, cases []*truth.Outgoing) {
	t.Helper()
	var messages []message
	for _, c := range cases {
		messages = append(messages, message{name: c.FileName(t), data: c.Data(t), left: c.Left()})
	}
	did := w.feed(t, messages)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { judge(t, c, did) })
	}
}

// groups are the cases for TestRecorded.
func groups(t *testing.T) map[group][]*truth.Outgoing {
	t.Helper()
	all := map[group][]*truth.Outgoing{}
	for _, c := range truth.LoadOutgoing(t) {
		if _, differs := truth.Divergences[c.Name]; !differs && len(c.Rules) == 0 && keepsName(t, c) {
			g := group{c.Config, c.Options.AnyLength}
			all[g] = append(all[g], c)
		}
	}
	const most = 150 // the recordings hold more; fewer means that they were not understood
	if n := len(all[group{config: "base"}]); n < most {
		t.Fatalf("only %d recorded cases with the configuration base", n)
	}
	return all
}

// keepsName says whether the file of a case keeps its name; among many files, one
// with another name could not be told from the rest.
func keepsName(t *testing.T, c *truth.Outgoing) bool {
	t.Helper()
	return c.Left() || c.Expected(t).Name == c.FileName(t)
}

// rounds divides cases so that a modem gives no reference twice in a round.
func rounds(cases []*truth.Outgoing) [][]*truth.Outgoing {
	const references = 255
	var all [][]*truth.Outgoing
	room := 0
	for _, c := range cases {
		if len(all) == 0 || len(c.Submits) > room {
			all, room = append(all, nil), references
		}
		last := len(all) - 1
		all[last], room = append(all[last], c), room-len(c.Submits)
	}
	return all
}

func judge(t *testing.T, c *truth.Outgoing, did outcomes) {
	t.Helper()
	name := c.FileName(t)
	s := did.smsd[name]
	s.Content = strings.ReplaceAll(s.Content, truth.IncludeDir(t), "@INCLUDE@")
	if diff := compare(c.Expected(t), s.Observed); diff != "" {
		t.Errorf("the installed smsd is not the recorded one (-recorded +installed):\n%s", diff)
	}
	if c.Includes() {
		refusesInclude(t, did.viesti[name])
		return
	}
	if diff := did.difference(name); diff != "" {
		t.Errorf("(-smsd +viesti):\n%s", diff)
	}
}

// refusesInclude: smsd reads any file into a message; Viesti only those below
// directories that its own configuration allows, and smsd.conf knows no such
// setting.
func refusesInclude(t *testing.T, got *observed) {
	t.Helper()
	if got.Outcome != "failed" || !strings.HasPrefix(got.Reason, smsfile.ReasonInclude) || len(got.PDUs) != 0 {
		t.Errorf("%s, reason %q, %d PDUs; want failed, %q, none", got.Outcome, got.Reason, len(got.PDUs), smsfile.ReasonInclude)
	}
}
