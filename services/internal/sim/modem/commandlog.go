package modem

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// CommandLog keeps the command lines that modems were given; its Add is for
// Config.OnCommand. It may be used from several goroutines.
type CommandLog struct {
	mu    sync.Mutex
	lines []string
	// grown is closed, and made anew, with every line.
	grown chan struct{}
}

// NewCommandLog returns an empty CommandLog.
func NewCommandLog() *CommandLog { return &CommandLog{grown: make(chan struct{})} }

// Add adds a line.
func (l *CommandLog) Add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	close(l.grown)
	l.grown = make(chan struct{})
}

// All returns the lines so far.
func (l *CommandLog) All() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}

// Count returns how many lines begin with prefix.
func (l *CommandLog) Count(prefix string) int { n, _ := l.count(prefix); return n }

func (l *CommandLog) count(prefix string) (n int, grown <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		if strings.HasPrefix(line, prefix) {
			n++
		}
	}
	return n, l.grown
}

// Given returns how many lines are the same as line.
func (l *CommandLog) Given(line string) (n int) {
	for _, given := range l.All() {
		if given == line {
			n++
		}
	}
	return n
}

// Wait waits until n lines begin with prefix, or ctx ends.
func (l *CommandLog) Wait(ctx context.Context, prefix string, n int) error {
	for {
		have, grown := l.count(prefix)
		if have >= n {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return fmt.Errorf("%s was not given %d times but %d: %w; given were %q", prefix, n, have, context.Cause(ctx), l.All())
		}
	}
}
