package modem

import (
	"strings"
	"time"

	"go.uber.org/zap"

	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
)

// power are lines with which a modem says that its supply is bad: most hanging
// modems hang for that reason.
var power = []string{"UNDER-VOLTAGE", "OVER-VOLTAGE", "NORMAL POWER DOWN"}

// unexpected logs what a modem says unasked and nothing else understands
// (smstools spec §7.4, "Unexpected input"). Families are known to chatter: what
// is no trouble is for those who look closely.
func (w *worker) unexpected(line string) {
	for _, phrase := range power {
		if strings.HasPrefix(strings.ToUpper(line), phrase) {
			w.log.Error("the modem complains about its power supply", zap.String("line", phrase))
			return
		}
	}
	if !w.dev.DetectUnexpectedInput {
		return
	}
	for _, phrase := range w.dev.IgnoreUnexpectedInput {
		if phrase != "" && strings.Contains(line, phrase) {
			return
		}
	}
	shown := zap.String("line", driver.RedactLine(line))
	if w.dev.UnexpectedInputIsTrouble && w.isNews(line) {
		w.log.Warn("unexpected input", shown)
		return
	}
	w.log.Debug("unexpected input", shown)
}

// chatterPause is how long what was logged once is not logged as trouble again.
const chatterPause = 10 * time.Minute

// maxChatter bounds what is remembered of lines.
const maxChatter = 64

// isNews reports whether nothing of this name was logged of late.
func (w *worker) isNews(line string) bool {
	name, _, _ := strings.Cut(line, ":")
	now := w.now()
	if last, ok := w.chatter[name]; ok && now.Sub(last) < chatterPause {
		return false
	}
	if w.chatter == nil || len(w.chatter) >= maxChatter {
		w.chatter = map[string]time.Time{}
	}
	w.chatter[name] = now
	return true
}

// cell logs a change of the cell, when it is asked for.
func (w *worker) cell(e driver.Registration) {
	if !w.dev.CellInfo || e.Cell.CI == "" {
		return
	}
	w.log.Info("cell changed", zap.String("network", e.Network), zap.Int("registration", int(e.Cell.Stat)),
		zap.String("area", e.Cell.LAC), zap.String("cell", e.Cell.CI))
}
