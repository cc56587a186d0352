package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// replaceFlags are the options of replace.
type replaceFlags struct {
	at, validity string
}

func (e *env) replace() *cobra.Command {
	var f replaceFlags
	cmd := &cobra.Command{
		Use: "replace ID [TEXT]", Short: "change text, time or validity of a message that no modem has begun to send", Args: cobra.RangeArgs(1, 2),
		Long: "replace puts another text, time or validity in the place of a message that waits in a queue\n" +
			"or for its time. What is not given stays. With - as the text, it is read from standard input.\n\n" +
			"One that a modem has begun to send, or that has ended, stays as it is, and replace says so.\n" +
			"A message in its queue moves to the end of it. With --at now, one that waits for a time, or for the\n" +
			"end of quiet hours, goes into its queue; quiet hours that are still in force hold it up again.",
		Example: "  viesti replace 01m7wgbqpsgtehf0av5jpsjftk 'Servers are up again'\n" +
			"  viesti replace 01m7wgbqpsgtehf0av5jpsjftk --at 18:00\n" +
			"  viesti replace 01m7wgbqpsgtehf0av5jpsjftk --at now --validity 2h",
		RunE: func(cmd *cobra.Command, args []string) error { return e.runReplace(cmd.Context(), args, f) },
	}
	cmd.Flags().StringVar(&f.at, "at", "", "send not before this time: 2026-12-24 18:00, 18:00, a span like 2h, or now")
	cmd.Flags().StringVar(&f.validity, "validity", "", "how long the message is of use, counted from that time, or else from now: 30m, 2h or 3d")
	return cmd
}

func (e *env) runReplace(ctx context.Context, args []string, f replaceFlags) error {
	change, err := e.replacement(args[1:], f)
	if err != nil {
		return err
	}
	id := strings.ToLower(args[0])
	return e.withBus(ctx, patience, func(ctx context.Context, b *bus.Bus) error {
		if err := b.Replace(ctx, "", id, change); err != nil {
			return fmt.Errorf("replacing %s: %w", id, err)
		}
		fmt.Fprintf(e.stdout, "message %s: replaced\n", id)
		return nil
	})
}

// errReplace says that a message cannot be changed as asked.
var errReplace = errors.New("cannot replace")

// atNow is the time of a message that is to wait no longer.
const atNow = "now"

// replacement is what becomes of the message.
func (e *env) replacement(text []string, f replaceFlags) (func(*message.Submission) error, error) {
	if len(text) == 0 && f == (replaceFlags{}) {
		return nil, fmt.Errorf("%w: give a text, --at or --validity", errReplace)
	}
	now := e.now()
	var at time.Time
	var err error
	if f.at != atNow {
		if at, err = parseAt(f.at, now); err != nil {
			return nil, err
		}
	}
	if err := setValidity(&message.Submission{}, f.validity, now); err != nil {
		return nil, err // as early as can be told
	}
	body := ""
	if len(text) > 0 {
		// The number is there for arguments, which wants one before the text.
		if _, body, err = e.arguments([]string{"", text[0]}); err != nil {
			return nil, err
		}
	}
	return func(s *message.Submission) error {
		if f.at != "" {
			s.DeliverAt = at
		}
		if err := setValidity(s, f.validity, now); err != nil {
			return err
		}
		if !s.ExpiresAt.IsZero() && !s.ExpiresAt.After(s.DeliverAt) {
			return fmt.Errorf("%w: its validity ends at %s, before that time; give it another --validity", errReplace, s.ExpiresAt.Local().Format(clock))
		}
		if body == "" {
			return nil
		}
		return setText(s, body)
	}, nil
}

// setText gives a text message another text.
func setText(s *message.Submission, text string) error {
	if s.Kind != message.Text || s.Alphabet == message.Binary || len(s.Options.UDH) > 0 {
		return fmt.Errorf("%w: it is no text that people wrote; cancel it, and send another one", errReplace)
	}
	s.Alphabet, s.Body = message.UTF8, message.NewBody([]byte(text))
	return nil
}
