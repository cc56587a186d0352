package modem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// Modes of AT+CMMS (3GPP TS 27.005 §3.5.6).
const (
	// linkOnce keeps the link until nothing was sent for some seconds; then the
	// modem forgets it.
	linkOnce = 1
	// linkKept keeps the link between messages until it is taken back.
	linkKept = 2
)

// prepareSending finds out once whether the modem can keep the radio link open
// between messages. It is asked for only when there is more than one to send.
func (m *Modem) prepareSending(ctx context.Context) error {
	m.step.linked = false
	if !m.cfg.MoreMessages || m.step.moreAsked || m.isGivenByUser("AT+CMMS") {
		return nil
	}
	m.step.moreAsked = true
	lines, err := m.doHeld(ctx, "AT+CMMS=?", m.patience(OpInit))
	if err != nil {
		return unlessTimeout(unlessRefusal(err))
	}
	m.step.moreMode = moreMode(lines)
	return nil
}

// moreMode is the best mode that an answer to AT+CMMS=? offers; 0 for none.
func moreMode(lines []string) int {
	for _, line := range lines {
		values, ok := atline.Values(line, "+CMMS")
		if !ok {
			continue
		}
		numbers := atline.Range(strings.Trim(values, "()"), linkKept)
		for _, mode := range []int{linkKept, linkOnce} {
			if slices.Contains(numbers, mode) {
				return mode
			}
		}
	}
	return 0
}

// keepLink keeps the radio link open behind the next message, or no longer. A
// modem that refuses, or says nothing, is not asked again.
func (m *Modem) keepLink(ctx context.Context, more bool) error {
	if m.step.moreMode == 0 || more == m.step.linked && m.step.moreMode == linkKept || !more && !m.step.linked {
		return nil
	}
	mode := 0
	if more {
		mode = m.step.moreMode
	}
	m.step.linked = more
	if mode == 0 && m.step.moreMode == linkOnce {
		return nil // it forgets by itself
	}
	_, err := m.doHeld(ctx, fmt.Sprintf("AT+CMMS=%d", mode), m.patience(OpDefault))
	if isRefusal(err) || errors.Is(err, ErrTimeout) {
		m.step.moreMode = 0
		return nil
	}
	return err
}
