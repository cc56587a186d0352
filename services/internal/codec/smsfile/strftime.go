package smsfile

import (
	"strconv"
	"time"
)

// DefaultTimeFormat is that of the setting datetime_format (smstools spec §3).
const DefaultTimeFormat = "%y-%m-%d %H:%M:%S"

// FormatTime renders t, in its own zone, in a format of strftime(3) as the C
// locale has it; an empty format is DefaultTimeFormat. All conversions of POSIX
// are known, %h %k %l %P %s besides, and the flags `-`, `_` and `0` of numbers; an
// unknown conversion stays as it stands.
func FormatTime(t time.Time, format string) string {
	m := moment{
		Time: t, year: t.Year(), month: int(t.Month()), day: t.Day(),
		hour: t.Hour(), minute: t.Minute(), second: t.Second(),
	}
	return string(m.append(make([]byte, 0, 24), orDefault(format)))
}

// FormatStamp renders the fields of a service centre time stamp, the year with
// its century, even where they are no valid time, as smsd does: for example
// `24-19-39 45:07:09`. Names of days and months are those of the time that the
// fields would amount to.
func FormatStamp(year, month, day, hour, minute, second int, format string) string {
	m := moment{
		Time: time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC),
		year: year, month: month, day: day, hour: hour, minute: minute, second: second,
	}
	return string(m.append(make([]byte, 0, 24), orDefault(format)))
}

func orDefault(format string) string {
	if format == "" {
		return DefaultTimeFormat
	}
	return format
}

// moment is a time whose fields may differ from those of any valid time.
type moment struct {
	time.Time
	year, month, day, hour, minute, second int
}

// append renders a format.
func (m *moment) append(dst []byte, format string) []byte {
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			dst = append(dst, format[i])
			continue
		}
		flag, skip := flagOf(format[i+1:])
		i += 1 + skip
		dst = m.appendConversion(dst, flag, format[i])
	}
	return dst
}

// flagOf reads what may stand between the percent sign and the letter: a flag for
// padding, or E or O, which mean nothing in the C locale. Something must stand
// behind it.
func flagOf(spec string) (flag byte, skip int) {
	if len(spec) < 2 {
		return 0, 0
	}
	switch spec[0] {
	case '-', '_', '0':
		return spec[0], 1
	case 'E', 'O':
		return 0, 1
	default:
		return 0, 0
	}
}

// appendConversion renders one conversion: a name, a combination, a number or text.
func (m *moment) appendConversion(dst []byte, flag, verb byte) []byte {
	if layout := layoutOf(verb); layout != "" {
		return m.AppendFormat(dst, layout)
	}
	if format := compositeOf(verb); format != "" {
		return m.append(dst, format)
	}
	if n, ok := m.numberOf(verb); ok {
		return n.append(dst, flag)
	}
	return m.appendText(dst, flag, verb)
}

// layoutOf is the layout of package time that says the same as a conversion.
func layoutOf(verb byte) string {
	switch verb {
	case 'a':
		return "Mon"
	case 'A':
		return "Monday"
	case 'b', 'h':
		return "Jan"
	case 'B':
		return "January"
	case 'p':
		return "PM"
	case 'P':
		return "pm"
	case 'z':
		return "-0700"
	case 'Z':
		return "MST"
	default:
		return ""
	}
}

// compositeOf is the format that a conversion stands for.
func compositeOf(verb byte) string {
	switch verb {
	case 'c':
		return "%a %b %e %H:%M:%S %Y"
	case 'D', 'x':
		return "%m/%d/%y"
	case 'F':
		return "%Y-%m-%d"
	case 'r':
		return "%I:%M:%S %p"
	case 'R':
		return "%H:%M"
	case 'T', 'X':
		return "%H:%M:%S"
	default:
		return ""
	}
}

// number is a number with its usual width and padding.
type number struct {
	value, width int
	pad          byte
}

// append renders the number; a flag changes its padding.
func (n number) append(dst []byte, flag byte) []byte {
	switch flag {
	case '-':
		n.width = 0
	case '_':
		n.pad = ' '
	case '0':
		n.pad = '0'
	}
	text := strconv.Itoa(n.value)
	for range n.width - len(text) {
		dst = append(dst, n.pad)
	}
	return append(dst, text...)
}

// two is a number of two digits.
func two(value int) (number, bool) { return number{value, 2, '0'}, true }

// blanked is a number of two digits or of one behind a blank.
func blanked(value int) (number, bool) { return number{value, 2, ' '}, true }

// plain is a number without padding.
func plain(value int) (number, bool) { return number{value, 1, '0'}, true }

// numberOf is the number that a conversion shows.
func (m *moment) numberOf(verb byte) (number, bool) {
	switch verb {
	case 'C':
		return two(m.year / 100)
	case 'd':
		return two(m.day)
	case 'e':
		return blanked(m.day)
	case 'H':
		return two(m.hour)
	case 'k':
		return blanked(m.hour)
	case 'I':
		return two(m.hour12())
	case 'l':
		return blanked(m.hour12())
	case 'j':
		return number{m.YearDay(), 3, '0'}, true
	case 'm':
		return two(m.month)
	case 'M':
		return two(m.minute)
	case 'S':
		return two(m.second)
	case 'y':
		return two(m.year % 100)
	case 'Y':
		return plain(m.year)
	default:
		return m.weekNumberOf(verb)
	}
}

// weekNumberOf covers the conversions about weeks.
func (m *moment) weekNumberOf(verb byte) (number, bool) {
	isoYear, isoWeek := m.ISOWeek()
	switch verb {
	case 'g':
		return two(isoYear % 100)
	case 'G':
		return plain(isoYear)
	case 'V':
		return two(isoWeek)
	case 'u':
		return plain(m.daysSince(time.Monday) + 1)
	case 'w':
		return plain(m.daysSince(time.Sunday))
	case 'U':
		return two(m.weekFrom(time.Sunday))
	case 'W':
		return two(m.weekFrom(time.Monday))
	default:
		return number{}, false
	}
}

// daysSince counts days from the last day of that name.
func (m *moment) daysSince(first time.Weekday) int {
	return (int(m.Weekday()) - int(first) + 7) % 7
}

// weekFrom is the week of the year; the first one begins on the first day of that name.
func (m *moment) weekFrom(first time.Weekday) int {
	return (m.YearDay() + 6 - m.daysSince(first)) / 7
}

func (m *moment) hour12() int { return (m.hour+11)%12 + 1 }

// appendText renders the conversions that are neither names nor short numbers.
func (m *moment) appendText(dst []byte, flag, verb byte) []byte {
	switch verb {
	case '%':
		return append(dst, '%')
	case 'n':
		return append(dst, '\n')
	case 't':
		return append(dst, '\t')
	case 's':
		return strconv.AppendInt(dst, m.Unix(), 10)
	}
	dst = append(dst, '%')
	if flag != 0 {
		dst = append(dst, flag)
	}
	return append(dst, verb)
}
