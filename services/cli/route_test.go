package cli

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const quietText = `
queues:
  - {name: de, prefixes: ["49"]}
  - {name: rest, prefixes: []}
quiet_hours:
  - {name: German nights, prefixes: ["49"], from: "22:00", to: "07:00", zone: UTC}
  - {name: German mornings, queues: [de], from: "07:00", to: "08:30", zone: UTC}
`

// TestRouteTestQuietHours: the time is given, so that the answer does not depend on when
// it is asked for.
func TestRouteTestQuietHours(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.yaml")
	must(t, os.WriteFile(file, []byte(quietText), 0o600))
	show := func(text string) string {
		at, err := time.Parse(time.RFC3339, text)
		must(t, err)
		return at.Local().Format(clock)
	}
	const first, rest = "4912: queue de: it is the first one with a prefix that it begins with: 49\n", "1234: queue rest: no queue before it takes the number, and it has no prefixes, so that it takes all\n"
	for _, c := range []struct{ number, at, want string }{
		{"4912", "2035-01-08T23:00:00Z", first + "4912: waits from " + show("2035-01-08T23:00:00Z") + " until " + show("2035-01-09T08:30:00Z") +
			", the end of the quiet hours \"German nights\"; a message of high priority does not wait\n"},
		{"4912", "2035-01-08T12:00:00Z", first + "4912: does not wait at " + show("2035-01-08T12:00:00Z") + ": the quiet hours \"German nights\", \"German mornings\" are at other times\n"},
		{"1234", "2035-01-08T23:00:00Z", rest},
	} {
		if d := cmp.Diff(c.want, prints(t, "", "route", "test", "-f", file, "--at", c.at, c.number)); d != "" {
			t.Errorf("%s at %s: %s", c.number, c.at, d)
		}
	}
	if _, err := run(t, "", "route", "test", "-f", file, "--at", "tomorrow", "4912"); err == nil {
		t.Error("a time that is none is accepted")
	}
}
