package modem

import (
	"context"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// Tell gives a command without waiting for its answer: to a modem that does not
// answer, or that restarts without a word. The next command brings it into step.
func (m *Modem) Tell(ctx context.Context, command string) error {
	if err := m.take(ctx); err != nil {
		return err
	}
	defer m.release()
	m.step.lost = true
	m.trace(Out, atline.Line{Text: command})
	return m.put(command + "\r")
}
