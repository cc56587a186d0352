package cli

import (
	"context"
	"fmt"
	"sort"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// letterInterval is how often the modems are looked at.
const letterInterval = time.Second

// letters is the line of smsd -s: one letter for each modem, in the order of
// viesti status.
func letters(modems []life.ModemStatus) string {
	byName(modems)
	states := make([]life.ModemState, len(modems))
	for i, m := range modems {
		states[i] = m.State
	}
	return life.Letters(states)
}

// byName sorts modems by host and name.
func byName(modems []life.ModemStatus) {
	sort.Slice(modems, func(i, j int) bool {
		a, b := modems[i].Identity, modems[j].Identity
		if a.Host != b.Host {
			return a.Host < b.Host
		}
		return a.Name < b.Name
	})
}

// runLetters prints the line, and again whenever it changes, until ctx ends.
func (e *env) runLetters(ctx context.Context, interval time.Duration) error {
	b, closeBus, err := e.connect()
	if err != nil {
		return err
	}
	defer closeBus()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for last := ""; ; {
		line, err := currentLetters(ctx, b)
		switch {
		case ctx.Err() != nil:
			return nil // interrupted
		case err != nil:
			return err
		case line != last:
			fmt.Fprintln(e.stdout, line)
			last = line
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func currentLetters(ctx context.Context, b *bus.Bus) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	modems, err := b.Modems(ctx)
	if err != nil {
		return "", err
	}
	return letters(modems), nil
}
