// Package subject builds and parses every subject, stream, bucket, consumer and
// header name that Viesti uses on NATS. Nothing else writes one by hand.
//
// All subjects start with a prefix, DefaultPrefix unless configured. Names that
// people choose (queues, accounts, hosts, modems, numbers) travel as tokens,
// escaped by Token so that any name is one token.
package subject

import (
	"errors"
	"fmt"
	"strings"
)

// DefaultPrefix is the prefix of all subjects where none is configured.
const DefaultPrefix = "sms"

// ErrPrefix says that a prefix cannot be used.
var ErrPrefix = errors.New("subject prefix must be words of a-z, 0-9 and - joined by dots")

// Space names everything below one prefix. The zero value is not usable; make
// one with New. A Space is immutable and may be shared.
type Space struct {
	prefix string
}

// New returns the names below prefix; an empty prefix means DefaultPrefix.
func New(prefix string) (Space, error) {
	if prefix == "" {
		prefix = DefaultPrefix
	}
	for _, word := range strings.Split(prefix, ".") {
		if word == "" || strings.Contains(word, "_") || Token(word) != word {
			return Space{}, fmt.Errorf("%w: %q", ErrPrefix, prefix)
		}
	}
	return Space{prefix: prefix}, nil
}

// Default returns the names below DefaultPrefix.
func Default() Space { return Space{prefix: DefaultPrefix} }

// Prefix returns the prefix itself.
func (s Space) Prefix() string { return s.prefix }

func (s Space) join(tokens ...string) string {
	return s.prefix + "." + strings.Join(tokens, ".")
}

// split returns the tokens after the prefix and the family, or false when the
// subject is of another family or has another number of tokens.
func (s Space) split(subject, family string, n int) ([]string, bool) {
	rest, ok := strings.CutPrefix(subject, s.prefix+"."+family+".")
	if !ok {
		return nil, false
	}
	tokens := strings.Split(rest, ".")
	return tokens, len(tokens) == n
}
