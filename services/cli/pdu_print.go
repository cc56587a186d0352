package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// octetsPerLine is how many octets of a field stand side by side.
const octetsPerLine = 8

// writeTables writes explanations for people.
func writeTables(to io.Writer, all []*explained, joined []*joinedMessage) error {
	w := bufio.NewWriter(to)
	for i, x := range all {
		if i > 0 {
			fmt.Fprintln(w)
		}
		x.write(w)
	}
	for _, j := range joined {
		fmt.Fprintln(w)
		j.write(w)
	}
	return w.Flush()
}

func (x *explained) write(w io.Writer) {
	fmt.Fprintln(w, x.heading())
	for _, warning := range x.Warnings {
		fmt.Fprintf(w, "  ! %s\n", warning)
	}
	width := 0
	for _, f := range x.Fields {
		width = max(width, len(f.Name))
	}
	for _, f := range x.Fields {
		f.write(w, width)
	}
	switch data := x.reading.userData().data; {
	case x.Text != nil:
		fmt.Fprintf(w, "  text  %s\n", quote(*x.Text))
	case len(data) > 0:
		fmt.Fprintf(w, "  data  %s\n", quote(printable(data)))
	}
}

// heading says what the PDU is.
func (x *explained) heading() string {
	text := x.Where + ": " + x.Type
	if x.Part != nil {
		text += fmt.Sprintf(", part %d of %d", x.Part.Number, x.Part.Total)
	}
	text += fmt.Sprintf(", TPDU of %s", octetCount(x.Length))
	if x.Direction == mobileOriginated {
		text += fmt.Sprintf(" (AT+CMGS=%d)", x.Length)
	}
	if x.reading.smsc == nil {
		text += ", without service centre address"
	}
	return text
}

// write writes a field in columns: place, octets or bits, name, meaning.
func (f *field) write(w io.Writer, width int) {
	octets, place := f.Bits, ""
	if f.Bits == "" {
		octets, place = f.Octets, fmt.Sprint(f.Offset)
	}
	lines := octetLines(octets)
	row(w, place, lines[0], width, f.Name, f.Meaning)
	for i, line := range lines[1:] {
		row(w, fmt.Sprint(f.Offset+(i+1)*octetsPerLine), line, width, "", "")
	}
	for _, warning := range f.Warnings {
		row(w, "", "", width, "", "! "+warning)
	}
}

func row(w io.Writer, place, octets string, width int, name, meaning string) {
	line := fmt.Sprintf("%4s  %-*s  %-*s  %s", place, 3*octetsPerLine-1, octets, width, name, meaning)
	fmt.Fprintln(w, strings.TrimRight(line, " "))
}

// octetLines cuts hex octets with blanks between them; there is at least one line.
func octetLines(octets string) []string {
	const line = 3 * octetsPerLine
	var lines []string
	for len(octets) > line {
		lines = append(lines, octets[:line-1])
		octets = octets[line:]
	}
	return append(lines, octets)
}

// bareNumber is an address without quotation marks around a name.
func bareNumber(a tpdu.Address) string {
	if a.IsAlphanumeric() {
		return gsm7.Decode(a.Septets, gsm7.Tables{})
	}
	return a.Digits
}

func writeJSON(to io.Writer, value any) error {
	enc := json.NewEncoder(to)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}
