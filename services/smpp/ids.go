package smpp

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/esme"
)

// ids gives out message ids to all sessions.
type ids struct {
	mu  sync.Mutex
	ids esme.IDs
	// short are those for clients of version 3.3.
	short, shortEnd uint64
	// away tells of a broker that gave none.
	away away
}

// nextID returns an id for a message of a client of a version.
func (s *Server) nextID(ctx context.Context, version uint8) (string, error) {
	s.ids.mu.Lock()
	defer s.ids.mu.Unlock()
	if version < smpp.Version34 {
		return s.nextShortID(ctx)
	}
	if id, ok := s.ids.ids.Next(); ok {
		return id, nil
	}
	if err := s.ids.away.err(); err != nil {
		return "", err
	}
	ticket, err := s.broker.Ticket(ctx, idsKey)
	if err != nil {
		return "", s.ids.away.note(fmt.Errorf("drawing message ids: %w", err))
	}
	s.ids.ids = esme.NewIDs(ticket, time.Now())
	id, _ := s.ids.ids.Next()
	return id, nil
}

// Short ids have eight hexadecimal digits, which is all that clients of version 3.3
// can keep (SMPP 3.3 §5.2.12). A counter of the broker gives them out in blocks; they
// come again after four thousand million messages, when the first are long forgotten.
const (
	shortIDs     = "short-ids"
	shortBlock   = 1024
	firstShortID = 0x10000000
	shortSpan    = 1<<32 - firstShortID
)

// nextShortID is for who holds the lock.
func (s *Server) nextShortID(ctx context.Context) (string, error) {
	if s.ids.short == s.ids.shortEnd {
		if err := s.ids.away.err(); err != nil {
			return "", err
		}
		total, err := s.broker.Count(ctx, idsKey, shortIDs, shortBlock)
		if err != nil {
			return "", s.ids.away.note(fmt.Errorf("drawing message ids: %w", err))
		}
		s.ids.short, s.ids.shortEnd = total-shortBlock, total
	}
	s.ids.short++
	return strconv.FormatUint(firstShortID+s.ids.short%shortSpan, 16), nil
}

// placeID is the id of one of the messages of a request: that of the first is the
// message_id itself.
func placeID(messageID string, place int) string {
	if place == 0 {
		return messageID
	}
	return messageID + "m" + strconv.Itoa(place)
}
