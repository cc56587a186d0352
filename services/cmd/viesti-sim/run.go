package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// firstNumber is the number of the first modem; the others follow it.
const firstNumber = 358_400_000_001

// errFlags says that the command line makes no sense.
var errFlags = errors.New("command line")

// run offers the modems until ctx ends.
func run(ctx context.Context, f flags, stdout io.Writer) (err error) {
	rules, fates, err := f.weather()
	if err != nil {
		return err
	}
	journal, closeRecord, err := f.journal()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeRecord()) }()
	network := sim.NewNetwork(sim.NetworkConfig{DeliverDelay: f.delivery, ReportDelay: f.report, Fates: fates})
	defer network.Close()
	for i := range f.modems {
		m := sim.New(sim.Config{
			Name: fmt.Sprintf("SIM%d", i+1), Number: strconv.Itoa(firstNumber + i), Operator: "Simulated",
			IMEI: fmt.Sprintf("3500000000%05d", i+1), IMSI: fmt.Sprintf("2440500000%05d", i+1), PIN: f.pin, PUK: f.puk,
			Latency: sim.Latency{Accept: f.latency}, Network: network, Journal: journal, Rules: rules, Seed: f.seed + uint64(i),
		})
		l, device, err := f.offer(m, i)
		if err != nil {
			return err
		}
		defer func() { _ = l.Close() }()
		if _, err := fmt.Fprintln(stdout, m.Name(), m.Number(), device); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return journal.Err()
}

// weather are the rules and fates that the flags ask for.
func (f *flags) weather() (rules []sim.Rule, fates []sim.Fate, err error) {
	if f.modems < 1 || f.rough < 0 || f.rough > 1 {
		return nil, nil, fmt.Errorf("%w: want at least one modem, and a probability from 0 to 1", errFlags)
	}
	if f.rules != "" {
		data, err := os.ReadFile(f.rules)
		if err != nil {
			return nil, nil, err
		}
		if rules, err = sim.ParseRules(data); err != nil {
			return nil, nil, fmt.Errorf("reading %s: %w", f.rules, err)
		}
	}
	if f.rough > 0 {
		rules = append(rules, sim.Rough(f.rough)...)
	}
	if f.fates != "" {
		data, err := os.ReadFile(f.fates)
		if err != nil {
			return nil, nil, err
		}
		if fates, err = sim.ParseFates(data); err != nil {
			return nil, nil, fmt.Errorf("reading %s: %w", f.fates, err)
		}
	}
	return rules, fates, nil
}

func (f *flags) journal() (*sim.Journal, func() error, error) {
	if f.record == "" {
		return sim.NewJournal(nil), func() error { return nil }, nil
	}
	file, err := os.OpenFile(f.record, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return sim.NewJournal(file), file.Close, nil
}

// offer makes a modem reachable, and says as what device.
func (f *flags) offer(m *sim.Modem, i int) (*sim.Listener, string, error) {
	if f.pty != "" {
		path, err := filepath.Abs(filepath.Join(f.pty, m.Name()))
		if err != nil {
			return nil, "", err
		}
		l, err := m.ListenPTY(path)
		return l, path, err
	}
	host, port, err := net.SplitHostPort(f.listen)
	if err != nil {
		return nil, "", fmt.Errorf("%w: --listen %q: %w", errFlags, f.listen, err)
	}
	first, err := strconv.Atoi(port)
	if err != nil {
		return nil, "", fmt.Errorf("%w: --listen %q: want a port number", errFlags, f.listen)
	}
	if first > 0 {
		first += i
	}
	l, err := m.ListenTCP(net.JoinHostPort(host, strconv.Itoa(first)))
	if err != nil {
		return nil, "", err
	}
	return l, "@" + l.Addr(), nil
}
