package modem

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// maxTPDU is the longest SMS-SUBMIT in octets (3GPP TS 23.040 §9.2.2.2): twelve
// of address, seven of validity, 140 of user data and five more.
const maxTPDU = 164

func messageCommands() map[string]command {
	return map[string]command{
		"+CMGF": {needs: needBooted, set: setFormat, query: showFormat, test: say("+CMGF: (0,1)")},
		"+CMGS": {needs: needBooted, set: sendMessage, test: accept()},
		"+CMGW": {needs: needMessages, set: writeMessage, test: accept()},
		"+CMSS": {needs: needMessages, set: sendStored, test: accept()},
		"+CMMS": choice("+CMMS: ", "(0-2)", 2, func(s *settings) *int { return &s.cmms }),
		"+CSMS": {set: setService, query: showService, test: say("+CSMS: (0,1)")},
		"+CSCS": {set: setCharset, query: showCharset, test: say(`+CSCS: ("GSM","IRA","UCS2","HEX")`)},
		"+CSCA": {needs: needSIM, set: setCentre, query: showCentre, test: accept()},
		"+CNMI": {needs: needBooted, set: setIndications, query: showIndications, test: say("+CNMI: (0-3),(0-3),(0-3),(0-2),(0,1)")},
		"+CNMA": {execute: acknowledge, set: acknowledge, test: say("+CNMA: (0-2)")},
	}
}

// sendMessage is AT+CMGS=<length> (3GPP TS 27.005 §4.3).
func sendMessage(m *Modem, _ *session, p params) result {
	if m.set.textMode {
		return sendText(m, p)
	}
	length, err := strconv.Atoi(p.text(0, ""))
	if err != nil || !m.cfg.AnyLength && (length < 1 || length > maxTPDU) {
		return cms(cmsInvalidPDU)
	}
	return result{
		outcome: outcomePrompt,
		wait:    m.cfg.Latency.Prompt,
		entry:   &entry{length: length, done: (*session).submit},
	}
}

// sendStored is AT+CMSS=<index> (3GPP TS 27.005 §4.7); another destination than
// the stored one is not supported.
func sendStored(m *Modem, _ *session, p params) result {
	index, valid := p.number(0, -1, 0, maxIndex)
	if !valid || len(p) > 1 {
		return cms(cmsInvalidArgument)
	}
	place := m.storage.at(m.storage.chosen[memoryWrite], index)
	if place == nil || !place.used || place.stat < statUnsent {
		return cms(cmsInvalidIndex)
	}
	return result{then: &entry{
		length: place.length, text: place.pdu,
		done: func(s *session, e *entry) (result, error) {
			r, err := s.submitAs(e, "+CMSS: ")
			if r.isOK() {
				s.m.markSent(index)
			}
			return r, err
		},
	}}
}

func (s *session) submit(e *entry) (result, error) { return s.submitAs(e, "+CMGS: ") }

// submitAs offers a PDU to the network and records it before it is carried on,
// so that who sees a message delivered also finds its record.
func (s *session) submitAs(e *entry, prefix string) (result, error) {
	rec := s.m.newRecord(e)
	sub, r, err := s.offer(e, &rec)
	if sub == nil || err != nil {
		rec.Result = s.m.resultText(r)
		s.m.journal.add(rec)
		return r, err
	}
	p := s.plan(StageAccepted, rec.HexPDU)
	e.plan = e.plan.merge(p)
	rec.Result = p.resultText()
	s.m.journal.add(rec)
	s.m.network.carry(sub)
	if err := s.before(p); err != nil {
		return result{}, err
	}
	if p.end != nil {
		return s.substitute(p.end)
	}
	s.inform(prefix + strconv.Itoa(rec.MR))
	return ok(), nil
}

// offer goes as far as the network having the message; without a submission the
// result is the answer.
func (s *session) offer(e *entry, rec *Record) (*submission, result, error) {
	p := s.plan(StagePDU, rec.HexPDU)
	e.plan = e.plan.merge(p)
	if err := s.before(p); err != nil {
		return nil, result{outcome: outcomeNone}, err
	}
	if p.end != nil {
		r, err := s.substitute(p.end)
		return nil, r, err
	}
	if err := s.pause(s.m.acceptTime()); err != nil {
		return nil, result{outcome: outcomeNone}, err
	}
	sub, r := s.m.accept(rec)
	return sub, r, nil
}

// accept is the network's decision; it completes the record.
func (m *Modem) accept(rec *Record) (*submission, result) {
	submit, valid := m.decode(rec)
	if !valid {
		return nil, cms(cmsInvalidPDU)
	}
	fate := m.network.fate(submit.DA)
	if fate.Reject != 0 {
		return nil, cms(fate.Reject)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.registered().hasService() {
		return nil, cms(cmsNoService)
	}
	m.lastMR++
	rec.Accepted, rec.MR = true, int(m.lastMR)
	return &submission{
		submit: submit, mr: m.lastMR, from: m, fate: fate,
		at: tpdu.NewTimestamp(m.network.cfg.Now()),
	}, result{}
}

// decode reads the PDU; only AnyLength lets pass what is not quite an SMS-SUBMIT
// of the length that was announced.
func (m *Modem) decode(rec *Record) (tpdu.DecodedSubmit, bool) {
	submit, err := tpdu.DecodeSubmit(rec.TPDU)
	if m.cfg.AnyLength {
		return submit, true
	}
	return submit, err == nil && len(submit.Warnings) == 0 && len(rec.TPDU) == rec.Length
}

func (m *Modem) newRecord(e *entry) Record {
	text := strings.ToUpper(strings.TrimSpace(e.text))
	tpdu := withoutSMSC(text)
	if m.cfg.Phase1 {
		tpdu, _ = hex.DecodeString(text)
	}
	return Record{Modem: m.cfg.Name, Time: m.cfg.Now(), Length: e.length, MR: -1, HexPDU: text, TPDU: tpdu}
}

// withoutSMSC returns the TPDU of a PDU in hexadecimal; nil when it is none.
func withoutSMSC(pdu string) []byte {
	octets, err := hex.DecodeString(pdu)
	if err != nil || len(octets) == 0 || int(octets[0])+1 > len(octets) {
		return nil
	}
	return octets[1+octets[0]:]
}

func (m *Modem) acceptTime() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.cfg.Latency.Accept
	if m.cfg.Latency.Jitter > 0 {
		d += time.Duration(m.random.Int64N(int64(m.cfg.Latency.Jitter)))
	}
	return d
}

// resultText is a final result as a Record shows it.
func (m *Modem) resultText(r result) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.set.line(r)
}

// resultText is the final result that an accepted message gets.
func (p *plan) resultText() string {
	switch {
	case p.end == nil || p.end.Action == ActionOK:
		return "OK"
	case p.end.Action == ActionReply:
		return p.end.Reply
	}
	return ""
}

// inform is info for those who do not hold the lock.
func (s *session) inform(line string) {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.info(line)
}
