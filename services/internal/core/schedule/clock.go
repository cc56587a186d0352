package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Clock says when a job runs: at an interval, or at the times of a cron expression.
type Clock struct {
	// Every is an interval, of whole seconds.
	Every time.Duration
	// Cron is an expression of six fields, seconds first, or of the usual five, or
	// @hourly, @daily, @weekly, @monthly or @yearly.
	Cron string
	// Zone is the time zone of Cron, like Europe/Helsinki; "" is UTC.
	Zone string
}

// Errors of Clock.
var (
	ErrClock    = errors.New("its times cannot be used")
	ErrInterval = errors.New("the interval must be whole seconds, at least one")
)

// parser reads what the broker reads: seconds first, no @every.
var parser = cron.NewParser(cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

const fiveFields = 5

// Check reports what is wrong with a clock.
func (c Clock) Check() error {
	switch {
	case (c.Every != 0) == (c.Cron != ""):
		return fmt.Errorf("%w: give either an interval or a cron expression", ErrClock)
	case c.Cron != "":
		_, _, err := c.cron()
		return err
	case c.Every < time.Second || c.Every%time.Second != 0:
		return fmt.Errorf("%w: it is %v", ErrInterval, c.Every)
	case c.Zone != "":
		return fmt.Errorf("%w: a time zone is for cron expressions", ErrClock)
	}
	return nil
}

// Pattern is the clock in the form of the broker's schedules; zone is empty where
// it has none.
func (c Clock) Pattern() (pattern, zone string) {
	if c.Cron == "" {
		return "@every " + c.Every.String(), ""
	}
	return c.sixFields(), c.Zone
}

// sixFields puts the second 0 in front of the five fields that people are used to.
func (c Clock) sixFields() string {
	fields := strings.Fields(c.Cron)
	if len(fields) == fiveFields {
		fields = append([]string{"0"}, fields...)
	}
	return strings.Join(fields, " ")
}

// Next is the first time after t at which the clock ticks; false for an interval,
// which counts from when it was set.
func (c Clock) Next(t time.Time) (time.Time, bool) {
	if c.Cron == "" {
		return time.Time{}, false
	}
	spec, zone, err := c.cron()
	if err != nil {
		return time.Time{}, false
	}
	return spec.Next(t.In(zone)), true
}

func (c Clock) cron() (cron.Schedule, *time.Location, error) {
	pattern := c.sixFields()
	if strings.HasPrefix(pattern, "@every") || strings.HasPrefix(pattern, "TZ=") || strings.HasPrefix(pattern, "CRON_TZ=") {
		return nil, nil, fmt.Errorf("%w: %q: intervals and time zones have settings of their own", ErrClock, c.Cron)
	}
	spec, err := parser.Parse(pattern)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %q: %w", ErrClock, c.Cron, err)
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrClock, err)
	}
	return spec, zone, nil
}

// String is the clock for people.
func (c Clock) String() string {
	switch {
	case c.Cron == "":
		return "every " + strings.NewReplacer("h0m0s", "h", "m0s", "m").Replace(c.Every.String())
	case c.Zone == "":
		return c.Cron + " UTC"
	default:
		return c.Cron + " " + c.Zone
	}
}
