package modem

import (
	"strings"
	"time"
)

// farewell is the time between the answer to a reset and the port going away, so
// that the answer can be read.
const farewell = 100 * time.Millisecond

// lineDone carries out a complete command line.
func (s *session) lineDone(line string, overflow bool) error {
	body, isCommand := findAT(line)
	if !isCommand {
		return nil
	}
	s.input.last = line
	s.flushEcho()
	if s.m.cfg.OnCommand != nil {
		s.m.cfg.OnCommand(line)
	}
	p := s.plan(StageCommand, strings.TrimSpace(line))
	s.setBusy(true)
	if err := s.before(p); err != nil {
		return err
	}
	if p.end != nil {
		return s.endBy(p)
	}
	if overflow {
		return s.finish(final("ERROR"), p)
	}
	r := s.execute(body)
	if r.then != nil {
		return s.finishEntry(r.then, p)
	}
	return s.finish(r, p)
}

// plan asks the rules.
func (s *session) plan(stage Stage, text string) plan {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	if len(s.m.faults.rules) == 0 {
		return plan{}
	}
	return s.m.faults.plan(stage, text)
}

// execute carries out the commands of a line until one does not end with OK.
func (s *session) execute(body string) result {
	list, err := parseLine(body)
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	r := ok()
	wait := s.m.cfg.Latency.Command
	for i := range list {
		r = s.m.invoke(s, &list[i])
		wait += r.wait
		if !r.isOK() {
			break
		}
	}
	if err != nil && r.isOK() {
		r = final("ERROR")
	}
	r.wait = wait
	s.echoOn = s.m.set.echo
	return r
}

// invoke carries out one command; it needs the lock.
func (m *Modem) invoke(s *session, inv *invocation) result {
	cmd, known := m.commands[inv.name]
	switch {
	case !known && inv.name[0] == 'S':
		return m.register(s, inv)
	case !known:
		return final(m.cfg.UnknownCommand)
	}
	if refusal, refused := m.refusal(cmd.needs); refused && inv.op != test {
		return refusal
	}
	handle := cmd.handler(inv.op)
	if handle == nil {
		return final("ERROR")
	}
	return handle(m, s, parseParams(inv.args))
}

// info adds an information response to the answer.
func (s *session) info(lines ...string) {
	s.answer = append(s.answer, s.m.set.frame(strings.Join(lines, "\r\n"))...)
}

// finish completes an answer and sends it, or goes on to wait for a PDU.
func (s *session) finish(r result, p plan) error {
	if err := s.pause(r.wait); err != nil {
		return err
	}
	s.m.mu.Lock()
	if r.outcome == outcomePrompt {
		s.answer = append(s.answer, "\r\n> "...)
	} else {
		s.answer = s.m.set.appendFinal(s.answer, r)
	}
	s.m.mu.Unlock()
	if err := s.send(p); err != nil {
		return err
	}
	if r.outcome == outcomePrompt {
		s.input.entry = r.entry
		return nil
	}
	s.setBusy(false)
	if !r.drop {
		return nil
	}
	if err := s.pause(farewell); err != nil {
		return err
	}
	return ErrDropped
}

// payloadDone carries out what a PDU was asked for.
func (s *session) payloadDone(e *entry, pdu string) error {
	s.flushEcho()
	e.text = pdu
	return s.finishEntry(e, e.plan)
}

// finishEntry carries out an entry whose PDU is there.
func (s *session) finishEntry(e *entry, p plan) error {
	e.plan = p
	r, err := e.done(s, e)
	if err != nil {
		return err
	}
	return s.finish(r, e.plan)
}
