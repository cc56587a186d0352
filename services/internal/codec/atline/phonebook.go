package atline

import (
	"fmt"
	"strings"
)

// Contact is an entry of a phone book (3GPP TS 27.007 §8.12). Its fields are
// personal and not for logs.
type Contact struct {
	// Index is its place, from 1.
	Index int
	// Number is as the modem shows it, with or without plus.
	Number string
	// Text is the name in the modem's character set.
	Text string
}

// ParseCPBR reads `+CPBR: index,"number",type,"text"…`.
func ParseCPBR(line string) (Contact, error) {
	values, ok := Values(line, "+CPBR")
	fields := Fields(values)
	index, isIndex := fields[0].Int()
	if !ok || !isIndex || len(fields) < 2 {
		return Contact{}, fmt.Errorf("%w: parsing +CPBR", ErrMalformed)
	}
	c := Contact{Index: index, Number: fields[1].Text}
	if len(fields) > 3 {
		c.Text = fields[3].Text
	}
	return c, nil
}

// ParseCPBRRange reads how many places a phone book has: `+CPBR: (1-n),…`.
func ParseCPBRRange(line string) (places int, err error) {
	values, ok := Values(line, "+CPBR")
	if !ok {
		return 0, fmt.Errorf("%w: parsing +CPBR=?", ErrMalformed)
	}
	var first int
	if n, _ := fmt.Sscanf(strings.TrimSpace(values), "(%d-%d)", &first, &places); n != 2 || first != 1 || places < 1 {
		return 0, fmt.Errorf("%w: parsing +CPBR=?", ErrMalformed)
	}
	return places, nil
}
