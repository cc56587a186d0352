package modem

import (
	"fmt"
	"strconv"
)

// What a modem does in text mode (3GPP TS 27.005 §3): only so much of it that a terminal
// that takes it to be in PDU mode can see what comes of that.

// textHeader is the part of a header that stands for an originator and a time.
const textHeader = `"+358401234567",,"22/01/01,00:00:00+08"`

// secretText is the text of every message that is shown in text mode.
const secretText = "Secret text"

// sendText is AT+CMGS=<da>: what is entered goes to that number, as a text.
func sendText(m *Modem, p params) result {
	number := p.text(0, "")
	if number == "" {
		return cms(cmsInvalidArgument)
	}
	length, _ := strconv.Atoi(number)
	return result{outcome: outcomePrompt, wait: m.cfg.Latency.Prompt, entry: &entry{
		length: length,
		done:   func(s *session, e *entry) (result, error) { return m.textEntered(s, e), nil },
	}}
}

// textEntered records the text, which is the network's now.
func (m *Modem) textEntered(s *session, e *entry) result {
	rec := m.newRecord(e)
	m.mu.Lock()
	m.lastMR++
	rec.Accepted, rec.MR, rec.TextMode, rec.Result = true, int(m.lastMR), true, "OK"
	s.info("+CMGS: " + strconv.Itoa(rec.MR))
	m.mu.Unlock()
	m.journal.add(rec)
	return ok()
}

// inTextMode is a stored or arriving message as text mode shows it.
func inTextMode(prefix string, stat int) string {
	return fmt.Sprintf("%s\"%s\",%s\r\n%s", prefix, [...]string{"REC UNREAD", "REC READ", "STO UNSENT", "STO SENT"}[stat], textHeader, secretText)
}
