package smpp

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/esme"
)

// ids gives out message ids to all sessions.
type ids struct {
	mu  sync.Mutex
	ids esme.IDs
}

// nextID returns an id for a message of a client of a version.
func (s *Server) nextID(ctx context.Context, _ uint8) (string, error) {
	s.ids.mu.Lock()
	defer s.ids.mu.Unlock()
	if id, ok := s.ids.ids.Next(); ok {
		return id, nil
	}
	ticket, err := s.broker.Ticket(ctx, idsKey)
	if err != nil {
		return "", fmt.Errorf("drawing message ids: %w", err)
	}
	s.ids.ids = esme.NewIDs(ticket, time.Now())
	id, _ := s.ids.ids.Next()
	return id, nil
}

// placeID is the id of one of the messages of a request: that of the first is the
// message_id itself.
func placeID(messageID string, place int) string {
	if place == 0 {
		return messageID
	}
	return messageID + "m" + strconv.Itoa(place)
}
