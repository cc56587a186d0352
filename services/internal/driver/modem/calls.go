package modem

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// HangUp ends a call, or refuses one that comes in: with ATH when old is set,
// which on some modems ends data connections alone, and otherwise with AT+CHUP.
func (m *Modem) HangUp(ctx context.Context, old bool) error {
	_, err := m.do(ctx, hangUp(old), m.patience(OpATH))
	return err
}

func hangUp(old bool) string {
	if old {
		return "ATH"
	}
	return "AT+CHUP"
}

// Missed is an entry of the list of missed calls.
type Missed struct {
	// Index is its place in the list.
	Index int
	// Number is without plus; zero: withheld.
	Number        message.Address
	International bool
	// Name is the one of the phone book, in the modem's character set.
	Name string
}

// maxMissed bounds the places of the list that are asked for at once.
const maxMissed = 250

// MissedCalls returns the modem's list of missed calls (3GPP TS 27.007 §8.11, §8.12).
func (m *Modem) MissedCalls(ctx context.Context) ([]Missed, error) {
	if err := m.take(ctx); err != nil {
		return nil, err
	}
	defer m.release()
	if _, err := m.doHeld(ctx, `AT+CPBS="MC"`, m.patience(OpCPBR)); err != nil {
		return nil, err
	}
	if m.step.missedPlaces == 0 {
		lines, err := m.doHeld(ctx, "AT+CPBR=?", m.patience(OpCPBR))
		if err != nil {
			return nil, err
		}
		if m.step.missedPlaces, err = missedPlaces(lines); err != nil {
			return nil, err
		}
	}
	lines, err := m.doHeld(ctx, fmt.Sprintf("AT+CPBR=1,%d", m.step.missedPlaces), m.patience(OpCPBR))
	// With a refusal some modems say that the list is empty.
	return missed(lines), unlessRefusal(err)
}

func missedPlaces(lines []string) (int, error) {
	for _, line := range lines {
		if n, err := atline.ParseCPBRRange(line); err == nil {
			return min(n, maxMissed), nil
		}
	}
	return 0, fmt.Errorf("%w: it does not say how long its list of missed calls is", ErrAnswer)
}

func missed(lines []string) []Missed {
	var calls []Missed
	for _, line := range lines {
		c, err := atline.ParseCPBR(line)
		if err != nil {
			continue
		}
		number, international := strings.CutPrefix(c.Number, "+")
		calls = append(calls, Missed{Index: c.Index, Number: message.NewAddress(number), International: international, Name: c.Text})
	}
	return calls
}

// ForgetCalls removes entries from the list of missed calls, the last first, since
// some modems move up those behind one that is removed. whole empties the list
// with a command that only some modems have.
func (m *Modem) ForgetCalls(ctx context.Context, calls []Missed, whole bool) error {
	if whole {
		_, err := m.do(ctx, `AT^SPBD="MC"`, m.patience(OpCPBW))
		return err
	}
	for _, c := range slices.Backward(calls) {
		if _, err := m.do(ctx, fmt.Sprintf("AT+CPBW=%d", c.Index), m.patience(OpCPBW)); err != nil {
			return err
		}
	}
	return nil
}
