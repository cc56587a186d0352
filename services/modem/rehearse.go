package modem

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"
)

// Rehearsal keeps a modem from sending, for tests of everything around it. The names
// and meanings are those of smsd.conf (smstools spec §6.3).
type Rehearsal struct {
	// SendingDisabled does all but the sending.
	SendingDisabled bool `yaml:"sending_disabled"`
	// ModemDisabled does without the modem too: no device is opened.
	ModemDisabled bool `yaml:"modem_disabled"`
}

// pretends reports whether messages only seem to be sent.
func (r *Rehearsal) pretends() bool { return r.SendingDisabled || r.ModemDisabled }

// rehearsedReference is the TP-MR of what was not sent.
const rehearsedReference = 1

// hand gives a part to the modem, or takes as long as that would.
func (d *delivery) hand(ctx context.Context, part int) (reference int, err error) {
	p := &d.msg.Parts[part-1]
	if !d.dev.pretends() {
		return d.modem.SendMore(ctx, p.Hex(), p.Length(), d.moreFollows(ctx, part))
	}
	const least, spread = 5 * time.Second, 10
	if !sleep(ctx, least+rand.N[time.Duration](spread)*time.Second) {
		return 0, ctx.Err()
	}
	d.log.Warn("sending is disabled in the configuration: nothing was sent")
	return rehearsedReference, nil
}

// noModem is a device without a modem: it answers OK to everything, is registered,
// and has no messages.
func noModem() io.ReadWriteCloser {
	near, far := net.Pipe()
	go func() {
		defer func() { _ = far.Close() }()
		var line strings.Builder
		octet := make([]byte, 1)
		for {
			if _, err := far.Read(octet); err != nil {
				return
			}
			if octet[0] != '\r' {
				line.WriteByte(octet[0])
				continue
			}
			answer := noModemAnswer(strings.TrimLeft(line.String(), "\x1b\n"))
			line.Reset()
			if _, err := io.WriteString(far, answer); err != nil {
				return
			}
		}
	}()
	return near
}

// noModemAnswer answers one command line.
func noModemAnswer(command string) string {
	if command == "" {
		return ""
	}
	name, question := strings.CutSuffix(strings.TrimPrefix(command, "AT"), "?")
	values := map[string]string{"+CPIN": "READY", "+CREG": "0,1", "+CMEE": "1", "+CMGF": "0"}
	if value := values[name]; question && value != "" {
		return "\r\n" + name + ": " + value + "\r\n\r\nOK\r\n"
	}
	return "\r\nOK\r\n"
}
