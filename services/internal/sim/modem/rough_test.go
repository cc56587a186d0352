package modem

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRoughIsRepeatable: with the same seed the same conversation has the same
// faults, with another seed others.
func TestRoughIsRepeatable(t *testing.T) {
	story := func(seed uint64) (told []string) {
		m := New(Config{Seed: seed, Rules: Rough(0.05)})
		for range 300 {
			for _, at := range []struct {
				stage Stage
				text  string
			}{{StageCommand, "AT+CMGS=20"}, {StagePDU, "0011"}, {StageAccepted, "0011"}} {
				p := m.faults.plan(at.stage, at.text)
				end := Action("")
				if p.end != nil {
					end = p.end.Action
				}
				told = append(told, fmt.Sprint(len(p.before), p.late, p.slow, end))
			}
		}
		return told
	}
	if diff := cmp.Diff(story(1), story(1)); diff != "" {
		t.Errorf("the same seed told another story:\n%s", diff)
	}
	if slices.Equal(story(1), story(2)) {
		t.Error("another seed told the same story")
	}
}

// TestChanges: rules put the modem, its SIM and its network into states, and those
// that have a time end by themselves.
func TestChanges(t *testing.T) {
	for name, c := range map[string]struct{ rule, ask, during, after string }{
		"deny": {`{"stage":"command","match":"X","action":"deny","delay":"1m","times":1}`, "AT+CREG?", "+CREG: 0,3", "+CREG: 0,1"},
		"full": {`{"stage":"command","match":"X","action":"full","delay":"1m","times":1}`, "AT+CPMS?",
			`+CPMS: "SM",50,50,"SM",50,50,"SM",50,50`, `+CPMS: "SM",0,50,"SM",0,50,"SM",0,50`},
		"pin": {`{"stage":"command","match":"X","action":"pin"}`, "AT+CPIN?", "+CPIN: SIM PIN", "+CPIN: SIM PIN"},
		"puk": {`{"stage":"command","match":"X","action":"puk"}`, "AT+CPIN?", "+CPIN: SIM PUK", "+CPIN: SIM PUK"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := New(Config{Rules: rules(t, "["+c.rule+"]")})
				cl := dialPipe(t, m).quiet()
				cl.send("AT+X\r")
				cl.until("\r\nERROR\r\n")
				if got := cl.ok(c.ask); !strings.Contains(got, c.during) {
					t.Errorf("during: %q, want %q", got, c.during)
				}
				cl.silent(61 * time.Second)
				if got := cl.ok(c.ask); !strings.Contains(got, c.after) {
					t.Errorf("after: %q, want %q", got, c.after)
				}
			})
		})
	}
}

// TestEchoComesBack: a modem that was told not to echo does so again.
func TestEchoComesBack(t *testing.T) {
	m := New(Config{Rules: rules(t, `[{"stage":"command","match":"X","action":"echo"}]`)})
	cl := dialPipe(t, m).quiet()
	cl.send("AT+X\r")
	cl.until("\r\nERROR\r\n")
	if got := cl.ok("AT+CREG?"); !strings.Contains(got, "AT+CREG?") {
		t.Errorf("no echo in %q", got)
	}
}
