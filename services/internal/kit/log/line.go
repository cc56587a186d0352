package log

import "strings"

// OneLine keeps control characters of foreign text out of the log.
func OneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, text)
}
