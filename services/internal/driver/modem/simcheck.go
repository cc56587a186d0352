package modem

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// SIMCheck is the test for the presence of a SIM (smstools check_sim and its
// companions, smstools spec §6.3).
type SIMCheck struct {
	// Enabled makes the test, in each Init, or in the first with Once.
	Enabled, Once bool
	// Command must be refused where there is no SIM; default AT+CPIN?.
	Command string
	// Reset are AT commands that are given when there is none, each with a pause
	// of so many seconds behind it: "AT+CFUN=0[3]AT+CFUN=1[5]". RADIO_OFF_ON and
	// RADIO_OFF_ON_SLOW stand for the usual ones.
	Reset string
	// Retries is how often the test is repeated, Wait apart; negative: for ever.
	Retries int
	Wait    time.Duration
}

// radioOffOn are the words for resets.
var radioOffOn = map[string]string{
	"RADIO_OFF_ON": "AT+CFUN=0;+CFUN=1", "RADIO_OFF_ON_SLOW": "AT+CFUN=0[3]AT+CFUN=1[5]",
}

// checkSIM waits for a SIM; ErrNoSIM when there is none in the end.
func (m *Modem) checkSIM(ctx context.Context) error {
	c := m.cfg.SIMCheck
	if !c.Enabled || c.Once && m.step.simChecked {
		return nil
	}
	for attempt := 0; ; attempt++ {
		_, err := m.doHeld(ctx, or(c.Command, "AT+CPIN?"), m.patience(OpAskPIN))
		if !isRefusal(err) {
			m.step.simChecked = err == nil
			return err
		}
		if c.Retries >= 0 && attempt >= c.Retries {
			return fmt.Errorf("%w: %w", ErrNoSIM, err)
		}
		if err := m.resetSIM(ctx, c.Reset); err != nil {
			return err
		}
		if err := m.pause(ctx, c.Wait); err != nil {
			return err
		}
	}
}

var commandAndPause = regexp.MustCompile(`([^\[\]]+)(?:\[(\d{1,3})\])?`)

// resetSIM gives commands with pauses between them.
func (m *Modem) resetSIM(ctx context.Context, list string) error {
	if word, ok := radioOffOn[list]; ok {
		list = word
	}
	for _, found := range commandAndPause.FindAllStringSubmatch(list, -1) {
		if err := m.tolerate(ctx, found[1]); err != nil {
			return err
		}
		seconds, _ := strconv.Atoi(found[2])
		if err := m.pause(ctx, time.Duration(seconds)*time.Second); err != nil {
			return err
		}
	}
	return nil
}
