package smsfile

import "strings"

// File is a message file of any kind, taken apart and not interpreted: for files
// in incoming, report, sent and failed.
type File struct {
	// Headers are in the order of the file; a line without colon has no Name.
	// Values stand without line end and without the space behind the colon.
	Headers []Header
	// Body shares memory with the file.
	Body []byte
}

// ParseHeaders takes a message file apart. Every file has a reading: one without
// blank line is all headers (smstools spec §1.1).
func ParseHeaders(data []byte) File {
	var f File
	rest := stripBOM(data)
	for len(rest) > 0 {
		var line []byte
		line, rest = cutLine(rest)
		if isSeparator(line) {
			f.Body = rest
			break
		}
		f.Headers = append(f.Headers, headerOf(string(line)))
	}
	return f
}

func headerOf(line string) Header {
	line = strings.TrimRight(line, "\r\n")
	name, value, ok := strings.Cut(line, ":")
	if !ok {
		return Header{Value: line}
	}
	return Header{Name: name, Value: strings.TrimPrefix(value, " ")}
}

// Get returns the value of the last header of that name, without blanks around
// it, and whether there is one.
func (f *File) Get(name string) (value string, ok bool) {
	for _, h := range f.Headers {
		if h.Name == name {
			value, ok = strings.TrimSpace(h.Value), true
		}
	}
	return value, ok
}

// Values returns the values of all headers of that name, without blanks around them.
func (f *File) Values(name string) []string {
	var values []string
	for _, h := range f.Headers {
		if h.Name == name {
			values = append(values, strings.TrimSpace(h.Value))
		}
	}
	return values
}
