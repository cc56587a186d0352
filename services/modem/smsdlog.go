package modem

import (
	"fmt"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// What follows are the lines of smsd that programs read (smstools spec §8.6).

// smsdSent is its line for a part that the network took.
func (d *delivery) smsdSent(done life.PartDone) zap.Field {
	id := ""
	if done.Reference >= 0 {
		id = strconv.Itoa(done.Reference)
	}
	retries := ""
	if n := d.known.Attempts[done.Part].Number; n > 1 {
		retries = fmt.Sprintf(" Retries: %d.", n-1)
	}
	replace := ""
	if kind := d.sub.Options.Replace; kind > 0 && done.Total == 1 {
		replace = fmt.Sprintf(", Replace_msg: %d", kind)
	}
	return log.Smsd(log.Notice, "SMS sent%s, Message_id: %s%s, To: %s, sending time %d sec.%s",
		smsdPart(done.Part, done.Total), id, replace, d.sub.Recipient.Reveal(), d.seconds(), retries)
}

// unregisteredYet tells that the network is waited for, and with the line of smsd, but not
// every second for hours.
func (w *worker) unregisteredYet(times int, denied bool) {
	const every = 10
	if times <= w.dev.LogNotRegisteredAfter || times > w.dev.LogNotRegisteredAfter+1 && times%every != 0 {
		return
	}
	line := log.Smsd(log.Notice, "MODEM IS NOT REGISTERED, WAITING 1 SEC. BEFORE RETRYING %d. TIME", times)
	if denied {
		line = log.Smsd(log.Info, "Modem said: registration denied. Retrying.")
	}
	w.log.Info("waiting for the network", zap.Int("times", times), zap.Bool("denied", denied), line)
}

// smsdFailed is its line for a message that is given up.
func (d *delivery) smsdFailed() zap.Field {
	part, total := int(d.current.Load()), int(d.total.Load())
	retries := max(d.known.Attempts[part].Number-1, 0)
	return log.Smsd(log.Warning, "Sending SMS%s to %s failed, trying time %d sec. Retries: %d.",
		smsdPart(part, total), d.sub.Recipient.Reveal(), d.seconds(), retries)
}

// seconds is for how long the message has been tried.
func (d *delivery) seconds() int {
	if d.started.IsZero() {
		return 0
	}
	return int(d.now().Sub(d.started) / time.Second)
}

// smsdPart names a part of several.
func smsdPart(part, total int) string {
	if total < 2 {
		return ""
	}
	return fmt.Sprintf(" (part %d/%d)", part, total)
}

// smsdReceived is its line for what arrived.
func smsdReceived(what life.Received, mt tpdu.MT) zap.Field {
	place := ""
	if mt.Deliver != nil {
		if part, ok := tpdu.Concatenation(mt.Deliver.UDH); ok {
			place = smsdPart(int(part.Seq), int(part.Total))
		}
	}
	return log.Smsd(log.Notice, "SMS received%s, From: %s", place, what.Originator.Reveal())
}

// smsdReport is its line for a status report.
func smsdReport(k life.Report) zap.Field {
	return log.Smsd(log.Notice, "SMS received (report, Message_id: %d, Status: %d,%s), From: %s",
		k.Reference, k.Status, smsfile.StatusText(k.Status), k.Recipient.Reveal())
}
