package modem

import (
	"context"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// Identity is who a modem is. What it does not tell is empty.
type Identity struct {
	// IMEI is the equipment's number, and IMSI the SIM's; where a SIM does not
	// tell its own it is the IMEI (smstools spec §7.5 step 13).
	IMEI, IMSI string
	// ICCID is the number printed on the SIM.
	ICCID string
	// Manufacturer, Model and Revision are texts of the maker.
	Manufacturer, Model, Revision string
}

// A SIM that has just been unlocked may be busy and refuse to tell its IMSI. It is
// worth waiting for: by it a message that is read again is known to be the same.
const (
	imsiTries = 4
	imsiPause = time.Second
)

// identify asks once who the modem is.
func (m *Modem) identify(ctx context.Context) error {
	if m.step.identified {
		return nil
	}
	id := m.step.identity
	for _, q := range []struct {
		command string
		value   *string
		read    func([]string) string
	}{
		{"AT+CGSN", &id.IMEI, longestNumber},
		{"AT+CIMI", &id.IMSI, longestNumber},
		{"AT+CGMI", &id.Manufacturer, firstText},
		{"AT+CGMM", &id.Model, firstText},
		{"AT+CGMR", &id.Revision, firstText},
		{"AT+CCID", &id.ICCID, longestNumber},
	} {
		if *q.value != "" {
			continue
		}
		lines, err := m.doHeld(ctx, q.command, m.patience(OpDefault))
		for tries := 1; q.value == &id.IMSI && isRefusal(err) && tries < imsiTries; tries++ {
			if err := m.pause(ctx, min(m.cfg.ErrorSleep, imsiPause)); err != nil {
				return err
			}
			lines, err = m.doHeld(ctx, q.command, m.patience(OpDefault))
		}
		if err := unlessTimeout(unlessRefusal(err)); err != nil {
			return err
		}
		*q.value = q.read(lines)
	}
	id.IMSI = or(id.IMSI, id.IMEI)
	m.step.identity, m.step.identified = id, true
	return nil
}

// iccidCommands ask for the number of the SIM; makers do not agree on one.
var iccidCommands = []string{"AT+CCID", "AT+ICCID", "AT+QCCID", "AT+CICCID", "AT^ICCID?"}

// Identify asks a modem that nothing is known of for its IMEI and ICCID, and for
// nothing else: it is left as it was, but for the echo.
func (m *Modem) Identify(ctx context.Context) (id Identity, err error) {
	if err := m.take(ctx); err != nil {
		return id, err
	}
	defer m.release()
	if err := m.wakeUp(ctx); err != nil {
		return id, err
	}
	if err := m.tolerate(ctx, echoOff); err != nil {
		return id, err
	}
	if id.IMEI, err = m.number(ctx, "AT+CGSN"); err != nil {
		return id, err
	}
	for _, command := range iccidCommands {
		if id.ICCID, err = m.number(ctx, command); err != nil || id.ICCID != "" {
			break
		}
	}
	return id, err
}

// number gives a command that a modem may refuse, for the number in its answer.
func (m *Modem) number(ctx context.Context, command string) (string, error) {
	lines, err := m.doHeld(ctx, command, m.patience(OpDefault))
	return longestNumber(lines), unlessRefusal(err)
}

// longestNumber finds a number of at least 14 digits, with or without the name
// of the command before it and quotes around it.
func longestNumber(lines []string) string {
	for _, line := range lines {
		for _, field := range atline.Fields(value(line)) {
			// The last digit of an ICCID of 19 digits is filled up with F.
			number := strings.TrimRight(field.Text, "Ff")
			if len(number) >= 14 && strings.Trim(number, "0123456789") == "" {
				return number
			}
		}
	}
	return ""
}

func firstText(lines []string) string {
	for _, line := range lines {
		if text := strings.Trim(value(line), `" `); text != "" {
			return text
		}
	}
	return ""
}

// value takes the name off a line that has one.
func value(line string) string {
	if values, ok := atline.Values(line, atline.Name(line)); ok {
		return values
	}
	return line
}
