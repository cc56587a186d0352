package modem

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// Serve lets the modem talk over conn until the other side closes it, ctx ends
// or the modem drops it (ErrDropped); then it closes conn. A second Serve waits
// for the first. Settings, messages and rules outlive the connection, as they
// do in a modem whose port is opened again.
//
// Close of conn must make a Read that is under way return.
func (m *Modem) Serve(ctx context.Context, conn io.ReadWriteCloser) error {
	defer conn.Close()
	select {
	case m.serving <- struct{}{}:
		defer func() { <-m.serving }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })()

	s := newSession(ctx, m, conn)
	var running sync.WaitGroup
	running.Go(s.out.run)
	m.attach(s)
	err := s.loop()
	m.detach()
	s.out.close()
	conn.Close()
	running.Wait()
	s.source.stop()
	return err
}

func (m *Modem) attach(s *session) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.line = s
	m.pump()
}

func (m *Modem) detach() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.line = nil
}

// session is one connection. Its fields belong to the goroutine that runs loop,
// but for the last ones.
type session struct {
	m      *Modem
	ctx    context.Context
	out    *outbox
	source source

	input  input
	echoOn bool
	echo   []byte
	answer []byte
	// deafened says that a rule made the modem hang just now.
	deafened bool

	// busy and held are guarded by Modem.mu: while a command is carried out
	// unsolicited lines wait in held.
	busy bool
	held []byte
}

func newSession(ctx context.Context, m *Modem, conn io.ReadWriter) *session {
	return &session{m: m, ctx: ctx, out: newOutbox(conn, m.cfg.Spell), source: source{r: conn}}
}

func (s *session) loop() error {
	for {
		chunk, err := s.source.next()
		if len(chunk) > 0 {
			if err := s.take(chunk); err != nil {
				return err
			}
		}
		if err != nil {
			return s.readError(err)
		}
	}
}

// readError is what Serve makes of a connection that cannot be read any more.
func (s *session) readError(err error) error {
	switch {
	case s.ctx.Err() != nil:
		return context.Cause(s.ctx)
	case errors.Is(err, io.EOF):
		return nil
	}
	return err
}

// take feeds input to the engine. A modem that hangs loses what follows.
func (s *session) take(chunk []byte) error {
	if !s.listens() {
		return nil
	}
	for _, b := range chunk {
		if err := s.octet(b); err != nil {
			return err
		}
		if s.deafened {
			s.deafened = false
			return nil
		}
	}
	s.flushEcho()
	return nil
}

// listens says whether the modem takes input, and learns whether it echoes.
func (s *session) listens() bool {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.echoOn = s.m.set.echo
	return !s.m.isHung()
}

// pause waits for a time that the modem takes. When the other side goes away it
// ends at once, without error: what was asked for is still done.
func (s *session) pause(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-s.source.ended():
		return nil
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	}
}

// unsolicited sends a framed line, or keeps it until the command under way is
// answered. It needs Modem.mu.
func (s *session) unsolicited(framed []byte) {
	if s.busy && !s.m.cfg.EagerURC {
		s.held = append(s.held, framed...)
		return
	}
	s.out.write(framed)
}

// setBusy marks the beginning and the end of a command.
func (s *session) setBusy(busy bool) {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.busy = busy
	if !busy && len(s.held) > 0 {
		s.out.write(s.held)
		s.held = s.held[:0]
	}
}

func (s *session) flushEcho() {
	if len(s.echo) > 0 {
		s.out.answer(s.echo)
		s.echo = s.echo[:0]
	}
}
