package conversation_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// spelled is a modem that writes all that it says in another way.
func spelled(spell func([]byte) []byte) sim.Config { return sim.Config{Spell: spell} }

// replacing is a way of writing by replacement.
func replacing(pairs ...string) func([]byte) []byte {
	r := strings.NewReplacer(pairs...)
	return func(p []byte) []byte { return []byte(r.Replace(string(p))) }
}

// TestSpellings has modems that say the same as others, and write it differently: all
// of them start, send and show what they hold, and none makes anybody wait.
func TestSpellings(t *testing.T) {
	for name, cfg := range map[string]sim.Config{
		"LF alone":                spelled(replacing("\r\n", "\n")),
		"CR alone":                spelled(replacing("\r\n", "\r")),
		"LF and CR":               spelled(replacing("\r\n", "\n\r")),
		"CR twice":                spelled(replacing("\r\n", "\r\r\n")),
		"many empty lines":        spelled(replacing("\r\n", "\r\n\r\n \r\n")),
		"blanks at line ends":     spelled(replacing("\r\n", " \t\r\n\t ")),
		"zero octets":             spelled(replacing("\r\n", "\x00\r\n\x00")),
		"lower case":              spelled(bytes.ToLower),
		"no blank after a colon":  spelled(replacing(": ", ":")),
		"two blanks there":        spelled(replacing(": ", ":  ")),
		"a blank before it":       spelled(replacing(": ", " : ")),
		"blanks after commas":     spelled(replacing(",", ", ")),
		"no line before a prompt": spelled(replacing("\r\n> ", "> ")),
		"a line after a prompt":   spelled(replacing("> ", ">\r\n")),
		"results as numbers":      {Terse: true},
		"and for ever":            {Terse: true, Rules: []sim.Rule{on(t, "V1", "4")}},
		"errors without numbers":  {Rules: []sim.Rule{on(t, "CMEE", "ERROR")}},
		"echo that stays":         {Rules: []sim.Rule{on(t, "^ATE0", "OK")}},
		"echo and CR alone":       {Rules: []sim.Rule{on(t, "^ATE0", "ERROR")}, Spell: replacing("\r\n", "\r")},
		"text mode at the start":  {TextMode: true},
	} {
		t.Run(name, func(t *testing.T) { drive(t, cfg, nil, worksBy(time.Minute)) })
	}
}

// TestAcceptances has modems that accept a message in words of their own: it is sent,
// once, and nobody takes it for unknown.
func TestAcceptances(t *testing.T) {
	for reply, want := range map[string]int{
		"+CMGS: 7\r\n\r\nOK": 7, "+CMGS:7\r\nOK": 7, "+cmgs: 7\r\nok": 7, "+CMGS : 007\r\nOK": 7, "+CMGS: 7,\"0001\"\r\nOK": 7, "+CMGS: 7 \r\n\r\n\r\nOK ": 7,
		"OK": driver.NoReference, "+CMGS:\r\n\r\nOK": driver.NoReference, "+CMGS: \r\nOK": driver.NoReference, "+CMGS: 300\r\nOK": driver.NoReference,
		"+CMGS: -1\r\nOK": driver.NoReference, "+CMGS: 7": 7, "+CMGS:": driver.NoReference,
		"+CMTI: \"SM\",1\r\n+CMGS: 7\r\n^RSSI: 9\r\nOK": 7, "+CMGS: 7\r\nRING\r\nOK": 7, "0011000C915348103254760000FF\r\n+CMGS: 7\r\nOK": 7,
	} {
		t.Run(reply, func(t *testing.T) {
			cfg := sim.Config{Rules: []sim.Rule{{Stage: sim.StageAccepted, Match: pattern("."), Action: sim.ActionReply, Reply: reply, Skip: 1}}}
			if want == driver.NoReference && reply == "OK" {
				cfg.Rules[0].Skip = 0 // one that has told references does not leave them out
			}
			drive(t, cfg, nil, func(d *driven) {
				d.init()
				if cfg.Rules[0].Skip > 0 {
					d.send()
				}
				if got := d.send(); got != want {
					t.Errorf("reference %d, want %d", got, want)
				}
				d.finds(0) // it is in step
			})
		})
	}
}

// TestRefusals has modems that refuse a message in words of their own: the number is
// understood, and at once.
func TestRefusals(t *testing.T) {
	for reply, code := range map[string]int{
		"+CMS ERROR: 38": 38, "+CMS ERROR:38": 38, "+cms error: 38": 38, "+CMS ERROR 38": 38, "+CMS ERROR: 38 (Network out of order)": 38,
		"+CMS ERROR: network out of order": 38, "+CMS ERROR: Network Out Of Order": 38, "+CMS ERROR: 513": 513, "+CMS ERROR: 0": 0, "+CMS ERROR: whatever": -1,
		"+CMS ERROR: 500": 500, "+CMS ERROR: 65535": 65535, "+CMS ERROR: 99999999999": -1, "+CME ERROR: 30": 30, "+CME ERROR: no network service": 30,
		"ERROR": -1, "error": -1, "ERROR: 38": -1, "+EXT ERROR: 1": -1, "COMMAND NOT SUPPORT": -1, "Command not supported": -1, "TOO MANY PARAMETERS": -1,
		"^RSSI: 3\r\nRING\r\n+CMS ERROR: 38": 38, "+CMT: ,24\r\nRING\r\n" + received + "\r\n+CMS ERROR: 38": 38,
	} {
		t.Run(reply, func(t *testing.T) {
			cfg := sim.Config{Rules: []sim.Rule{{Stage: sim.StagePDU, Match: pattern("."), Action: sim.ActionReply, Reply: reply}}}
			drive(t, cfg, nil, func(d *driven) {
				d.init()
				began := time.Now()
				_, err := d.m.Send(context.Background(), hello, helloLength)
				var r *driver.RefusedError
				if !errors.As(err, &r) || r.Code != code || time.Since(began) > time.Second {
					t.Errorf("after %v: %v, want code %d", time.Since(began), err, code)
				}
				d.finds(0)
			})
		})
	}
}

// TestDirectMessages has headers of messages that are stored nowhere, as modems write
// them, and other lines between a header and its PDU.
func TestDirectMessages(t *testing.T) {
	for _, header := range []string{
		"+CMT: ,24", "+CMT:,24", "+CMT: \"\",24", "+CMT: 24", "+CMT: \"Smith, John\",24", "+CMT: \"\",,24", "+cmt: ,24", "+CMT : ,24", "+CMT: ,24\r\nRING",
		"+CMT: ,24\r\n+CMTI: \"SM\",3", "+CMT: ,24\r\n^RSSI: 3\r\nNO CARRIER\r\n", "+CMT: ,24\r\n\r\n",
	} {
		drive(t, sim.Config{}, nil, func(d *driven) {
			d.init()
			d.sim.URC(header + "\r\n" + received)
			if e, ok := happened[driver.Direct](d); !ok || string(e.PDU) != received {
				t.Errorf("%q: event %v", header, ok)
			}
			d.send()
		})
	}
}

// TestSilentRestart has a modem lose its power for a moment without a word, and wake up
// in text mode: a PDU is not sent as a text to the number that its length is, what is
// stored is read, and what arrives is not shown to anybody.
func TestSilentRestart(t *testing.T) {
	cfg := sim.Config{TextMode: true}
	drive(t, cfg, nil, func(d *driven) {
		d.init()
		d.send()
		d.sim.PowerCycle()
		var r *driver.RefusedError
		if _, err := d.m.Send(context.Background(), hello, helloLength); !errors.As(err, &r) {
			t.Errorf("Send: %v", err)
		}
		if _, ok := happened[driver.Ready](d); !ok {
			t.Error("nobody is told to initialise it")
		}
		d.init()
		d.send()
		for _, record := range d.sim.Records() {
			if record.TextMode {
				t.Error("a PDU was sent as a text")
			}
		}
	})
	drive(t, cfg, nil, func(d *driven) { // it shows at another command
		d.init()
		d.sim.PowerCycle()
		if _, err := d.m.Command(context.Background(), "AT+CSQ", 0); err != nil {
			t.Fatal(err)
		}
		if _, ok := happened[driver.Ready](d); !ok {
			t.Error("nobody is told to initialise it")
		}
		d.send() // even so
	})
	drive(t, sim.Config{}, func(c *driver.Config) { c.Init2 = "ATE1" }, func(d *driven) {
		d.works()
		if _, ok := happened[driver.Ready](d); ok {
			t.Error("an echo that was asked for is taken for a restart")
		}
	})
	for _, listing := range []driver.Listing{driver.ListAuto, driver.ListByIndex, driver.ListDeletable, driver.ListThenRead, driver.ListWhole} {
		drive(t, cfg, func(c *driver.Config) { c.Listing = listing }, func(d *driven) {
			d.init()
			if _, err := d.sim.Store("SM", 0, received); err != nil {
				t.Fatal(err)
			}
			d.sim.PowerCycle()
			if found := d.finds(1); string(found[0].PDU) != received {
				t.Errorf("listing %d: the PDU is %v", listing, found[0].PDU)
			}
		})
	}
	drive(t, cfg, nil, func(d *driven) {
		d.init()
		d.sim.PowerCycle()
		if _, err := d.m.Command(context.Background(), "AT+CNMI=2,2,0,1,0", 0); err != nil {
			t.Fatal(err)
		}
		deliverTo(d, received)
		d.sim.URC("and a second line of it, no Secret")
		if _, ok := happened[driver.Ready](d); !ok {
			t.Error("nobody is told to initialise it")
		}
		synctest.Wait()
		d.mu.Lock()
		defer d.mu.Unlock()
		if slices.ContainsFunc(d.events, func(e driver.Event) bool { n, ok := e.(driver.Noise); return ok && strings.Contains(n.Line, "Secret") }) {
			t.Error("a text is on its way to the log")
		}
	})
}
