package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// choiceTTL is how long the choice for the parts of a message is remembered.
const choiceTTL = 10 * time.Minute

// inboundChoices say who gets the parts of a received message.
var inboundChoices = fading[policy.Choice]{wire.EncodeInboundChoice, wire.DecodeInboundChoice}

// ChangeChoice changes, by compare-and-set, the choice of who gets the parts of a
// message: change gets the one that was made, nil for none, and returns the next, or
// false to leave it. It is called again when somebody else was faster.
func (b *Bus) ChangeChoice(ctx context.Context, key string, change func(*policy.Choice) (policy.Choice, bool)) error {
	err := inboundChoices.change(ctx, b, key, func(made *policy.Choice) (policy.Choice, bool) {
		next, write := change(made)
		return next, write && (made == nil || *made != next)
	})
	if err != nil {
		return fmt.Errorf("choosing who gets a message: %w", err)
	}
	return nil
}
