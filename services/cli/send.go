package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oklog/ulid/v2"
	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// sendFlags are the options of send.
type sendFlags struct {
	report, flash   bool
	priority, queue string
	validity, at    string
	alternates      []string
	onUnknown       string
}

func (e *env) send() *cobra.Command {
	var f sendFlags
	cmd := &cobra.Command{
		Use:   "send NUMBER... TEXT",
		Short: "send a message and print its id",
		Long: "send sends a text to one or several numbers and prints the id of each message.\n\n" +
			"The last argument is the text. With - in its place, or with a single number, the text\n" +
			"is read from standard input.",
		Example: "  viesti send 358401234567 'Hello, how are you'\n" +
			"  df -h | viesti send 358401234567\n" +
			"  viesti send --report --validity 2h 358401234567 358407654321 'Servers are down'\n" +
			"  viesti send --at '2026-12-24 18:00' 358401234567 'Merry Christmas'",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return e.runSend(cmd.Context(), args, f) },
	}
	fl := cmd.Flags()
	fl.BoolVar(&f.report, "report", false, "ask for a delivery report")
	fl.BoolVar(&f.flash, "flash", false, "show at once and do not store (class 0)")
	fl.StringVar(&f.priority, "priority", "normal", "normal or high; high overtakes")
	fl.StringVar(&f.queue, "queue", "", "provider queue; default: by number")
	fl.StringVar(&f.validity, "validity", "", "how long the message is of use, for example 30m, 2h or 3d")
	fl.StringVar(&f.at, "at", "", "send not before this time: 2026-12-24 18:00, 18:00, or a span like 2h")
	fl.StringArrayVar(&f.alternates, "alternate", nil, "NUMBER or NUMBER,30m: whom to try when no delivery report came in time, or sending failed (default 30m); repeat it for a chain")
	fl.StringVar(&f.onUnknown, "on-unknown", "default", "resend or hold a message that may or may not have been sent")
	return cmd
}

// errSend says that a message cannot be sent as asked.
var errSend = errors.New("cannot send")

func (e *env) runSend(ctx context.Context, args []string, f sendFlags) error {
	numbers, text, err := e.arguments(args)
	if err != nil {
		return err
	}
	recipients, err := addresses(numbers)
	if err != nil {
		return err
	}
	template, err := e.template(text, f)
	if err != nil {
		return err
	}
	b, closeBus, err := e.connect()
	if err != nil {
		return err
	}
	defer closeBus()
	shared, err := b.Policy(ctx)
	if err != nil {
		return err
	}
	subs, err := copies(template, recipients, f.queue, shared)
	if err != nil {
		return err
	}
	for i, s := range subs {
		if err := submit(ctx, b, s); err != nil {
			return fmt.Errorf("message %d of %d (%s) may not have been accepted; ask for it with viesti message before you send it again: %w",
				i+1, len(subs), s.ID, err)
		}
		fmt.Fprintln(e.stdout, s.ID)
	}
	return nil
}

// submit waits for the broker, but not for ever.
func submit(ctx context.Context, b *bus.Bus, s *message.Submission) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return b.Submit(ctx, s)
}

// arguments tells numbers and text apart.
func (e *env) arguments(args []string) (numbers []string, text string, err error) {
	last := len(args) - 1
	switch {
	case last == 0:
		numbers = args
	default:
		numbers, text = args[:last], args[last]
	}
	if last == 0 || text == "-" {
		data, err := io.ReadAll(io.LimitReader(e.stdin, smsfile.MaxBody+1))
		if err != nil {
			return nil, "", fmt.Errorf("reading the text from standard input: %w", err)
		}
		text = strings.TrimRight(string(data), "\r\n")
	}
	switch {
	case text == "":
		return nil, "", fmt.Errorf("%w: there is no text", errSend)
	case len(text) > smsfile.MaxBody:
		return nil, "", fmt.Errorf("%w: the text is longer than %d octets", errSend, smsfile.MaxBody)
	case !utf8.ValidString(text):
		return nil, "", fmt.Errorf("%w: the text is not UTF-8", errSend)
	}
	return numbers, text, nil
}

// template is the message without its recipient.
func (e *env) template(text string, f sendFlags) (*message.Submission, error) {
	now := e.now()
	s := &message.Submission{
		Account: "cli-" + host(), Alphabet: message.UTF8, Body: message.NewBody([]byte(text)), AcceptedAt: now,
		Options: message.Options{Flash: f.flash},
	}
	if f.report {
		s.Options.Report = message.Yes
	}
	switch f.priority {
	case "high":
		s.Priority = message.High
	case "normal":
	default:
		return nil, fmt.Errorf("%w: --priority is %q, want normal or high", errSend, f.priority)
	}
	switch f.onUnknown {
	case "default":
	case "resend":
		s.OnUnknown = message.Resend
	case "hold":
		s.OnUnknown = message.Hold
	default:
		return nil, fmt.Errorf("%w: --on-unknown is %q, want resend or hold", errSend, f.onUnknown)
	}
	var err error
	if s.DeliverAt, err = parseAt(f.at, now); err != nil {
		return nil, err
	}
	if err := setValidity(s, f.validity, now); err != nil {
		return nil, err
	}
	if s.Alternates, err = parseAlternates(f.alternates); err != nil {
		return nil, fmt.Errorf("%w: %w", errSend, err)
	}
	return s, nil
}

// setValidity bounds both the time in the queue and that in the network.
func setValidity(s *message.Submission, text string, now time.Time) error {
	if text == "" {
		return nil
	}
	d, err := parseSpan(text)
	if err != nil || d < time.Minute {
		return fmt.Errorf("%w: --validity is %q, want a time of a minute or more, like 30m, 2h or 3d", errSend, text)
	}
	from := now
	if s.DeliverAt.After(now) {
		from = s.DeliverAt
	}
	s.ExpiresAt = from.Add(d)
	vp, ok := smsfile.ParseValidity(fmt.Appendf(nil, "%d min", int(d.Minutes())))
	if !ok {
		return fmt.Errorf("%w: --validity is %q, longer than the network can keep a message", errSend, text)
	}
	s.Options.Validity = &vp
	return nil
}

// maxSpan is longer than anything waits, and small enough to be reckoned with.
const maxSpan = 10 * 365 * 24 * time.Hour

// parseSpan reads 90s, 30m, 2h, 1h30m or 3d.
func parseSpan(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if number, isDays := strings.CutSuffix(text, "d"); isDays {
		var days float64
		days, err = strconv.ParseFloat(number, 64)
		d = time.Duration(min(days, maxSpan.Hours()) * 24 * float64(time.Hour))
	}
	if err == nil && (d > maxSpan || d < 0) {
		err = errSpan
	}
	return d, err
}

// errSpan says that a span is no time that anybody could wait.
var errSpan = errors.New("negative or too long")

// parseAt reads a time, or a span from now on. A time of day that has passed is
// tomorrow's.
func parseAt(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := parseSpan(strings.TrimPrefix(text, "+")); err == nil && d > 0 {
		return now.Add(d), nil
	}
	for _, format := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		at, err := time.ParseInLocation(format, text, now.Location())
		if err != nil {
			continue
		}
		if at.Before(now) {
			return time.Time{}, fmt.Errorf("%w: --at %s is in the past", errSend, text)
		}
		return at, nil
	}
	if clock, err := time.Parse("15:04", text); err == nil {
		y, m, d := now.Date()
		at := time.Date(y, m, d, clock.Hour(), clock.Minute(), 0, 0, now.Location())
		if !at.After(now) {
			at = at.AddDate(0, 0, 1)
		}
		return at, nil
	}
	return time.Time{}, fmt.Errorf("%w: --at is %q, want a time like 2026-12-24 18:00 or 18:00, or a span like 2h", errSend, text)
}

// errAlternate says that another recipient is not given as it can be.
var errAlternate = errors.New("--alternate")

func parseAlternates(texts []string) ([]message.Alternate, error) {
	var as []message.Alternate
	for _, text := range texts {
		number, span, given := strings.Cut(text, ",")
		a := message.Alternate{Recipient: message.NewAddress(smsfile.NormaliseNumber([]byte(number))), After: escalation.DefaultAfter}
		if given {
			d, err := parseSpan(span)
			if err != nil || d <= 0 {
				return nil, fmt.Errorf("%w: its wait is %q, want a time like 30m", errAlternate, span)
			}
			a.After = d
		}
		if a.Recipient.IsZero() {
			return nil, fmt.Errorf("%w: %q is no number, or no number and a time like 358401234567,30m", errAlternate, text)
		}
		as = append(as, a)
	}
	return as, nil
}

// addresses reads the numbers of the command line.
func addresses(numbers []string) ([]message.Address, error) {
	var as []message.Address
	for i, number := range numbers {
		a := message.NewAddress(smsfile.NormaliseNumber([]byte(number)))
		if a.IsZero() {
			return nil, fmt.Errorf("%w: argument %d is not a phone number (the last argument is the text)", errSend, i+1)
		}
		as = append(as, a)
	}
	return as, nil
}

// copies makes one submission for each recipient.
func copies(template *message.Submission, recipients []message.Address, queue string, shared *policy.Policy) ([]*message.Submission, error) {
	var subs []*message.Submission
	for _, to := range recipients {
		s := *template
		s.Recipient = to
		var err error
		if s.Queue, err = shared.Choose(queue, to); err != nil {
			return nil, fmt.Errorf("%w to %s: %w", errSend, s.Recipient, err)
		}
		s.ID = strings.ToLower(ulid.Make().String())
		subs = append(subs, &s)
	}
	return subs, nil
}
