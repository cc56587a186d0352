package conversation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// TestStatusTells wants the state of a modem to tell its registration, whichever
// kind it has, its operator and signal, and who the equipment and the SIM are.
func TestStatusTells(t *testing.T) {
	for name, c := range map[string]struct {
		rules string
		want  int
	}{
		"circuit switched": {`[]`, 1},
		"packet only": {`[{"stage":"command","match":"\\+CREG\\?","action":"reply","reply":"+CREG: 0,0\r\n\r\nOK"},
			{"stage":"command","match":"CEREG\\?","action":"reply","reply":"ERROR"},
			{"stage":"command","match":"CGREG\\?","action":"reply","reply":"+CGREG: 0,5\r\n\r\nOK"}]`, 5},
		"LTE, SMS only": {`[{"stage":"command","match":"\\+CREG\\?","action":"reply","reply":"+CREG: 0,2\r\n\r\nOK"},
			{"stage":"command","match":"CGREG\\?","action":"reply","reply":"ERROR"},
			{"stage":"command","match":"CEREG\\?","action":"reply","reply":"+CEREG: 0,7\r\n\r\nOK"}]`, 7},
		"lost later": {`[{"stage":"command","match":"\\+CREG\\?","action":"reply","reply":"+CREG: 0,0\r\n\r\nOK","skip":1},
			{"stage":"command","match":"C[GE]+REG\\?","action":"reply","reply":"ERROR"}]`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBus(t)
			run(t, b, sim.Config{Operator: "Example Net", Signal: 20, IMEI: "350000000000001", IMSI: "244050000000001", Rules: rules(t, c.rules)},
				[]string{"number = 358400000001"}, nil)
			limit := time.NewTimer(patience)
			defer limit.Stop()
			look := time.NewTicker(10 * time.Millisecond)
			defer look.Stop()
			var s life.ModemStatus
			for s.Operator == "" {
				select {
				case <-limit.C:
					t.Fatalf("the state stays %+v", s)
				case <-look.C:
				}
				all, err := b.Modems(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if len(all) > 0 {
					s = all[0]
				}
			}
			if s.Registration != c.want || s.Operator != "Example Net" || s.SignalDBm != -73 ||
				s.Identity.IMEI != "350000000000001" || s.Identity.IMSI != "244050000000001" || s.Identity.Number != "358400000001" {
				t.Errorf("state %+v", s)
			}
			if !strings.HasSuffix(s.Device, "ttyUSB0") {
				t.Errorf("device %q", s.Device)
			}
		})
	}
}
