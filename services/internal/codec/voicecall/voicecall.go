// Package voicecall reads what the text of a voice call asks for (smstools spec
// §7.9). It is pure.
package voicecall

import (
	"errors"
	"fmt"
	"strconv"
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

// ErrCall says that a text does not say what to do.
var ErrCall = errors.New("not the text of a voice call")

// keywords separates them from what follows.
var keywords = strings.NewReplacer("TIME:", "TIME: ", "TONE:", "TONE: ")

// Parse reads the text: words in any case, "TONE:", "TIME: seconds", a number
// of repetitions, and a list of tones.
func Parse(text string) (Call, error) {
	c := Call{Repeat: defaultRepeat, Tones: defaultTones}
	words := strings.Fields(keywords.Replace(strings.ToUpper(text)))
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "TONE:":
		case word == "TIME:":
			if i++; i >= len(words) {
				return Call{}, fmt.Errorf("%w: TIME: is not followed by seconds", ErrCall)
			}
			seconds, err := strconv.Atoi(words[i])
			if c.Time = time.Duration(seconds) * time.Second; err != nil || seconds < 1 || c.Time > maxTime {
				return Call{}, fmt.Errorf("%w: TIME: is not followed by 1 to %d seconds", ErrCall, int(maxTime/time.Second))
			}
		case isNumber(word) && !strings.Contains(word, ","):
			repeat, err := strconv.Atoi(word)
			if c.Repeat = repeat; err != nil || repeat > maxRepeat {
				return Call{}, fmt.Errorf("%w: tones are repeated at most %d times", ErrCall, maxRepeat)
			}
		default:
			if c.Tones = strings.ReplaceAll(word, ",", ""); strings.Trim(c.Tones, "0123456789*#") != "" || len(c.Tones) > maxTones {
				return Call{}, fmt.Errorf("%w: tones are up to %d of 0 to 9, * and #, separated by commas", ErrCall, maxTones)
			}
		}
	}
	return c, nil
}

func isNumber(word string) bool { return word != "" && strings.Trim(word, "0123456789") == "" }

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
