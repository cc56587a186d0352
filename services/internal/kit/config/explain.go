package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

// explain says what is wrong with a document, and shows the line with those around it, as
// far as they are for everybody's eyes: the text goes into logs, and PINs, passwords and
// numbers of people may stand beside a key that is misspelt.
func explain(data []byte, err error) string {
	text := plain(strings.TrimSpace(yaml.FormatError(err, false, false)))
	place := position.FindStringSubmatch(text)
	if place == nil {
		return text
	}
	line, _ := strconv.Atoi(place[1])
	column, _ := strconv.Atoi(place[2])
	return text + excerpt(strings.Split(string(data), "\n"), line, column)
}

// mistyped is what the library says of a value of another type, in its two ways.
var mistyped = regexp.MustCompile(`cannot unmarshal (.+) into Go (?:struct field \S+|value) of type (\S+)|(\S+) was used where (\S+) is expected`)

// plain is the text of an error without the types of Go.
func plain(text string) string {
	m := mistyped.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	return strings.Replace(text, m[0], "it is "+kind(m[1]+m[3])+", want "+kind(m[2]+m[4]), 1)
}

// kind is a type of Go in words.
func kind(t string) string {
	switch {
	case t == "bool":
		return "true or false"
	case strings.HasPrefix(t, "[]"), t == "sequence":
		return "a list"
	case strings.HasPrefix(t, "map["), t == "mapping":
		return "a section with keys"
	case strings.HasPrefix(t, "int"), strings.HasPrefix(t, "uint"), strings.HasPrefix(t, "float"):
		return "a number"
	case t == "string":
		return "a text"
	default:
		return t
	}
}

// position is where an error is, in front of its text.
var position = regexp.MustCompile(`^\[(\d+):(\d+)\]`)

// excerpt shows a line, counted from 1, and what is around it, with a mark below the column.
func excerpt(lines []string, line, column int) string {
	const before, after = 3, 1
	var b strings.Builder
	for n := max(1, line-before); n <= min(len(lines), line+after); n++ {
		mark := " "
		if n == line {
			mark = ">"
		}
		fmt.Fprintf(&b, "\n%s %3d | %s", mark, n, masked(strings.TrimRight(lines[n-1], " \r")))
		if n == line {
			fmt.Fprintf(&b, "\n      | %s^", strings.Repeat(" ", max(0, column-1)))
		}
	}
	return b.String()
}

// keyed is a line with a key: what is up to its colon, the key, and the value.
var keyed = regexp.MustCompile(`^(\s*(?:- +)*["']?([A-Za-z0-9_]+)["']?:)(?:\s+(.*))?$`)

// begun is what stands before the text of a line without a key.
var begun = regexp.MustCompile(`^\s*(?:[-#] *)*`)

// masked is a line without values, but for names.
func masked(line string) string {
	if m := keyed.FindStringSubmatch(line); m != nil {
		if m[3] == "" || m[2] == "name" {
			return line
		}
		return m[1] + " …"
	}
	if start := begun.FindString(line); len(start) < len(line) {
		return start + "…"
	}
	return line
}
