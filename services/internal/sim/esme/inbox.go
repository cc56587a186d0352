package esme

import (
	"context"
	"slices"
	"sync"
)

// Inbox holds deliveries in order. It may be shared by clients and goroutines.
// The zero value is an empty one.
type Inbox struct {
	mu      sync.Mutex
	all     []*Delivery
	changed chan struct{}
}

func (b *Inbox) add(d *Delivery) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, d)
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
}

// All returns what has been delivered so far, refused deliveries included.
func (b *Inbox) All() []*Delivery {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.all)
}

// Len is how many they are.
func (b *Inbox) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.all)
}

// Wait waits until there are n deliveries and returns all of them, or those that
// there are and the cause when ctx ends first.
func (b *Inbox) Wait(ctx context.Context, n int) ([]*Delivery, error) {
	return b.Until(ctx, func(all []*Delivery) bool { return len(all) >= n })
}

// Find waits for a delivery of which ok holds.
func (b *Inbox) Find(ctx context.Context, ok func(*Delivery) bool) (*Delivery, error) {
	var found *Delivery
	_, err := b.Until(ctx, func(all []*Delivery) bool {
		i := slices.IndexFunc(all, ok)
		if i >= 0 {
			found = all[i]
		}
		return found != nil
	})
	return found, err
}

// Until waits until enough holds of all deliveries, and returns them.
func (b *Inbox) Until(ctx context.Context, enough func([]*Delivery) bool) ([]*Delivery, error) {
	for {
		all, changed := b.look()
		if enough(all) {
			return all, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return all, context.Cause(ctx)
		}
	}
}

// look returns what there is, and a channel that closes with the next delivery.
func (b *Inbox) look() ([]*Delivery, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changed == nil {
		b.changed = make(chan struct{})
	}
	return slices.Clone(b.all), b.changed
}
