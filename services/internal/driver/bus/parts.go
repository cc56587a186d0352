package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// partsClaims say which modem sends the parts of a message that its client has cut.
var partsClaims = fading[message.PartsClaim]{wire.EncodePartsClaim, wire.DecodePartsClaim}

// ClaimParts reports whether a modem is to send a part of a message that its client has
// cut: the first modem that asks is to send them all, and another one only when that
// has sent none of them for a while. parts names the message (message.PartsOf).
func (b *Bus) ClaimParts(ctx context.Context, parts, host, modem string, now time.Time) (bool, error) {
	var granted bool
	err := partsClaims.change(ctx, b, subject.PartsKey(parts), func(made *message.PartsClaim) (next message.PartsClaim, write bool) {
		next, write, granted = message.Claim(made, host, modem, now)
		return next, write
	})
	if err != nil {
		return false, fmt.Errorf("claiming the parts of a message: %w", err)
	}
	return granted, nil
}

// PartsBegun reports whether a modem has claimed the parts of a message lately.
func (b *Bus) PartsBegun(ctx context.Context, parts string) (bool, error) {
	made, _, err := partsClaims.read(ctx, b, subject.PartsKey(parts))
	if err != nil {
		return false, fmt.Errorf("looking for the modem of the parts of a message: %w", err)
	}
	return made != nil, nil
}
