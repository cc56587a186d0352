package modem

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
)

// useCentre sets the service centre that a message asks for, where the modem has
// one configured and does not put it into the PDU (smstools spec §1.2, SMSC). The
// returned function sets the configured one again.
func (d *delivery) useCentre(ctx context.Context) (restore func(), err error) {
	wanted := d.sub.Options.SMSC.Reveal()
	if wanted == "" || d.dev.SMSC == "" || d.dev.SMSCInPDU || wanted == string(d.dev.SMSC) {
		return func() {}, nil
	}
	if strings.Trim(wanted, "0123456789") != "" {
		return nil, &ending{
			final: life.Failed{Reason: compose.ReasonSMSC, Class: life.FailureMessage},
			cause: errors.New("the service centre that it names is no number"),
		}
	}
	if err := d.setCentre(ctx, wanted); err != nil {
		return func() {}, d.noCentre(ctx, fmt.Errorf("setting the service centre of the message: %w", err))
	}
	return func() {
		if err := d.setCentre(ctx, string(d.dev.SMSC)); err != nil {
			d.log.Warn("setting the configured service centre again; it is set with the next initialisation", zap.Error(err))
		}
	}, nil
}

// noCentre ends the turn of a message whose service centre could not be set. A centre that
// the modem refuses is the message's fault: it counts as an attempt, and there is an end to
// attempts, so that such a message neither stays for ever nor stops a modem.
func (d *delivery) noCentre(ctx context.Context, cause error) error {
	var refused *driver.RefusedError
	if !errors.As(cause, &refused) || refused.Err != nil || refused.Class == atline.SIM {
		return &ending{cause: cause, trouble: true}
	}
	var sent []life.PartDone
	for part := 1; part <= len(d.msg.Parts); part++ {
		if err := d.intend(ctx, part); err != nil {
			return err
		}
		if done, accepted := d.known.Accepted[part]; accepted {
			sent = append(sent, done)
			continue
		}
		if err := d.recordRefusal(ctx, part); err != nil {
			return err
		}
		number := d.known.Attempts[part].Number
		if number >= d.attempts() {
			return &ending{final: life.Failed{Reason: compose.ReasonSMSC, Class: life.FailureMessage, Parts: sent}, cause: cause}
		}
		return &ending{cause: cause, pause: d.backOff(number)}
	}
	return nil // there is nothing left to send
}

func (d *delivery) setCentre(ctx context.Context, number string) error {
	_, err := d.modem.Command(ctx, `AT+CSCA="+`+number+`"`, time.Duration(d.dev.ReadTimeout))
	return err
}
