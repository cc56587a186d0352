package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/modem"
	"github.com/viesti-sms/viesti/services/spool"
)

// demoNumbers are the numbers of the simulated modems.
var demoNumbers = [...]string{"358400000001", "358400000002"}

// demo runs the gateway with simulated modems.
func demo(ctx context.Context, state string, stdout io.Writer, change func(*boot.Config)) (err error) {
	if state == "" {
		if state, err = os.MkdirTemp("", "viesti-demo-"); err != nil {
			return fmt.Errorf("making a state directory: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(state)) }()
	}
	if state, err = filepath.Abs(state); err != nil {
		return fmt.Errorf("finding the state directory: %w", err)
	}
	cfg, err := demoConfig(state)
	if err != nil {
		return err
	}
	change(cfg)
	record, stop, err := demoModems(cfg, state)
	if err != nil {
		return err
	}
	defer stop()
	return run(ctx, cfg, func() (*boot.Config, error) { return cfg, nil }, func(string) { explain(stdout, cfg, record) })
}

// demoConfig makes the directories of a spool and a configuration for them.
func demoConfig(state string) (*boot.Config, error) {
	s := spool.DefaultConfig()
	s.TrustOutgoing, s.IncomingUTF8, s.DecodeUnicodeText = true, true, true
	for dir, name := range map[*string]string{
		&s.Outgoing: "outgoing", &s.Checked: "checked", &s.Sent: "sent", &s.Failed: "failed", &s.Incoming: "incoming", &s.Report: "report",
	} {
		*dir = filepath.Join(state, "spool", name)
		if err := os.MkdirAll(*dir, 0o770); err != nil {
			return nil, fmt.Errorf("making the spool: %w", err)
		}
	}
	cfg := &boot.Config{Host: "demo", State: state, Spool: &s}
	for i, number := range demoNumbers {
		d := modem.DefaultDevice()
		d.Name, d.Number = fmt.Sprintf("SIM%d", i+1), config.Text(number)
		d.Device = filepath.Join(state, "modem-"+d.Name)
		cfg.Modems = append(cfg.Modems, d)
	}
	return cfg, cfg.Complete()
}

// demoModems starts the simulated modems of a configuration. Everything that is
// sent through them is written to the record.
func demoModems(cfg *boot.Config, state string) (record string, stop func(), err error) {
	record = filepath.Join(state, "modem-record.txt")
	f, err := os.OpenFile(record, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return "", nil, fmt.Errorf("opening the record of the simulated modems: %w", err)
	}
	network := sim.NewNetwork(sim.NetworkConfig{SMSC: "358400000000", DeliverDelay: time.Second, ReportDelay: 2 * time.Second})
	journal := sim.NewJournal(f)
	stop = func() { _ = f.Close() }
	for i, d := range cfg.Modems {
		m := sim.New(sim.Config{
			Name: d.Name, Number: string(d.Number), Operator: "Simulated", Manufacturer: "Viesti", Model: "simulated modem",
			IMEI: fmt.Sprintf("35000000000000%d", i+1), IMSI: fmt.Sprintf("24405000000000%d", i+1),
			Latency: sim.Latency{Accept: 300 * time.Millisecond}, Network: network, Journal: journal,
		})
		l, err := m.ListenPTY(d.Device)
		if err != nil {
			stop()
			return "", nil, fmt.Errorf("starting a simulated modem: %w", err)
		}
		before := stop
		stop = func() { _ = l.Close(); before() }
	}
	return record, stop, nil
}

// explain says what to try.
func explain(w io.Writer, cfg *boot.Config, record string) {
	fmt.Fprintf(w, `
Viesti is running, with two simulated modems: %s and %s.
Try in a second terminal, in this folder:

  bin/viesti send 358401234567 'Hello, how are you'    prints the id of the message
  bin/viesti message ID                                what became of it
  bin/viesti send --report %s 'To myself'    comes back as an incoming message
  bin/viesti status                                    modems, queues and counts
  bin/viesti tail                                      events as they happen

Message files work too:

  printf 'To: 358401234567\n\nHello from a file\n' > %s/hello
  ls %s %s

What reached the simulated modems: %s
Stop with Ctrl-C.

`, cfg.Modems[0].Name, cfg.Modems[1].Name, demoNumbers[0], cfg.Spool.Outgoing, cfg.Spool.Sent, cfg.Spool.Incoming, record)
}
