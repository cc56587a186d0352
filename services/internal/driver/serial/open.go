package serial

import (
	"context"
	"io"
	"strings"
	"time"
)

// Options say how to open a device. The zero value is useful.
type Options struct {
	// Baud is the speed in bit/s; 0 is 115200. One that the device cannot do
	// becomes 19200 (smstools spec §6.3 baudrate). USB sticks and TCP ignore it.
	Baud int
	// RTSCTS switches hardware flow control on. A device that has none ignores it.
	RTSCTS bool
	// DialTimeout bounds the connection to a terminal server; 0 is 10 s.
	DialTimeout time.Duration
	// KeepAlive is the time without traffic after which a terminal server is
	// asked whether it is still there; 0 is 30 s. It is gone after three missing answers.
	KeepAlive time.Duration
	// Login is what a terminal server asks first, within LoginTimeout; 0 is 30 s.
	Login        Login
	LoginTimeout time.Duration
}

const (
	defaultBaud  = 115200
	fallbackBaud = 19200
)

// Open opens a device: the path of a serial port, raw with 8 data bits, no parity,
// 1 stop bit, or "@host:port" for a terminal server that speaks telnet or plain TCP.
//
// A serial port is locked (flock, and TIOCEXCL where that cannot outlive the
// process); the lock ends with Close. Read gives io.EOF or an error when the
// device is unplugged.
func Open(ctx context.Context, device string, o Options) (io.ReadWriteCloser, error) {
	if address, ok := strings.CutPrefix(device, "@"); ok {
		return dial(ctx, address, o)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return openPort(device, o)
}
