package tpdu

import "time"

// firstYear is where the century of two-digit years begins: there was no short
// message before the nineties.
const firstYear = 1990

// maxQuarters is the largest time zone that the coding can express.
const maxQuarters = 79

const quarter = 15 * time.Minute

// NewTimestamp makes the time stamp of an instant in its own zone, to the second
// (3GPP TS 23.040 §9.2.3.11). A zone that is no multiple of a quarter of an hour
// is cut to one; years outside 1990 to 2089 lose their century.
func NewTimestamp(t time.Time) Timestamp {
	_, offset := t.Zone()
	quarters := time.Duration(offset) * time.Second / quarter
	if quarters < -maxQuarters || quarters > maxQuarters {
		quarters = 0
	}
	t = t.Truncate(time.Second).In(zone(int(quarters)))
	s := Timestamp{Time: t}
	fields := [...]int{t.Year() % 100, int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second()}
	for i, value := range fields {
		s.Octets[i] = swappedDecimal(value)
	}
	s.Octets[6] = swappedDecimal(int(max(quarters, -quarters))) | bit(quarters < 0, 0x08)
	return s
}

func zone(quarters int) *time.Location {
	return time.FixedZone("", quarters*int(quarter/time.Second))
}

// swappedDecimal codes 0 to 99 as two semi-octets, the tens in the lower one.
func swappedDecimal(value int) byte { return byte(value%10<<4 | value/10%10) }

// decimal is the inverse of swappedDecimal; ok is false when a semi-octet is no digit.
func decimal(octet byte) (value int, ok bool) {
	tens, units := int(octet&0x0F), int(octet>>4)
	return 10*tens + units, tens < 10 && units < 10
}

// timestamp reads a time stamp. An impossible one keeps its octets, and Time
// stays zero; a missing or impossible zone reads as UTC.
func (r *reader) timestamp(field string) Timestamp {
	start := r.pos
	octets := r.take(field, len(Timestamp{}.Octets))
	var s Timestamp
	if copy(s.Octets[:], octets) < len(s.Octets) {
		return s
	}
	date, dateTrouble := parseDate(s.Octets)
	clock, clockTrouble := parseClock(s.Octets[3], s.Octets[4], s.Octets[5])
	quarters, zoneOK := parseZone(s.Octets[6])
	if dateTrouble != "" {
		r.warn(field, start, dateTrouble)
	}
	if clockTrouble != "" {
		r.warn(field, start+3, clockTrouble)
	}
	if !zoneOK {
		r.warn(field, start+6, warnZone)
	}
	if dateTrouble == "" && clockTrouble == "" {
		offset := time.Duration(quarters) * quarter
		s.Time = date.Add(clock - offset).In(zone(quarters))
	}
	return s
}

// Fields returns what the semi-octets of a time stamp say, the year with its century,
// whether or not that is a time; ok is false when one of them is no digit.
func (t Timestamp) Fields() (fields [6]int, ok bool) {
	ok = true
	for i := range fields {
		value, decimal := decimal(t.Octets[i])
		fields[i], ok = value, ok && decimal
	}
	fields[0] += firstYear / 100 * 100
	if fields[0] < firstYear {
		fields[0] += 100
	}
	return fields, ok
}

// parseDate reads year, month and day, and says what is wrong with them; time.Date would
// turn the 31st of June into the 1st of July, which shows in the result.
func parseDate(octets [7]byte) (date time.Time, trouble string) {
	const months, days = 12, 31
	fields, ok := Timestamp{Octets: [7]byte{octets[0], octets[1], octets[2]}}.Fields()
	year, month, day := fields[0], fields[1], fields[2]
	date = time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	switch {
	case !ok:
		return date, warnStampDigit
	case month > months || day > days:
		return date, warnDate
	case int(date.Month()) != month || date.Day() != day:
		return date, warnDay
	}
	return date, ""
}

// parseClock reads a time of day, or a duration below a day, from three octets, and
// says what is wrong with it.
func parseClock(hours, minutes, seconds byte) (clock time.Duration, trouble string) {
	hour, hourOK := decimal(hours)
	minute, minuteOK := decimal(minutes)
	second, secondOK := decimal(seconds)
	clock = time.Duration(hour)*time.Hour +
		time.Duration(minute)*time.Minute +
		time.Duration(second)*time.Second
	switch {
	case !hourOK || !minuteOK || !secondOK:
		return clock, warnStampDigit
	case hour > 23 || minute > 59 || second > 59:
		return clock, warnTime
	}
	return clock, ""
}

// parseZone reads the quarters of an hour from UTC; bit 3 is the sign.
func parseZone(octet byte) (quarters int, ok bool) {
	quarters, ok = decimal(octet &^ 0x08)
	if !ok {
		return 0, false
	}
	if octet&0x08 != 0 {
		quarters = -quarters
	}
	return quarters, true
}
