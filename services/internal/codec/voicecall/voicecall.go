// Package voicecall reads what the text of a voice call asks for (smstools spec
// §7.9). It is pure.
package voicecall

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Call is a call that plays tones when it is answered.
type Call struct {
	// Time is how long it may take to be answered; 0 leaves it to the modem.
	Time time.Duration
	// Repeat is how often the tones are played.
	Repeat int
	// Tones are DTMF signals, of 0 to 9, * and #.
	Tones string
}

// Defaults and bounds of a Call.
const (
	defaultRepeat = 3
	defaultTones  = "111#000#11001"
	maxRepeat     = 100
	maxTones      = 200
	maxTime       = 10 * time.Minute
)

// ErrCall says that a text asks for more than a call is good for.
var ErrCall = errors.New("not the text of a voice call")

// Parse reads the text: words in any case, "TONE:" and "TIME: seconds", then a number of
// repetitions, unless nothing is behind it, and a list of tones, of which anything else
// is passed over. A text with neither of them gives the default tones; one with other
// words only is a call without tones.
func Parse(text string) (Call, error) {
	c := Call{Repeat: defaultRepeat}
	rest := strings.Replace(strings.ToUpper(text), "TONE:", " ", 1)
	before, after, timed := strings.Cut(rest, "TIME:")
	if timed {
		var seconds int
		seconds, after = leadingNumber(strings.TrimLeft(after, blanks))
		if c.Time = time.Duration(seconds) * time.Second; c.Time > maxTime {
			return Call{}, fmt.Errorf("%w: TIME: is followed by more than %d seconds", ErrCall, int(maxTime/time.Second))
		}
		rest = before + " " + after
	}
	rest = strings.TrimSpace(rest)
	if rest == "" {
		c.Tones = defaultTones
		return c, nil
	}
	return c.withTones(rest)
}

// blanks stand between words; a line end does not.
const blanks = " \t"

// withTones reads the repetitions and the tones.
func (c Call) withTones(text string) (Call, error) {
	tones := text
	if i := strings.IndexAny(text, blanks); i >= 0 {
		tones = text[i:]
		if repeat, _ := leadingNumber(text[:i]); repeat > 0 {
			c.Repeat = repeat
		}
	}
	c.Tones = strings.Map(tone, tones)
	switch {
	case c.Repeat > maxRepeat:
		return Call{}, fmt.Errorf("%w: tones are repeated at most %d times", ErrCall, maxRepeat)
	case len(c.Tones) > maxTones:
		return Call{}, fmt.Errorf("%w: more than %d tones", ErrCall, maxTones)
	}
	return c, nil
}

// tone is a signal, or nothing.
func tone(r rune) rune {
	if r >= '0' && r <= '9' || r == '*' || r == '#' {
		return r
	}
	return -1
}

// leadingNumber is the number that s begins with, 0 without one, and what is behind it.
// It stops growing far beyond what a call is good for.
func leadingNumber(s string) (n int, rest string) {
	for s != "" && s[0] >= '0' && s[0] <= '9' {
		n, s = min(n*10+int(s[0]-'0'), 10*int(maxTime/time.Second)), s[1:]
	}
	return n, s
}

// Form is how a modem wants tones.
type Form struct {
	// List gives all in one command, AT+VTS="1,2,3"; otherwise each has its own.
	List bool
	// Quoted puts them between quotation marks.
	Quoted bool
}

// Command returns the AT command that plays the tones once; empty for none.
func (c Call) Command(f Form) string {
	if c.Tones == "" {
		return ""
	}
	quote := func(s string) string {
		if f.Quoted {
			return `"` + s + `"`
		}
		return s
	}
	tones := strings.Split(c.Tones, "")
	if f.List {
		return "AT+VTS=" + quote(strings.Join(tones, ","))
	}
	for i, tone := range tones {
		tones[i] = "+VTS=" + quote(tone)
	}
	return "AT" + strings.Join(tones, ";")
}
