package modem

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// maxEmptyReads is how often in a row a device may read nothing without an error.
const maxEmptyReads = 100

// read is the goroutine that reads. It ends when the device is gone.
func (m *Modem) read() {
	defer m.leave()
	defer m.events.drain()
	buffer, empty := make([]byte, 2048), 0
	for {
		n, err := m.rw.Read(buffer)
		m.feed(buffer[:n])
		if n > 0 {
			empty = 0
		} else if empty++; err == nil && empty == maxEmptyReads {
			err = io.ErrNoProgress
		}
		if err != nil {
			m.fail(goneError("reading", err))
			return
		}
	}
}

// feed gives octets that were read to whom they belong.
func (m *Modem) feed(octets []byte) {
	m.mu.Lock()
	m.framer.WantPrompt = m.current != nil && m.current.wantsPrompt
	m.mu.Unlock()
	m.lines = m.framer.Feed(octets, m.lines[:0])
	for _, line := range m.lines {
		m.trace(In, line)
		m.route(line)
	}
}

func (m *Modem) trace(dir Dir, line atline.Line) {
	if m.cfg.Trace == nil {
		return
	}
	if line.Prompt {
		line.Text = ">"
	}
	m.tracing.Lock()
	defer m.tracing.Unlock()
	m.cfg.Trace(dir, line.Text)
}

// route gives one line to the command that it answers, or makes an event of it.
func (m *Modem) route(line atline.Line) {
	m.mu.Lock()
	defer m.mu.Unlock()
	x := m.current
	if line.Prompt {
		x.prompted()
		return
	}
	if x.isEcho(line.Text) && !m.assembler.Waiting() {
		return
	}
	var answer bool
	answer, m.notices = m.assembler.Add(line.Text, x.commandText(), m.notices[:0])
	for _, notice := range m.notices {
		switch notice.Kind {
		case atline.Ready:
			m.restarted.Store(true)
		case atline.TextMessage:
			m.texts.Store(true)
			m.forgot()
			continue // its number and text are nobody's business
		}
		notice.PDU = string(m.withCentre(PDU(notice.PDU)))
		e := newEvent(notice)
		if m.answersUSSD(e) {
			continue
		}
		m.remember(e)
		m.events.add(e)
	}
	switch {
	case !answer:
	case x == nil && m.texts.Load() && atline.Name(line.Text) == "":
		// It may be more of a text that nobody may see.
	case x == nil:
		m.events.unexpected(line.Text)
	default:
		m.answer(x, line)
	}
}

// answer adds a line to the answer of a command, and ends it with the final one.
func (m *Modem) answer(x *exchange, line atline.Line) {
	result, final := atline.ParseResult(line.Text)
	switch {
	case final && !result.IsCall():
		m.verbose = m.verbose || result.Code == atline.OK || result.Code == atline.Error
	case !final && !m.verbose:
		result, final = atline.ParseNumeric(line.Text)
	}
	if !final {
		if !x.add(line) {
			m.events.late(line.Text)
		}
		return
	}
	if x.finish(result) {
		m.current = nil
	}
}

// write is something to be written by the writing goroutine.
type write struct {
	octets []byte
	result chan error
}

// write is the goroutine that writes, so that a device that takes nothing
// blocks it and nobody else.
func (m *Modem) write() {
	for {
		select {
		case <-m.done:
			return
		case w := <-m.writes:
			_, err := m.rw.Write(w.octets)
			w.result <- err
			if err != nil {
				m.fail(goneError("writing", err))
			}
		}
	}
}

// deadliner is a device whose writes can be given a time.
type deadliner interface {
	SetWriteDeadline(t time.Time) error
}

// direct returns the device when its writes can be given a time, so that no other
// goroutine is needed for them.
func direct(rw io.ReadWriteCloser) deadliner {
	if d, ok := rw.(deadliner); ok && d.SetWriteDeadline(time.Time{}) == nil {
		return d
	}
	return nil
}

// put writes octets, with a pause behind each if Config.SendDelay wants one. An error
// means that the device is gone.
func (m *Modem) put(octets string) error {
	if m.cfg.SendDelay <= 0 {
		return m.putWhole(octets)
	}
	for i := range len(octets) {
		if err := m.putWhole(octets[i : i+1]); err != nil {
			return err
		}
		if err := m.pause(context.Background(), m.cfg.SendDelay); err != nil {
			return err
		}
	}
	return nil
}

// putWhole writes octets. An error means that the device is gone; a device that
// blocks for too long is closed, because nothing can be said about what it took.
func (m *Modem) putWhole(octets string) error {
	if m.direct == nil {
		return m.pass(octets)
	}
	if err := m.Err(); err != nil {
		return err
	}
	_ = m.direct.SetWriteDeadline(time.Now().Add(m.cfg.Timeouts.Write))
	_, err := io.WriteString(m.rw, octets)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		m.fail(ErrWriteBlocked)
		return m.Err()
	case m.Err() != nil: // it was closed meanwhile
		return m.Err()
	}
	err = goneError("writing", err)
	m.fail(err)
	return err
}

// pass has octets written by the writing goroutine.
func (m *Modem) pass(octets string) error {
	w := write{octets: []byte(octets), result: make(chan error, 1)}
	deadline := time.NewTimer(m.cfg.Timeouts.Write)
	defer deadline.Stop()
	select {
	case m.writes <- w:
	case <-m.done:
		return m.Err()
	case <-deadline.C:
		m.fail(ErrWriteBlocked)
		return m.Err()
	}
	select {
	case err := <-w.result:
		if err != nil {
			return goneError("writing", err)
		}
		return nil
	case <-m.done:
		return m.Err()
	case <-deadline.C:
		m.fail(ErrWriteBlocked)
		return m.Err()
	}
}
