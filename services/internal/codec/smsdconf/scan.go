package smsdconf

import (
	"bytes"
	"fmt"
	"strings"
)

// Bounds of what a line may hold.
const (
	maxLine = 64 << 10
	maxName = 64
)

// assignment is a line name = value.
type assignment struct {
	line        int
	name, value string
}

// section is a header and the assignments below it; the global part has the name "".
type section struct {
	name        string
	line        int
	assignments []assignment
	// broken sections have a header that cannot be read: nothing below it counts.
	broken bool
}

// scan cuts the file into sections (smstools spec §6.1); the first is the global part.
func (r *reader) scan(data []byte) []section {
	sections := []section{{}}
	line := 0
	for raw := range bytes.SplitSeq(bytes.TrimPrefix(data, []byte("\ufeff")), []byte("\n")) {
		line++
		content := strings.TrimSpace(string(raw[:min(len(raw), maxLine+1)]))
		last := &sections[len(sections)-1]
		switch {
		case content == "" || content[0] == '#':
		case len(raw) > maxLine:
			r.fail(line, last.name, "", "line is too long; make it shorter than 64 KiB")
		case strings.ContainsRune(content, 0):
			r.fail(line, last.name, "", "line holds a NUL character; write the file as text")
		case content[0] == '[':
			sections = append(sections, r.header(line, content))
		default:
			r.assignment(line, content, last)
		}
	}
	return sections
}

func (r *reader) header(line int, content string) section {
	name, rest, closed := strings.Cut(content[1:], "]")
	name = strings.TrimSpace(name)
	if !closed || rest != "" || name == "" || len(name) > maxName {
		r.fail(line, "", "", "section header cannot be read; write [name] with nothing after it")
		return section{line: line, broken: true}
	}
	return section{name: name, line: line}
}

// assignment appends the line to the section. Its text is not quoted in
// problems, because it may be a secret with a mistake in it.
func (r *reader) assignment(line int, content string, to *section) {
	name, value, found := strings.Cut(content, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case !found:
		r.fail(line, to.name, "", "line is neither a comment nor a section nor name = value; correct or remove it")
	case name == "" || len(name) > maxName:
		r.fail(line, to.name, "", fmt.Sprintf("name before the equals sign must have 1 to %d characters; correct it", maxName))
	default:
		value = r.choose(to.name, name, value)
		to.assignments = append(to.assignments, assignment{line, name, value})
	}
}

// choose resolves "? a | b | c" (smstools spec §6.1).
func (r *reader) choose(section, name, value string) string {
	list, question := strings.CutPrefix(value, "?")
	if !question {
		return value
	}
	alternatives := strings.Split(list, "|")
	for i, a := range alternatives {
		alternatives[i] = strings.TrimSpace(a)
	}
	chosen := 0
	if r.opt.Choose != nil {
		chosen = r.opt.Choose(section, name, alternatives)
	}
	if chosen < 0 || chosen >= len(alternatives) {
		chosen = 0
	}
	return alternatives[chosen]
}
