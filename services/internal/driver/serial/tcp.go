package serial

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"
)

const (
	defaultDialTimeout = 10 * time.Second
	defaultKeepAlive   = 30 * time.Second
	keepAliveProbes    = 3
)

// dial connects to a terminal server.
func dial(ctx context.Context, address string, o Options) (io.ReadWriteCloser, error) {
	if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
		return nil, fmt.Errorf("%w: dialling @%s", ErrAddress, address)
	}
	dialer := net.Dialer{Timeout: orDefault(o.DialTimeout, defaultDialTimeout), KeepAliveConfig: keepAlive(o)}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w: dialling @%s: %w", ErrConnect, address, err)
	}
	t := newTelnet(conn)
	if o.Login.IsZero() {
		return t, nil
	}
	if err := login(ctx, t, o.Login, orDefault(o.LoginTimeout, defaultLoginTimeout)); err != nil {
		_ = t.Close()
		return nil, fmt.Errorf("logging in at @%s: %w", address, err)
	}
	return t, nil
}

// keepAlive finds a terminal server that was switched off: it would never end
// the connection, and a modem may say nothing for hours.
func keepAlive(o Options) net.KeepAliveConfig {
	idle := orDefault(o.KeepAlive, defaultKeepAlive)
	return net.KeepAliveConfig{Enable: true, Idle: idle, Interval: idle / keepAliveProbes, Count: keepAliveProbes}
}

func orDefault(d, fallback time.Duration) time.Duration {
	if d <= 0 {
		return fallback
	}
	return d
}
