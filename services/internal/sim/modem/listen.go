package modem

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Listener is a place where a modem can be reached. It serves from the moment it
// is returned until Close.
type Listener struct {
	addr   string
	cancel context.CancelFunc
	done   sync.WaitGroup
	// err is valid after done.
	err error
}

// Addr returns the path of the serial port, or the address host:port.
func (l *Listener) Addr() string { return l.addr }

// Close takes the place away and waits until nothing is served there any more.
// It returns the error for which serving had ended before, if it had.
func (l *Listener) Close() error {
	l.cancel()
	l.done.Wait()
	return l.err
}

// newListener runs what serves; its error counts unless Close caused it.
func newListener(addr string, run func(ctx context.Context) error) *Listener {
	ctx, cancel := context.WithCancel(context.Background())
	l := &Listener{addr: addr, cancel: cancel}
	l.done.Go(func() {
		if err := run(ctx); ctx.Err() == nil {
			l.err = err
		}
	})
	return l
}

// ListenTCP serves connections to a TCP address, one at a time. Port 0 is any
// free port; Addr tells which.
func (m *Modem) ListenTCP(addr string) (*Listener, error) {
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listening for modem connections: %w", err)
	}
	return newListener(ln.Addr().String(), func(ctx context.Context) error {
		defer context.AfterFunc(ctx, func() { ln.Close() })()
		for {
			conn, err := ln.Accept()
			if err != nil {
				return fmt.Errorf("accepting a modem connection: %w", err)
			}
			// How a connection ended is the client's business.
			_ = m.Serve(ctx, conn)
		}
	}), nil
}

// ListenPTY offers the modem as a serial port: linkPath becomes a symbolic link
// to the slave of a pseudo terminal in raw mode, in place of a link that is
// there already. A client may close and open the port as often as it likes. When
// the modem is dropped the port and the link vanish, the modem loses its power,
// and both come back after the rule's or Config.BackAfter's time.
func (m *Modem) ListenPTY(linkPath string) (*Listener, error) {
	port, err := openPort(linkPath)
	if err != nil {
		return nil, err
	}
	return newListener(linkPath, func(ctx context.Context) error {
		return m.plugged(ctx, port, linkPath)
	}), nil
}

// plugged serves a port and plugs it in again each time the modem dropped it.
func (m *Modem) plugged(ctx context.Context, port *port, linkPath string) error {
	for {
		if err := m.Serve(ctx, port); !errors.Is(err, ErrDropped) {
			return err
		}
		m.PowerCycle()
		if err := rest(ctx, m.awayTime()); err != nil {
			return err
		}
		var err error
		if port, err = openPort(linkPath); err != nil {
			return err
		}
	}
}

func (m *Modem) awayTime() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.backAfter
}

// rest waits, or returns early with the error of ctx.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
