package scheduler

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/allowance"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// Messages tell people about alarms (smstools spec §5.2, admin_to).
type Messages struct {
	// To are the numbers that are sent a message; ModemTo are those that are sent one
	// in their place about a modem.
	To      []config.Text            `yaml:"to"`
	ModemTo map[string][]config.Text `yaml:"modem_to"`
	// ToLevel is the least severe alarm that one is sent about.
	ToLevel int `yaml:"to_level"`
	// ToLimit is how many alarms are told so in ToPeriod; 0: all of them. Without a
	// period it is counted for as long as the scheduler runs.
	ToLimit  int             `yaml:"to_limit"`
	ToPeriod config.Duration `yaml:"to_period"`
}

// defaultMessages bound what trouble that comes again and again can cost.
func defaultMessages() Messages {
	return Messages{ToLevel: severityWarning, ToLimit: 10, ToPeriod: config.Duration(time.Hour)}
}

func (m *Messages) wanted() bool { return len(m.To) > 0 || len(m.ModemTo) > 0 }

// Recipients are who is told about an alarm of a modem, or of none.
func (m *Messages) Recipients(modem string) []config.Text {
	if own, ok := m.ModemTo[modem]; ok {
		return own
	}
	return m.To
}

func (m *Messages) check() error {
	if !m.wanted() {
		return nil
	}
	if m.ToLevel < leastLevel || m.ToLevel > mostLevel {
		return fmt.Errorf("alarms: to_level is %d, want %d to %d", m.ToLevel, leastLevel, mostLevel)
	}
	if m.ToLimit < 0 || m.ToPeriod < 0 {
		return errors.New("alarms: to_limit and to_period must not be negative; 0 is no limit")
	}
	lists := map[string][]config.Text{"to": m.To}
	for modem, numbers := range m.ModemTo {
		lists["modem_to: "+modem] = numbers
	}
	for name, numbers := range lists {
		for i, n := range numbers {
			if len(smsfile.NormaliseNumber([]byte(n))) < shortestNumber {
				return fmt.Errorf("alarms: %s: number %d is none; give it in international form, as in +358401234567", name, i+1)
			}
		}
	}
	return nil
}

// shortestNumber keeps a slip of the keyboard from being a number.
const shortestNumber = 3

// alarmMessages counts what people were told.
type alarmMessages struct {
	mu    sync.Mutex
	tally allowance.Tally
	// silent says that the limit is reached, and the log told.
	silent bool
}

// allow counts an alarm, and reports whether people may be told; first says that it
// is the first one that they are not told about.
func (a *alarmMessages) allow(m *Messages, now time.Time) (ok, first bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := allowance.Limit{Count: m.ToLimit, Span: time.Duration(m.ToPeriod)}
	a.tally, ok = l.Take(a.tally, now)
	first = !ok && !a.silent
	a.silent = !ok
	return ok, first
}

// pagePatience is how long the broker may take to accept messages about an alarm.
const pagePatience = 30 * time.Second

// alarmValidity is for how long it helps to know.
const alarmValidity = 24 * time.Hour

// page sends people a message about an alarm. One that is handled twice is told once:
// its messages have the same ids.
func (s *Scheduler) page(ctx context.Context, e *life.Event, alarm life.Alarm, who string) error {
	m := &s.cfg.Alarms.Messages
	numbers := m.Recipients(who)
	if len(numbers) == 0 || alarm.Severity > m.ToLevel {
		return nil
	}
	now := s.now()
	switch ok, first := s.alarms.allow(m, now); {
	case first:
		s.log.Error("the limit of messages about alarms is reached; more alarms are in the log and in viesti tail alone",
			zap.Int("limit", m.ToLimit), zap.Duration("period", time.Duration(m.ToPeriod)))
		return nil
	case !ok:
		return nil
	}
	var subs []*message.Submission
	for _, number := range numbers {
		subs = append(subs, s.alarmMessage(e, alarm, who, message.NewAddress(smsfile.NormaliseNumber([]byte(number))), now))
	}
	// It is finished when the process stops: nobody else is given the alarm then.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pagePatience)
	defer cancel()
	if err := s.bus.Submit(ctx, subs...); err != nil {
		return fmt.Errorf("sending messages about an alarm: %w", err)
	}
	s.log.Info("people are told about an alarm", zap.String("alarm", alarm.Code), zap.Int("recipients", len(subs)), log.Message(subs[0].ID))
	return nil
}

// alarmMessage is what one recipient is told.
func (s *Scheduler) alarmMessage(e *life.Event, alarm life.Alarm, who string, to message.Address, now time.Time) *message.Submission {
	queue, err := s.policy.Load().Choose("", to)
	if err != nil {
		queue = message.DefaultQueue
	}
	return &message.Submission{
		ID: alarmMessageID(e.ID, to), Account: subject.AlarmAccount(s.cfg.Host), Queue: queue, Priority: message.High, Recipient: to,
		Alphabet: message.UTF8, Body: message.NewBody([]byte(alarmText(who, alarm.Text))), AcceptedAt: now, ExpiresAt: now.Add(alarmValidity),
		OnUnknown: message.Resend, // rather twice than never
	}
}

// alarmText is a text that fits into one message of the GSM alphabet.
func alarmText(who, text string) string {
	const most = 160
	all := "Viesti: " + log.OneLine(text)
	if who != gateway && !strings.Contains(text, who) {
		all = "Viesti: " + who + ": " + log.OneLine(text)
	}
	if runes := []rune(all); len(runes) > most {
		return string(runes[:most-len("...")]) + "..."
	}
	return all
}

func alarmMessageID(alarm string, to message.Address) string {
	const characters = 26
	sum := sha256.Sum256([]byte("alarm " + alarm + " " + to.Reveal()))
	return strings.ToLower(base32.HexEncoding.EncodeToString(sum[:]))[:characters]
}
