package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// escalated tells what was decided about a message with alternates.
func escalated(k life.Escalation, full bool) string {
	if k.Next == "" {
		return "nobody else is tried: " + k.Reason
	}
	return fmt.Sprintf("%s; %s is tried with message %s", k.Reason, number(k.Recipient, full), k.Next)
}

// link is one message of a chain.
type link struct {
	id     string
	events []life.Event
}

// subject is what the events repeat of the message; nil: nobody has said it yet.
func (l *link) subject() *life.Subject {
	for i := range l.events {
		if s := l.events[i].Subject; s != nil {
			return s
		}
	}
	return nil
}

// next is the message to the next recipient; empty: there is none.
func (l *link) next() (id string, decided bool) {
	for _, e := range l.events {
		if k, ok := e.Kind.(life.Escalation); ok {
			return k.Next, true
		}
	}
	return "", false
}

// chain finds the messages before and behind one that has alternates, or is one. What
// is not remembered any more ends it.
func chain(ctx context.Context, b *bus.Bus, own link) ([]link, error) {
	links := []link{own}
	for s := own.subject(); s != nil && s.AlternateOf != ""; s = links[0].subject() {
		events, err := b.History(ctx, s.AlternateOf)
		if errors.Is(err, bus.ErrNotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		links = slices.Insert(links, 0, link{s.AlternateOf, events})
	}
	for id, _ := own.next(); id != ""; {
		events, err := b.History(ctx, id)
		if err != nil && !errors.Is(err, bus.ErrNotFound) {
			return nil, err
		}
		links = append(links, link{id, events})
		id, _ = links[len(links)-1].next()
	}
	return links, nil
}

// showChain adds the other messages of its chain to the history of a message.
func (e *env) showChain(ctx context.Context, b *bus.Bus, events []life.Event, full bool) error {
	own := link{events[0].ID, events}
	s := own.subject()
	if s == nil || s.AlternateOf == "" && len(s.Alternates) == 0 {
		return nil
	}
	links, err := chain(ctx, b, own)
	if err != nil {
		return err
	}
	for _, text := range chainLines(links, own.id, full) {
		fmt.Fprintln(e.stdout, text)
	}
	return nil
}

// chainLines show the recipients of a chain in order: those that were tried, and those
// that may be.
func chainLines(links []link, own string, full bool) []string {
	lines := []string{"Recipients, one after the other while none has received it:"}
	for _, l := range links {
		text := "  message " + l.id + ": " + life.Fold(l.events).String()
		if s := l.subject(); s != nil {
			text = fmt.Sprintf("  %s, message %s: %s", number(s.Recipient, full), l.id, life.Fold(l.events))
		}
		if l.id == own {
			text += " (this one)"
		}
		lines = append(lines, text)
	}
	last := links[len(links)-1]
	s := last.subject()
	if _, decided := last.next(); s == nil || decided {
		return lines
	}
	for _, a := range s.Alternates {
		lines = append(lines, fmt.Sprintf("  %s, not tried yet: %s after the one before was sent", number(a.Recipient, full), a.After))
	}
	return lines
}
