package bus

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// announce tells whoever listens now that s was accepted. SMS_OUT is the record;
// this is not stored and may get lost.
func (b *Bus) announce(s *message.Submission) {
	reply, wanted := b.audience.reply(b.nc, s.Account, time.Now())
	if !wanted {
		return
	}
	data, err := wire.EncodeEvent(&life.Event{
		ID: s.ID, Account: s.Account, Time: s.AcceptedAt, Subject: life.SubjectOf(s),
		Kind: life.Accepted{DeliverAt: s.DeliverAt, ExpiresAt: s.ExpiresAt},
	})
	if err == nil {
		_ = b.nc.PublishMsg(&nats.Msg{Subject: b.space.LiveEvent(s.Account, s.ID, subject.Accepted), Reply: reply, Data: data})
	}
}

// audience remembers about whose messages nobody listens. A client that submits
// thousands in a second would be announced to nobody, mostly, and that costs as much
// as making its messages durable. The broker says when nobody was there to hear: then
// nothing is announced for a moment.
type audience struct {
	mu    sync.Mutex
	inbox string
	// places are those of accounts in absent, and what replies end in.
	places map[string]int
	// absent is until when nothing needs to be announced.
	absent []time.Time
}

// unheard is how long nothing is announced about an account whose last announcement
// nobody heard: who begins to listen misses no more than that.
const unheard = 250 * time.Millisecond

// reply returns where the broker is to say that nobody listens to what is announced
// about an account; false: nobody does.
func (a *audience) reply(nc *nats.Conn, account string, now time.Time) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.inbox == "" {
		inbox := nc.NewInbox()
		if _, err := nc.Subscribe(inbox+".*", a.nobody); err != nil {
			return "", true // the connection is lost, or closed
		}
		a.inbox, a.places = inbox, map[string]int{}
	}
	place, known := a.places[account]
	if !known {
		place = len(a.absent)
		a.places[account] = place
		a.absent = append(a.absent, time.Time{})
	}
	return a.inbox + "." + strconv.Itoa(place), !now.Before(a.absent[place])
}

// nobody notes what the broker says: that nobody is there. Who hears an announcement
// does not reply.
func (a *audience) nobody(m *nats.Msg) {
	const status, noResponders = "Status", "503"
	place, err := strconv.Atoi(m.Subject[strings.LastIndexByte(m.Subject, '.')+1:])
	if err != nil || m.Header.Get(status) != noResponders {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if place >= 0 && place < len(a.absent) {
		a.absent[place] = time.Now().Add(unheard)
	}
}
