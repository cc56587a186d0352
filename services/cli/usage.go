package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// errUsage says that a command was not called as it can be.
var errUsage = errors.New("wrong usage")

// sayUsage makes what is wrong with a call of cmd, or of a command below it, say how it is
// called: cobra counts arguments and says no more, and for an unknown word behind a group
// of commands it prints help and succeeds, which a script takes for done.
func sayUsage(cmd *cobra.Command) {
	switch {
	case cmd.HasSubCommands():
		if cmd.HasParent() {
			cmd.Args, cmd.RunE = cobra.ArbitraryArgs, group
		}
	case cmd.Args != nil:
		fits := cmd.Args
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if fits(cmd, args) != nil {
				return fmt.Errorf("%w: %s; it is: %s", errUsage, given(len(args)), cmd.UseLine())
			}
			return nil
		}
	}
	for _, c := range cmd.Commands() {
		sayUsage(c)
	}
}

// given is a number of arguments in words.
func given(n int) string {
	switch n {
	case 0:
		return "an argument is missing"
	case 1:
		return "1 argument"
	default:
		return fmt.Sprintf("%d arguments", n)
	}
}

// group runs a command that only has others below it.
func group(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return fmt.Errorf("%w: %s has no command %q; it has %s", errUsage, cmd.CommandPath(), args[0], strings.Join(names, ", "))
}

// flagError says with what is wrong with a flag where to look for the right ones.
func flagError(cmd *cobra.Command, err error) error {
	return fmt.Errorf("%w; %s --help lists the flags", err, cmd.CommandPath())
}

// groupUsage is the usage of cobra without the line for a group itself, which does nothing.
func groupUsage(cmd *cobra.Command) string {
	return strings.Replace(cmd.UsageTemplate(), "{{if .Runnable}}", "{{if and .Runnable (not .HasAvailableSubCommands)}}", 1)
}

// spanValue is a flag for a time span, which may be in days, too.
type spanValue time.Duration

// Set reads 90s, 30m, 2h, 1h30m or 3d.
func (s *spanValue) Set(text string) error {
	d, err := parseSpan(text)
	if err != nil {
		return errNoSpan
	}
	*s = spanValue(d)
	return nil
}

func (s *spanValue) String() string { return time.Duration(*s).String() }

// Type is what the help calls the value.
func (s *spanValue) Type() string { return "span" }

// errNoSpan says that a text is no time span.
var errNoSpan = errors.New("want a time like 30s, 5m, 2h or 3d")

// spanFlag gives a command a flag for a time span.
func spanFlag(cmd *cobra.Command, d *time.Duration, name string, unless time.Duration, what string) {
	*d = unless
	cmd.Flags().Var((*spanValue)(d), name, what)
}
