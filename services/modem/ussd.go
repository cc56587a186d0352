package modem

import (
	"context"

	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// askNetwork carries out a USSD request of an operator, or ends a dialogue.
func (w *worker) askNetwork(ctx context.Context, m *driver.Modem, c wire.Command) wire.Reply {
	if c.Argument == "" {
		if err := m.CancelUSSD(ctx); err != nil {
			return wire.Reply{Error: err.Error()}
		}
		return wire.Reply{}
	}
	w.log.Info("an operator sends a USSD request")
	answer, err := m.USSD(ctx, c.Argument, c.Timeout)
	if err != nil {
		return wire.Reply{Error: err.Error()}
	}
	return wire.Reply{Lines: []string{answer.Line}, Text: answer.Text}
}
