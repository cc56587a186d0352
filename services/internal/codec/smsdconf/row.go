package smsdconf

import "time"

// outcome is what became of a value.
type outcome uint8

const (
	refused outcome = iota
	taken
	// takenInPart: a number was used and the text behind it left out, as smsd does silently.
	takenInPart
	// takenAsZero: there is no number at all, which smsd takes for 0 silently.
	takenAsZero
)

// row is one line of a table of settings, bound to the struct that the table was made for.
type row struct {
	Setting
	// private values are not quoted in problems: secrets and phone numbers.
	private bool
	// named settings have the word modemname replaced (smstools spec §6.1).
	named bool
	// set parses a value and stores it unless it refuses it.
	set func(value string) outcome
	// fallback stores the default that depends on other settings, after all have been read.
	fallback func()
	// keyed returns set for one member of a family of settings, nil for an unknown member.
	keyed func(key string) func(value string) outcome
}

// bound makes a row whose values are parsed by p and stored at at.
func bound[V any](at *V, p parser[V], kind Kind, name, def string, class Class, help string) row {
	return row{
		Setting: Setting{Name: name, Kind: kind, Values: p.values, Default: def, Class: class, Help: help},
		set:     p.into(at),
	}
}

func yesNo(at *bool, name, def string, class Class, help string) row {
	return bound(at, booleans(), Boolean, name, def, class, help)
}

// number is a row for a plain number of at least lo.
func number(at *int, lo int, name, def string, class Class, help string) row {
	return bound(at, integers(lo, maxNumber), Number, name, def, class, help)
}

// period is a row for a number of at least lo, in the unit that kind says.
func period(at *time.Duration, kind Kind, lo int, name, def string, class Class, help string) row {
	return bound(at, durations(unitOf(kind), lo), kind, name, def, class, help)
}

func unitOf(kind Kind) time.Duration {
	switch kind {
	case Minutes:
		return time.Minute
	case Milliseconds:
		return time.Millisecond
	default:
		return time.Second
	}
}

func text(at *string, kind Kind, name, def string, class Class, help string) row {
	return bound(at, texts(), kind, name, def, class, help)
}

func list(at *[]string, name string, class Class, help string) row {
	return bound(at, lists(), List, name, "", class, help)
}

// repeated is a row whose lines accumulate, over sections too (smstools spec §6.1).
func repeated(at *[]string, kind Kind, name string, class Class, help string) row {
	r := bound(at, lists(), kind, name, "", class, help)
	r.Values, r.Repeats = "any text; every line adds one", true
	r.set = func(value string) outcome {
		if value != "" {
			*at = append((*at)[:len(*at):len(*at)], value)
		}
		return taken
	}
	return r
}

// hidden is a row for a text that problems must not quote.
func hidden(at *Secret, p parser[Secret], kind Kind, name string, class Class, help string) row {
	r := bound(at, p, kind, name, "", class, help)
	r.private = true
	return r
}

func (r row) alias(names ...string) row { r.Aliases = names; return r }

func (r row) secret() row { r.Secret, r.private = true, true; return r }

func (r row) unquoted() row { r.private = true; return r }

// modemname marks the value as one in which that word is replaced.
func (r row) modemname() row { r.named = true; return r }

// derives gives the row a default that other settings decide.
func (r row) derives(fallback func()) row { r.fallback = fallback; return r }

// inherit makes the global setting's value the default of a modem's.
func inherit[V any](to, from *V, r row) row {
	r.Default = "<" + r.Name + ">"
	return r.derives(func() { *to = *from })
}

func scoped(scope Scope, rows []row) []row {
	for i := range rows {
		rows[i].Scope = scope
	}
	return rows
}
