// Package route chooses the queue of a message (smstools spec §7.1). It is pure;
// a Policy must not be changed once it is in use.
package route

import (
	"errors"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Errors that say why a message has no queue; their texts are those of smstools.
var (
	// ErrQueue says that the queue asked for does not exist.
	ErrQueue = errors.New("Wrong provider queue") //nolint:staticcheck // the text is an interface
	// ErrNoMatch says that no queue takes the number.
	ErrNoMatch = errors.New("Destination number does not match any provider") //nolint:staticcheck // the text is an interface
)

// Policy says which queue takes which number; it is a part of the shared policy.
type Policy struct {
	// Queues are the provider queues in order. Without any, everything goes to
	// message.DefaultQueue.
	Queues []Queue
}

// Queue is a provider queue.
type Queue struct {
	Name string
	// Prefixes of normalised numbers that the queue takes; short numbers match
	// with their "s". None: it takes everything.
	Prefixes []string
}

// catchAll are the prefixes of a queue that has none of its own.
var catchAll = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "s"}

// Choose returns the queue for a message to number. asked is what the message
// says about it: a queue's name, or a number to look up instead of the
// destination, or nothing. The first queue in order that matches wins, not the
// longest prefix.
func (p *Policy) Choose(asked string, number message.Address) (string, error) {
	if len(p.Queues) == 0 {
		return message.DefaultQueue, nil
	}
	if asked != "" && !looksLikeNumber(asked) {
		for _, q := range p.Queues {
			if q.Name == asked {
				return q.Name, nil
			}
		}
		return "", ErrQueue
	}
	if asked != "" {
		if q, _, ok := p.Match(asked); ok {
			return q, nil
		}
		return "", ErrQueue
	}
	if q, _, ok := p.Match(number.Reveal()); ok {
		return q, nil
	}
	return "", ErrNoMatch
}

// Match returns the first queue in order that takes a number, and the prefix by
// which it does.
func (p *Policy) Match(number string) (queue, prefix string, ok bool) {
	for _, q := range p.Queues {
		prefixes := q.Prefixes
		if len(prefixes) == 0 {
			prefixes = catchAll
		}
		for _, prefix := range prefixes {
			if strings.HasPrefix(number, prefix) {
				return q.Name, prefix, true
			}
		}
	}
	return "", "", false
}

// looksLikeNumber reports whether a Queue header names a number: it starts with
// a digit, "*" or "#", or with "s" and a digit.
func looksLikeNumber(s string) bool {
	const digits = "0123456789"
	if strings.IndexByte(digits+"*#", s[0]) >= 0 {
		return true
	}
	return len(s) > 1 && s[0] == 's' && strings.IndexByte(digits, s[1]) >= 0
}
