package hook

import (
	"errors"
	"fmt"
	"strings"
)

// Errors of Words.
var (
	// ErrQuotes says that a quote in a command is not closed.
	ErrQuotes = errors.New("a quote is not closed")
	// ErrShell says that a command needs a shell, which it does not get.
	ErrShell = errors.New("it uses what only a shell understands")
)

// shellOnly are the characters that mean something to a shell unless they are
// quoted; inQuotes those that still do between double quotes.
const (
	shellOnly = "|&;<>()$`*?~\n"
	inQuotes  = "$`"
)

// Words splits a command into its program and arguments. Blanks part them;
// single and double quotes and a backslash keep blanks and quotes as in a shell.
// Nothing else that a shell does is done: a command that has pipes, redirections,
// variables or patterns is refused with ErrShell, since it would run as something
// else than what it says. /bin/sh -c '...' names a shell where one is wanted.
func Words(command string) ([]string, error) {
	s := splitter{rest: command}
	var words []string
	for {
		word, ok, err := s.word()
		if err != nil {
			return nil, fmt.Errorf("the command %q: %w", firstWord(command), err)
		}
		if !ok {
			break
		}
		words = append(words, word)
	}
	if len(words) > 0 && assigns(words[0]) {
		return nil, fmt.Errorf("the command %q: %w: an assignment in front; use /usr/bin/env", firstWord(command), ErrShell)
	}
	return words, nil
}

// splitter cuts words off the front of a command.
type splitter struct{ rest string }

// word returns the next word; ok is false at the end.
func (s *splitter) word() (word string, ok bool, err error) {
	s.rest = strings.TrimLeft(s.rest, " \t")
	if s.rest == "" {
		return "", false, nil
	}
	var w strings.Builder
	for s.rest != "" && !strings.HasPrefix(s.rest, " ") && !strings.HasPrefix(s.rest, "\t") {
		piece, err := s.piece()
		if err != nil {
			return "", false, err
		}
		w.WriteString(piece)
	}
	return w.String(), true, nil
}

// piece returns the next quoted piece or character of a word.
func (s *splitter) piece() (string, error) {
	c := s.rest[0]
	switch {
	case c == '\'':
		return s.single()
	case c == '"':
		return s.double()
	case c == '\\' && len(s.rest) > 1:
		defer s.skip(2)
		return s.rest[1:2], nil
	case strings.IndexByte(shellOnly, c) >= 0:
		return "", fmt.Errorf("%w: %q; put it into a script, or quote it", ErrShell, string(c))
	default:
		defer s.skip(1)
		return s.rest[:1], nil
	}
}

func (s *splitter) skip(n int) { s.rest = s.rest[n:] }

// single reads what stands between single quotes, which is what it is.
func (s *splitter) single() (string, error) {
	end := strings.IndexByte(s.rest[1:], '\'')
	if end < 0 {
		return "", ErrQuotes
	}
	defer s.skip(end + 2)
	return s.rest[1 : end+1], nil
}

// double reads what stands between double quotes, in which a backslash keeps a
// quote, a backslash, and what a shell would look at.
func (s *splitter) double() (string, error) {
	var w strings.Builder
	for i := 1; i < len(s.rest); i++ {
		c := s.rest[i]
		switch {
		case c == '"':
			s.skip(i + 1)
			return w.String(), nil
		case c == '\\' && i+1 < len(s.rest) && strings.IndexByte(`"\`+inQuotes, s.rest[i+1]) >= 0:
			i++
			c = s.rest[i]
		case strings.IndexByte(inQuotes, c) >= 0:
			return "", fmt.Errorf("%w: %q; put it into a script, or quote it", ErrShell, string(c))
		}
		w.WriteByte(c)
	}
	return "", ErrQuotes
}

// assigns reports whether a first word would set a variable in a shell.
func assigns(word string) bool {
	name, _, found := strings.Cut(word, "=")
	return found && name != "" && !strings.ContainsAny(name, "/.-")
}

func blank(command string) bool { return strings.Trim(command, " \t") == "" }

// firstWord is enough of a command to know it by: arguments may hold secrets.
func firstWord(command string) string {
	word, _, _ := strings.Cut(strings.TrimLeft(command, " \t"), " ")
	return word
}
