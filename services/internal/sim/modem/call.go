package modem

import (
	"fmt"
	"strings"
	"time"
)

// Call states, <stat> of AT+CLCC (3GPP TS 27.007 §7.18).
const (
	callActive   = 0
	callIncoming = 4
)

// Activity status of AT+CPAS (3GPP TS 27.007 §8.1).
const (
	activityReady   = 0
	activityRinging = 3
	activityCall    = 4
)

// call is the one call that the modem can have.
type call struct {
	number   string
	incoming bool
	state    int
	timer    *time.Timer
}

// endCall forgets the call, if there is one.
func (m *Modem) endCall() {
	if m.call != nil && m.call.timer != nil {
		m.call.timer.Stop()
	}
	m.call = nil
}

func callCommands() map[string]command {
	return map[string]command{
		"D":     {needs: needSIM, set: dial},
		"A":     {execute: answer},
		"H":     {execute: hangUp},
		"+CHUP": {execute: hangUp, test: accept()},
		"+VTS":  {set: sendTone, test: say("+VTS: (0-9,*,#,A-D)")},
		"+CLCC": {execute: listCalls, test: accept()},
		"+CPAS": {execute: activity, test: say("+CPAS: (0,3,4)")},
		"+CLIP": {set: setCallerID, query: showCallerID, test: say("+CLIP: (0,1)")},
		"+CRC":  {set: accept(), query: say("+CRC: 0"), test: say("+CRC: (0,1)")},
		"+CVHU": {set: accept(), query: say("+CVHU: 0"), test: say("+CVHU: (0-2)")},
	}
}

// dial is ATD; only voice calls, which end with ";", can be answered.
func dial(m *Modem, _ *session, p params) result {
	number, isVoice := strings.CutSuffix(strings.Join(p, ","), ";")
	number = strings.TrimLeft(strings.TrimSpace(number), "TPtp ")
	switch {
	case number == "" || m.call != nil:
		return final("ERROR")
	case !m.registered().hasService() || !isVoice:
		return final("NO CARRIER")
	}
	plan := m.callPlan(number)
	r := final(plan.Result)
	r.wait = plan.After
	if plan.Result == "OK" {
		m.begin(number, plan)
	}
	return r
}

// callPlan returns what happens when a number is dialled.
func (m *Modem) callPlan(number string) Call {
	for _, c := range m.cfg.Calls {
		if c.Match == nil || c.Match.MatchString(number) {
			if c.Result == "" {
				c.Result = "OK"
			}
			return c
		}
	}
	return Call{Result: "OK"}
}

// begin starts an outgoing call; while it dials the modem takes no commands.
func (m *Modem) begin(number string, plan Call) {
	c := &call{number: number, state: callActive}
	m.call = c
	if plan.HangUpAfter > 0 {
		c.timer = time.AfterFunc(plan.After+plan.HangUpAfter, func() { m.remoteEnd(c) })
	}
}

// remoteEnd is the other side hanging up.
func (m *Modem) remoteEnd(c *call) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.call != c {
		return
	}
	if c.state == callIncoming {
		m.books.missed(c.number)
	}
	m.endCall()
	m.urc("NO CARRIER")
}

// Ring lets somebody call: RING, with +CLIP when it is on, now and every
// Config.RingInterval until the call is answered, refused or given up. It
// reports false when the modem cannot be called.
func (m *Modem) Ring(number string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.call != nil || !m.registered().hasService() {
		return false
	}
	c := &call{number: number, incoming: true, state: callIncoming}
	m.call = c
	c.timer = time.AfterFunc(m.cfg.RingInterval, func() { m.ringAgain(c) })
	m.ring(c)
	return true
}

func (m *Modem) ringAgain(c *call) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.call == c && c.state == callIncoming {
		m.ring(c)
		c.timer.Reset(m.cfg.RingInterval)
	}
}

func (m *Modem) ring(c *call) {
	m.urc("RING")
	if m.set.clip == 1 {
		m.urc(fmt.Sprintf(`+CLIP: "%s",%d`, plus(c.number), numberType(c.number)))
	}
}

// GiveUp lets the other side end the call; one that was not answered becomes a
// missed call in the phone book MC.
func (m *Modem) GiveUp() {
	m.mu.Lock()
	c := m.call
	m.mu.Unlock()
	if c != nil {
		m.remoteEnd(c)
	}
}

// plus puts the sign of an international number in front.
func plus(number string) string {
	if numberType(number) == 145 && !strings.HasPrefix(number, "+") {
		return "+" + number
	}
	return number
}

// numberType is the type of address in decimal (3GPP TS 24.008 §10.5.4.7):
// numbers of more than six digits without a leading 0 are international.
func numberType(number string) int {
	if strings.HasPrefix(number, "+") || len(number) > 6 && number[0] != '0' {
		return 145
	}
	return 129
}

func answer(m *Modem, _ *session, _ params) result {
	if m.call == nil || m.call.state != callIncoming {
		return final("NO CARRIER")
	}
	m.call.state = callActive
	return ok()
}

func hangUp(m *Modem, _ *session, _ params) result {
	m.endCall()
	return ok()
}

func sendTone(m *Modem, _ *session, p params) result {
	if m.call == nil || m.call.state != callActive || p.text(0, "") == "" {
		return cme(cmeNotAllowed)
	}
	return ok()
}

func listCalls(m *Modem, s *session, _ params) result {
	if c := m.call; c != nil {
		direction := 0
		if c.incoming {
			direction = 1
		}
		s.info(fmt.Sprintf(`+CLCC: 1,%d,%d,0,0,"%s",%d`,
			direction, c.state, plus(c.number), numberType(c.number)))
	}
	return ok()
}

func activity(m *Modem, s *session, _ params) result {
	status := activityReady
	switch {
	case m.call == nil:
	case m.call.state == callIncoming:
		status = activityRinging
	default:
		status = activityCall
	}
	s.info("+CPAS: " + itoa(status))
	return ok()
}

func setCallerID(m *Modem, _ *session, p params) result {
	n, valid := p.number(0, 0, 0, 1)
	if !valid {
		return cme(cmeInvalidArgument)
	}
	m.set.clip = n
	return ok()
}

func showCallerID(m *Modem, s *session, _ params) result {
	s.info(fmt.Sprintf("+CLIP: %d,1", m.set.clip))
	return ok()
}
