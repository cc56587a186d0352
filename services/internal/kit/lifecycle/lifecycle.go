// Package lifecycle runs the services of a process and ends them in two stages:
// the first signal stops taking work and finishes what is in hand, the second
// one ends the process at once, which loses nothing either.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sync/errgroup"
)

// Exit codes.
const (
	ExitOK      = 0
	ExitFailure = 1
	exitAborted = 130
)

// Main runs a program until it returns or a signal ends it, writes its error to
// stderr as one line, and returns the exit code. Only main functions call it.
func Main(program string, stderr io.Writer, run func(context.Context) error) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, endings...)
	defer signal.Stop(signals)
	defer spare()()
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	for stopping := false; ; stopping = true {
		select {
		case err := <-done:
			return report(program, stderr, err, stopping)
		case <-signals:
			if stopping {
				return exitAborted
			}
			cancel()
		}
	}
}

// endings are the signals that end a program. SIGUSR1 is one of smsd's (smstools spec §8.4).
var endings = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGUSR1}

// spare keeps SIGUSR2 from ending a program: scripts for smsd give it, to which its main
// process does nothing. It is taken, and not ignored, since programs that are executed
// would inherit that.
func spare() (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR2)
	return func() { signal.Stop(signals) }
}

func report(program string, stderr io.Writer, err error, stopping bool) int {
	if err == nil || stopping && errors.Is(err, context.Canceled) {
		return ExitOK
	}
	fmt.Fprintf(stderr, "%s: %v\n", program, err)
	return ExitFailure
}

// Hangups brings SIGHUP until ctx ends. Without it that signal ends a program.
func Hangups(ctx context.Context) <-chan os.Signal {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	context.AfterFunc(ctx, func() { signal.Stop(signals) })
	return signals
}

// Service is one part of a process. Run returns when ctx has ended and
// everything in hand is finished, or when it cannot go on.
type Service struct {
	Name string
	Run  func(ctx context.Context) error
}

// Run runs services side by side until ctx ends. The first one that fails ends
// the others.
func Run(ctx context.Context, services ...Service) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, s := range services {
		group.Go(func() error {
			if err := s.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				return fmt.Errorf("%s: %w", s.Name, err)
			}
			return nil
		})
	}
	return group.Wait()
}
