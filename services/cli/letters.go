package cli

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

const (
	// letterSlots is how many places the line of smsd has (smstools spec §8.7).
	// Programs that read it expect as many; with more modems it is longer.
	letterSlots = 64
	// noLetter stands for a modem that is not at work, and for a place without one.
	noLetter = '-'
	// letterInterval is how often the modems are looked at.
	letterInterval = time.Second
)

// stateLetters are those of smsd. States that it does not have, and modems that
// do not work, have none.
var stateLetters = map[life.ModemState]byte{
	life.ModemSending: 's', life.ModemReceiving: 'r', life.ModemIdle: 'i', life.ModemBlocked: 'b', life.ModemTrouble: 't',
}

// letters is the line of smsd -s: one letter for each modem, in the order of
// viesti status.
func letters(modems []life.ModemStatus) string {
	byName(modems)
	var line strings.Builder
	for _, m := range modems {
		if letter, ok := stateLetters[m.State]; ok {
			line.WriteByte(letter)
		} else {
			line.WriteByte(noLetter)
		}
	}
	for line.Len() < letterSlots {
		line.WriteByte(noLetter)
	}
	return line.String()
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
