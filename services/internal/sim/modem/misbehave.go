package modem

import "time"

// before does what the rules put before the normal handling.
func (s *session) before(p plan) error {
	for i := range p.before {
		r := &p.before[i]
		if r.Action == ActionDelay {
			if err := s.pause(r.Delay); err != nil {
				return err
			}
			continue
		}
		s.interject(r)
	}
	return nil
}

// interject sends a line or noise at once, busy or not.
func (s *session) interject(r *Rule) {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	switch {
	case s.m.change(r):
		s.echoOn = s.m.set.echo
	case r.Action == ActionURC:
		s.out.write(s.m.set.frame(r.Reply))
	case r.Reply != "":
		s.out.write([]byte(r.Reply))
	default:
		s.out.write(s.m.faults.garbage())
	}
}

// endBy lets the rule that took over finish the command.
func (s *session) endBy(p plan) error {
	r, err := s.substitute(p.end)
	if err != nil {
		return err
	}
	return s.finish(r, p)
}

// substitute returns the result that a rule puts in the place of the real one.
func (s *session) substitute(rule *Rule) (result, error) {
	switch rule.Action {
	case ActionReply:
		return result{text: rule.Reply, raw: true}, nil
	case ActionOK:
		return ok(), nil
	case ActionHang:
		s.hang(rule.Delay)
	case ActionDrop:
		return result{}, s.m.drop(rule.Delay)
	}
	return result{outcome: outcomeNone}, nil
}

// hang makes the modem deaf and dumb.
func (s *session) hang(d time.Duration) {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.m.hung, s.m.hungUntil = true, time.Time{}
	if d > 0 {
		s.m.hungUntil = time.Now().Add(d)
	}
	s.deafened = true
}

// drop notes for how long the device is away.
func (m *Modem) drop(back time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.backAfter = back
	return ErrDropped
}

// send puts the answer out in the way that the rules want.
func (s *session) send(p plan) error {
	answer := s.answer
	s.answer = s.answer[:0]
	switch {
	case p.late > 0:
		kept := append([]byte(nil), answer...)
		time.AfterFunc(p.late, func() { s.out.write(kept) })
	case p.slow > 0:
		return s.sendSlowly(answer, p.slow)
	default:
		s.out.answer(answer)
	}
	return nil
}

func (s *session) sendSlowly(answer []byte, gap time.Duration) error {
	for i := range answer {
		s.out.answer(answer[i : i+1])
		if err := s.pause(gap); err != nil {
			return err
		}
	}
	return nil
}
