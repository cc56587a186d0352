//go:build peer

package peer

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// randomFiles is how many files TestRandom makes, in rounds of so many that their parts
// are told apart.
const (
	randomFiles = 240
	randomRound = 80
)

// TestRandom gives both the same random message files, and wants the same of each: PDUs,
// the file that is left, and the calls of the event handler. What is drawn leaves out the
// differences that services/doc/divergences-smstools.md tells of. VIESTI_PEER_SEED draws
// other files.
func TestRandom(t *testing.T) {
	t.Parallel()
	seed, err := strconv.ParseUint(os.Getenv("VIESTI_PEER_SEED"), 10, 64)
	if err != nil {
		seed = 1
	}
	d := draw{rand.New(rand.NewPCG(seed, 0))}
	s := recordedSetup(t, "base")
	s.modem.AnyLength = true // what a file asks for need not be what a network takes
	both := runTwins(t, s)
	both.same(t, messages("first")) // so that the modem is known, whatever is sent next
	for begin := 0; begin < randomFiles; begin += randomRound {
		both.same(t, d.files(begin, randomRound))
	}
}

// same wants both to do the same with each of the files.
func (w twins) same(t *testing.T, files []message) {
	t.Helper()
	did := w.feed(t, files)
	for _, f := range files {
		if diff := did.difference(f.name); diff != "" {
			t.Errorf("%s: %q (-smsd +viesti):\n%s", f.name, f.data, diff)
		}
	}
}

// draw makes message files.
type draw struct{ *rand.Rand }

func (d draw) of(choices ...string) string { return choices[d.IntN(len(choices))] }

func (d draw) chance(percent int) bool { return d.IntN(100) < percent }

func (d draw) files(from, n int) (files []message) {
	for i := range n {
		files = append(files, message{name: fmt.Sprintf("random-%03d", from+i), data: []byte(d.file())})
	}
	return files
}

// file is one message file. Headers that bind each other are drawn together with the text.
func (d draw) file() string {
	headers, text := d.content()
	headers = append(headers, d.line("To", d.number()))
	for range d.IntN(5) {
		headers = append(headers, d.plainHeader())
	}
	d.Shuffle(len(headers), func(i, j int) { headers[i], headers[j] = headers[j], headers[i] })
	end := d.of("\n", "\n", "\n", "\r\n")
	var file strings.Builder
	if d.chance(3) {
		file.WriteString("\xEF\xBB\xBF")
	}
	for _, h := range headers {
		file.WriteString(h + end)
	}
	file.WriteString(d.of("", "", " ", "\t", " \t ") + end + text)
	return file.String()
}

// line is a header in one of the ways of writing it; some of them are none.
func (d draw) line(name, value string) string {
	switch d.IntN(30) {
	case 0:
		name = strings.ToLower(name)
	case 1:
		name = " " + name
	case 2:
		name += " "
	}
	return name + d.of(": ", ": ", ":", ":  ", ":\t") + value + d.of("", "", " ", "\t")
}

func (d draw) number() string {
	return d.of(
		"358401234567", "+358401234567", "00358401234567", "+358 40 123-4567", "s1234", "s12", "049 123", "\"A B +4912345678\" <x>",
		"49123;x", "+49 (0)123", "(358)", "", "s", "abc", "00", "+", "12345678901234567890", strconv.Itoa(d.IntN(1_000_000_000)),
	)
}

func (d draw) yes() string {
	return d.of("yes", "no", "Yes", "NO", "1", "0", "true", "on", "off", "", "y", "n", "x", "t", "only", "+1")
}

// plainHeader is one that goes with any text.
func (d draw) plainHeader() string {
	name := d.of(
		"Class", "DCS_hex", "Flash", "Ping", "Priority", "Reject_duplicates", "Replace", "Reply_path", "Report", "Retries", "Validity",
		"Message_reference", "To_TOA", "From", "Provider", "Queue", "SMSC", "Smsd_debug", "X-Unknown", "Subject", "Sent", "Modem", "Message_id",
		"Fail_reason", "PDU", "NOTICE", "IMSI", "Number", "Description", "Received", "Original_filename",
	)
	return d.line(name, d.value(name))
}

func (d draw) value(name string) string {
	switch name {
	case "Flash", "Ping", "Reject_duplicates", "Reply_path", "Report":
		return d.yes()
	case "Class", "Replace", "Retries":
		return d.of("0", "1", "2", "3", "4", "7", "8", "-1", "x", "", "2x", "+2")
	case "DCS_hex":
		return d.of("F5", "f4", "8", "0x11", "100", "-1", "x", "", "F5x", "F 5", "0012")
	case "Message_reference":
		return d.of("0", "7", "255", "x", "", "77x", "+7", "007")
	case "Priority":
		return d.of("HIGH", "high", "yes", "no", "x")
	case "To_TOA":
		return d.of("unknown", "international", "National", "NATIONAL", "x", "")
	case "Validity":
		return d.validity()
	default:
		return d.of("x", "yes", "1", "", "a: b", strings.Repeat("v", 99))
	}
}

func (d draw) validity() string {
	if d.chance(60) {
		return strconv.Itoa(d.IntN(800)) + d.of(" ", "", "  ") + d.of("min", "minutes", "hour", "hours", "days", "weeks", "months", "years", "x", "HOURS")
	}
	return d.of("0", "143", "255", "256", "MONTH", "day 3", "days", "Week", "a day", "soon", "", "-1", "+5", "3 days 2 hours", "1.5 hours")
}

// content is a text, and the headers that say what it is.
func (d draw) content() (headers []string, text string) {
	switch d.IntN(7) {
	case 0:
		return []string{d.line("Hex", d.of("yes", "1", "true")), d.line("Alphabet", d.of("ISO", "GSM", "binary", "UCS2"))},
			d.of("48656C6C6F", "48 65 6c 6C\r\n6F", "STRING:Hello", "48 # H\nINLINESTRING:x\n", "LENGTH\n4865\nLENGTH\n", "4 8:65\n")
	case 1:
		return []string{d.line("Language", d.of("1", "turkish", "TURK", "1 x"))}, d.of("şğıİŞ ç\n", "Türkçe", "ğ€[x]", "abc\n", "ş"+strings.Repeat("a", d.IntN(400)))
	case 2:
		return []string{d.line("Language_ext", d.of("2", "span"))}, d.of("así €\n", "ÁÍÓÚ", "ç^", "í"+strings.Repeat("a", d.IntN(400)))
	case 3:
		return []string{d.line("UDH-DATA", d.of("03 99 01 01", "06 05 04 0B 84 23 F0")), d.line("Alphabet", d.of("ISO", "binary", "UCS2", "GSM"))}, d.of("Hello\n", "\x01\x02", "ab")
	case 4:
		return []string{d.line("System_message", d.of("yes", "2", "ToSIM", "no", "x")), d.line("Alphabet", d.of("ISO", "binary", "UCS2", "GSM", "UTF-8"))}, d.of("Hello\n", "\x01\x02", "ä€\n")
	case 5:
		return []string{d.line("Macro", d.of("H=J", "ll=LL", "=x", "e", "o=", " H=x", "l=€", "A=B=C"))}, d.of("Hello\n", "HeLLo A  ", "ll")
	default:
		return d.letters()
	}
}

// letters is a text of any alphabet, of one part or several.
func (d draw) letters() (headers []string, text string) {
	for _, name := range []string{"Alphabet", "Binary", "UDH", "Autosplit"} {
		if d.chance(40) {
			headers = append(headers, d.line(name, map[string]string{
				"Alphabet":  d.of("GSM", "ISO", "UTF-8", "UCS2", "binary", "latin1", "Unicode", "gsm", "utf8", "bin", "ansi", "chinese", "x", "", "GSM7"),
				"Binary":    d.yes(),
				"UDH":       d.yes(),
				"Autosplit": d.of("1", "3", "-1", "4", "9"),
			}[name]))
		}
	}
	text = d.of(
		"Hello", "Hello World, this is a test.\n", "äöü € [test] {x}", "Привет мир", "ê ő é", "~^|\\", "café naïve Ça", "中文", "A\nB\r\nC\n", "  lead",
		"trail  \t\n", "\x1Be\x1B", "` §¿", "ΔΦΓ", "áíó", "\xE4\xF6\xFC", "a\x01b", " ", "\n",
		"\x03\x01\x01\x01"+strings.Repeat("ab", d.IntN(250)+1), // with a user data header, in octets
	)
	return headers, text
}
