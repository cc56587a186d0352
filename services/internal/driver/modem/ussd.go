package modem

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
	codec "github.com/viesti-sms/viesti/services/internal/codec/ussd"
)

// Errors of USSD.
var (
	// ErrUSSDBusy says that another request has not been answered yet.
	ErrUSSDBusy = errors.New("another USSD request is under way")
	// ErrUSSD says that the network did not answer a request, or not with a text.
	ErrUSSD = errors.New("the network gave no answer")
)

// USSDAnswer is what the network answers.
type USSDAnswer struct {
	// Text is readable; it may quote a balance or a number, and is not for logs.
	Text string
	// Line is the answer as the modem gave it.
	Line string
	// Open tells that the network waits for an answer in its turn: the next USSD
	// is that, and CancelUSSD ends it.
	Open bool
}

// ussdWait is a request that waits for its answer.
type ussdWait struct{ answer chan USSD }

// USSD sends a request, or an answer within a dialogue, and waits for what the
// network says, at most timeout (3GPP TS 27.007 §7.15). Other commands go on
// meanwhile; a second request is ErrUSSDBusy.
func (m *Modem) USSD(ctx context.Context, code string, timeout time.Duration) (USSDAnswer, error) {
	if err := codec.Check(code); err != nil {
		return USSDAnswer{}, err
	}
	return m.dialogue(ctx, timeout, func() error { return m.sendUSSD(ctx, code) })
}

// USSDCommand is USSD for a command that is made already, AT+CUSD with its parameters.
func (m *Modem) USSDCommand(ctx context.Context, command string, timeout time.Duration) (USSDAnswer, error) {
	return m.dialogue(ctx, timeout, func() error {
		_, err := m.Command(ctx, command, m.patience(OpCUSD))
		return err
	})
}

// dialogue waits for the answer to what send sends.
func (m *Modem) dialogue(ctx context.Context, timeout time.Duration, send func() error) (USSDAnswer, error) {
	wait := &ussdWait{answer: make(chan USSD, 1)}
	if !m.ussd.CompareAndSwap(nil, wait) {
		return USSDAnswer{}, ErrUSSDBusy
	}
	defer m.ussd.CompareAndSwap(wait, nil)
	if err := send(); err != nil {
		return USSDAnswer{}, err
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case u := <-wait.answer:
		return ussdAnswer(u)
	case <-ctx.Done():
		return USSDAnswer{}, ctx.Err()
	case <-m.done:
		return USSDAnswer{}, m.Err()
	case <-timer.C:
		return USSDAnswer{}, fmt.Errorf("%w within %s", ErrUSSD, timeout)
	}
}

// CancelUSSD ends a dialogue.
func (m *Modem) CancelUSSD(ctx context.Context) error {
	_, err := m.do(ctx, "AT+CUSD=2", m.patience(OpCUSD))
	return err
}

// sendUSSD gives the request in the form that the family takes or, where that is
// not known or refused, in the others.
func (m *Modem) sendUSSD(ctx context.Context, code string) error {
	var refusal error
	for _, coding := range m.ussdCodings(ctx) {
		command := `AT+CUSD=1,"` + codec.Encode(code, coding) + `",` + strconv.Itoa(codec.DCS)
		_, err := m.do(ctx, command, m.patience(OpCUSD))
		if !isRefusal(err) || errors.Is(err, ErrGone) {
			return err
		}
		if refusal == nil {
			refusal = err
		}
	}
	return refusal
}

func (m *Modem) ussdCodings(ctx context.Context) []codec.Coding {
	switch m.profile.Load().USSD {
	case USSDPacked:
		return []codec.Coding{codec.Packed, codec.Plain}
	case USSDGSM:
		return []codec.Coding{codec.Plain, codec.Packed}
	}
	if m.Charset(ctx) == "UCS2" {
		return []codec.Coding{codec.UCS2, codec.Packed}
	}
	return []codec.Coding{codec.Plain, codec.Packed}
}

// Charset is the character set that the modem has for texts (AT+CSCS); empty when
// it does not tell. PDUs do not depend on it.
func (m *Modem) Charset(ctx context.Context) string {
	lines, err := m.do(ctx, "AT+CSCS?", m.patience(OpDefault))
	if err != nil {
		return ""
	}
	for _, line := range lines {
		if values, ok := atline.Values(line, "+CSCS"); ok {
			return atline.Fields(values)[0].Text
		}
	}
	return ""
}

func ussdAnswer(u USSD) (USSDAnswer, error) {
	text := string(u.Text.Reveal())
	answer := USSDAnswer{
		Text: codec.Decode(text, u.DCS), Open: u.Status == atline.USSDOpen,
		Line: fmt.Sprintf(`+CUSD: %d,"%s",%d`, u.Status, text, u.DCS),
	}
	if text != "" || u.Status == atline.USSDDone || answer.Open {
		return answer, nil
	}
	switch u.Status {
	case atline.USSDEnded:
		return answer, fmt.Errorf("%w: it ended the dialogue", ErrUSSD)
	case atline.USSDElsewhere:
		return answer, fmt.Errorf("%w: another device of the SIM has answered", ErrUSSD)
	case atline.USSDUnsupported:
		return answer, fmt.Errorf("%w: it does not know the request", ErrUSSD)
	case atline.USSDTimedOut:
		return answer, fmt.Errorf("%w in time", ErrUSSD)
	default:
		return answer, fmt.Errorf("%w: state %d", ErrUSSD, u.Status)
	}
}

// answersUSSD hands an answer to who waits for it, once; it reports false for what the
// network says of its own accord.
func (m *Modem) answersUSSD(e Event) bool {
	u, ok := e.(USSD)
	wait := m.ussd.Load()
	if !ok || wait == nil || !m.ussd.CompareAndSwap(wait, nil) {
		return false
	}
	wait.answer <- u // there is room for one
	return true
}
