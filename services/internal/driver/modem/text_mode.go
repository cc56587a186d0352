package modem

import (
	"context"
	"errors"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// How a modem is met that has restarted by itself without a word, and may be in text
// mode: it shows messages as texts, and would send a PDU as the text of a message to
// the number that its length is.

// forgot notes that the modem has lost its settings, and tells whoever takes events to
// give them again.
func (m *Modem) forgot() {
	if !m.restarted.Swap(true) {
		m.events.add(Ready{Line: restartedSilently})
	}
}

// restartedSilently is the Line of a Ready that no line of the modem stands for.
const restartedSilently = "restarted without a word"

// showing gives a command that shows messages; once more in PDU mode, when the modem
// turns out to be in text mode.
func (m *Modem) showing(ctx context.Context, command string, op Op) ([]string, error) {
	lines, err := m.doHeld(ctx, command, m.patience(op))
	if !m.cfg.SelectPDUMode || !inTextMode(lines, err) {
		return lines, err
	}
	m.forgot()
	if err := m.enterPDUMode(ctx); err != nil {
		return nil, err
	}
	return m.doHeld(ctx, command, m.patience(op))
}

// enterPDUMode selects PDU mode.
func (m *Modem) enterPDUMode(ctx context.Context) error {
	_, err := m.doHeld(ctx, pduMode, m.patience(OpCMGF))
	if err == nil {
		m.texts.Store(false)
	}
	return err
}

// cmsTextMode is "invalid text mode parameter".
const cmsTextMode = 305

// inTextMode reports whether an answer is one of text mode: the state of a message is
// a word in quotes there.
func inTextMode(lines []string, err error) bool {
	for _, line := range lines {
		name := atline.Name(line)
		values, _ := atline.Values(line, name)
		switch {
		case name == "+CMGR" && strings.HasPrefix(values, `"`):
			return true
		case name == "+CMGL":
			_, state, _ := strings.Cut(values, ",")
			return strings.HasPrefix(strings.TrimSpace(state), `"`)
		}
	}
	var r *RefusedError
	return errors.As(err, &r) && r.Code == cmsTextMode
}
