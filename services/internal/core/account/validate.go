package account

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// ErrInvalid says that an account's rules make no sense.
var ErrInvalid = errors.New("invalid account")

// Validate returns nil, or errors that wrap ErrInvalid and name the rule: all of them.
func (a *Account) Validate() error {
	var problems []error
	expect := func(ok bool, rule, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf("%w: %s: %s", ErrInvalid, rule, fmt.Sprintf(format, args...)))
		}
	}
	expect(validName(a.Name), "name", "need 1 to %d letters, digits, \"_\" or \"-\"", MaxName)
	for _, n := range a.Networks {
		expect(n.IsValid() && n == n.Masked(), "cidrs", "%v is no network: write the address of the network itself, as 192.0.2.0/24", n)
		expect(!n.Addr().Is4In6(), "cidrs", "%v: write it as IPv4", n)
	}
	a.validateNames(expect)
	for _, c := range a.Classes {
		expect(c <= maxClass, "classes", "%d is no class: 0 to %d", c, maxClass)
	}
	expect(a.Window <= MaxWindow, "window", "%d is more than %d", a.Window, MaxWindow)
	expect(a.Rate >= 0 && !math.IsInf(a.Rate, 0), "rate", "need a number of messages a second, 0 for no limit")
	expect(a.Burst <= math.MaxInt32, "burst", "%d is too large", a.Burst)
	expect(a.MaxBinds <= math.MaxInt16, "max_binds", "%d is too large", a.MaxBinds)
	expect(a.MaxParts <= maxParts, "max_parts", "%d is more than %d", a.MaxParts, maxParts)
	expect(a.MaxValidity >= 0, "max_validity", "it is negative")
	a.validateReading(expect)
	return errors.Join(problems...)
}

func (a *Account) validateNames(expect func(ok bool, rule, format string, args ...any)) {
	for _, m := range a.Modes {
		expect(slices.Contains(KnownModes, m), "bind_modes", "%q is unknown; there are %s", m, join(KnownModes))
	}
	for _, c := range a.Codings {
		expect(slices.Contains(KnownCodings, c), "codings", "%q is unknown; there are %s", c, join(KnownCodings))
	}
	for _, c := range a.Commands {
		expect(slices.Contains(KnownCommands, c), "commands", "%q is unknown; there are %s", c, join(KnownCommands))
	}
	for _, s := range a.Sources {
		expect(s != "" && !strings.Contains(strings.TrimSuffix(s, Any), Any), "source_addresses", "an address, or its beginning and one %q at the end", Any)
	}
	for _, d := range a.Destinations {
		digits := strings.TrimPrefix(d, "s")
		expect(d == Any || d != "" && strings.Trim(digits, "0123456789") == "", "destination_prefixes", "digits without \"+\", short numbers with \"s\", or %q", Any)
	}
}

// validateReading checks the rules about how messages are read.
func (a *Account) validateReading(expect func(ok bool, rule, format string, args ...any)) {
	const maxServiceType, maxSource, maxCountry, longest = 5, 20, 4, 72 * time.Hour
	expect(a.DefaultCoding == "" || slices.Contains(KnownCodings, a.DefaultCoding), "default_coding", "%q is unknown; there are %s", a.DefaultCoding, join(KnownCodings))
	expect(len(a.DefaultSource) <= maxSource, "default_source", "it has more than %d characters", maxSource)
	expect(len(a.Country) <= maxCountry && strings.Trim(a.Country, "0123456789") == "", "country", "a country code: at most %d digits", maxCountry)
	for _, s := range a.ServiceTypes {
		expect(len(s) <= maxServiceType, "service_types", "%q has more than %d characters", s, maxServiceType)
	}
	expect(a.Deduplicate == 0 || a.Deduplicate >= time.Second && a.Deduplicate <= longest, "deduplicate",
		"need 1s to %v, for as long as messages are remembered, or 0", longest)
}

func validName(name string) bool {
	if name == "" || len(name) > MaxName {
		return false
	}
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' {
			return false
		}
	}
	return true
}

// join lists words for people.
func join[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return strings.Join(texts, ", ")
}
