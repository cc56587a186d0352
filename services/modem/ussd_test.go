package modem

import (
	"context"
	"strings"
	"testing"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// TestUSSD asks through the broker, over a modem that packs its texts and one that
// does not.
func TestUSSD(t *testing.T) {
	t.Parallel()
	for name, packed := range map[string]bool{"plain": false, "packed": true} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.worker("modem1", sim.Config{USSDPacked: packed, USSD: []sim.USSD{{Code: "*100#", Reply: "Balance 5 EUR", DCS: 15}}}, nil)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			ask := func(code string) wire.Reply {
				t.Helper()
				for {
					reply, err := r.bus.Command(ctx, "host-modem1", "modem1", wire.Command{Verb: wire.VerbUSSD, Argument: code, Timeout: patience})
					if err == nil {
						return reply
					}
					if ctx.Err() != nil {
						t.Fatal(err)
					}
				}
			}
			if reply := ask("*100#"); reply.Text != "Balance 5 EUR" || reply.Error != "" {
				t.Errorf("the answer is %+v", reply)
			}
			if reply := ask("*999#"); !strings.Contains(reply.Error, "does not know") {
				t.Errorf("an unknown code: %+v", reply)
			}
			if reply := ask(""); reply.Error != "" {
				t.Errorf("ending a dialogue: %+v", reply)
			}
		})
	}
}
