package modem

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/life"
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
		return nil, &ending{cause: fmt.Errorf("setting the service centre of the message: %w", err), trouble: true}
	}
	return func() {
		if err := d.setCentre(ctx, string(d.dev.SMSC)); err != nil {
			d.log.Warn("setting the configured service centre again; it is set with the next initialisation", zap.Error(err))
		}
	}, nil
}

func (d *delivery) setCentre(ctx context.Context, number string) error {
	_, err := d.modem.Command(ctx, `AT+CSCA="+`+number+`"`, time.Duration(d.dev.ReadTimeout))
	return err
}
