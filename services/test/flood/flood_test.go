package flood

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/natsd"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// urgent is how many urgent files come when a fifth of the others is sent.
const urgent = 10

func TestFlood(t *testing.T) {
	p := chosen
	s := newSite(t, p.modems)
	began := time.Now().Add(-time.Hour)
	for n := range p.files {
		s.stage(n, "", began.Add(time.Duration(n)*time.Millisecond))
	}
	for n := p.files; n < p.files+urgent; n++ {
		s.stage(n, "Priority: HIGH\n", began.Add(time.Hour))
	}
	for _, n := range shuffled(p.files) {
		s.drop(n) // before the start, so that who is first to come is not first to go
	}
	s.start()
	flooded := time.Now()
	transmissions := s.journal.Len
	s.await("a fifth", transmissions, p.files/5)
	for n := p.files; n < p.files+urgent; n++ {
		s.drop(n)
	}
	before := transmissions()
	var dead time.Duration
	for k := range p.kills {
		s.await("the next kill", transmissions, p.files/5+(k+1)*p.files/2/(p.kills+1))
		s.kill()
		died := time.Now()
		s.start()
		s.await("work again", transmissions, transmissions()+1)
		dead += time.Since(died)
	}
	// What a modem had in hand at a kill has an attempt without an outcome: whether the
	// network has it cannot be known, so that it is sent again, and flagged. At most so many
	// are: a modem has its next message while the outcome of the one before is recorded.
	hand := 2 * p.kills * p.modems
	s.await("all that was not in hand", s.inSent, p.files+urgent-hand-64*p.kills)
	took := time.Since(flooded)
	t.Logf("%d files with %d kills, in %v: %.0f files/s; %.0f files/s without the %v in which it was dead or starting", p.files, p.kills,
		took.Round(time.Millisecond), float64(p.files)/took.Seconds(), float64(p.files)/(took-dead).Seconds(), dead.Round(time.Millisecond))
	s.await("all", s.inSent, p.files+urgent)
	if code := s.gateway.Term(); code != 0 {
		t.Errorf("the gateway ended with code %d", code)
	}
	s.wholeFiles(p.files + urgent)
	order := s.onAir()
	s.once(order, p.files+urgent, hand)
	s.byAge(order, p)
	s.urgentFirst(order, p, before)
	s.flat(p)
}

// flat checks that memory is bounded by what waits, and does not grow with what was sent: no
// process needed much more than the first one, which had all files before it.
func (s *site) flat(p plan) {
	var peaks []string
	for _, kib := range s.peaks {
		peaks = append(peaks, strconv.Itoa(kib>>10))
	}
	s.t.Logf("memory of the processes, one after the other, at most: %s MiB", strings.Join(peaks, ", "))
	if most := (150 << 10) + 2*p.files; slices.Max(s.peaks) > most { // KiB
		s.t.Errorf("a process needed %d MiB, more than %d", slices.Max(s.peaks)>>10, most>>10)
	}
	const slack = 32 << 10
	if first := s.peaks[0]; slices.Max(s.peaks) > first+first/5+slack {
		s.t.Errorf("memory grows with what is sent")
	}
}

// shuffled are the numbers below n in an order that is not that of age.
func shuffled(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	slices.SortFunc(all, func(a, b int) int { return strings.Compare(name(a), name(b)) })
	return all
}

// wholeFiles checks that each file is in sent, once, with its text and its result.
func (s *site) wholeFiles(n int) {
	if got := s.inSent(); got != n {
		s.t.Errorf("%d files are in sent, want %d", got, n)
	}
	for i := range n {
		data, err := os.ReadFile(s.path("sent", name(i)))
		s.must(err)
		if text := string(data); !strings.Contains(text, "\nSent: ") || !strings.HasSuffix(text, " of the flood.\n") {
			s.t.Fatalf("file %s in sent is %q", name(i), text)
		}
	}
	for _, dir := range []string{"outgoing", "checked", "failed"} {
		left, err := os.ReadDir(s.path(dir))
		s.must(err)
		if len(left) > 0 {
			s.t.Errorf("%d files are left in %s, the first is %s", len(left), dir, left[0].Name())
		}
	}
}

// once checks that every message reached a modem, that what did so twice is flagged,
// and that no more did than were in hand when the gateway was killed.
func (s *site) once(order []int, n, hand int) {
	times := make([]int, n)
	for _, i := range order {
		times[i]++
	}
	flagged := s.flagged(n)
	doubled := 0
	for i, k := range times {
		switch {
		case k == 0:
			s.t.Errorf("message %d reached no modem", i)
		case k > 1 && !flagged[i]:
			s.t.Errorf("message %d was sent %d times, and nothing says so", i, k)
		case k > 1:
			doubled++
		}
	}
	s.t.Logf("%d messages were sent twice; %d say that they may have been", doubled, len(flagged))
	if len(flagged) > hand {
		s.t.Errorf("%d messages may have been sent twice, at most %d were in hand at a kill", len(flagged), hand)
	}
}

// flagged are the messages whose final event says that they may have been sent twice.
func (s *site) flagged(n int) map[int]bool {
	server, err := natsd.Start(natsd.Config{Dir: s.path("state", "nats"), Name: "flood", SyncInterval: time.Minute})
	s.must(err)
	defer server.Close()
	nc, err := server.Connect()
	s.must(err)
	defer nc.Close()
	js, err := jetstream.New(nc)
	s.must(err)
	space := subject.Default()
	c, err := js.OrderedConsumer(s.t.Context(), space.StreamEvents(), jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{space.AllEvents()},
	})
	s.must(err)
	events, err := c.Messages()
	s.must(err)
	defer events.Stop()
	flagged, seen := map[int]bool{}, 0
	for more := true; more; {
		m, err := events.Next(jetstream.NextMaxWait(10 * time.Second))
		s.must(err)
		meta, err := m.Metadata()
		s.must(err)
		more = meta.NumPending > 0
		e, err := wire.DecodeEvent(m.Data())
		s.must(err)
		if k, ok := e.Kind.(life.Sent); ok {
			seen++
			if k.MaybeDuplicated {
				flagged[number(e)] = true
			}
		}
	}
	if seen != n {
		s.t.Errorf("the broker has %d events of sent messages, want %d", seen, n)
	}
	return flagged
}

// number is the number of the message of an event.
func number(e *life.Event) int {
	n := 0
	for _, digit := range e.Subject.Recipient.Reveal() {
		n = n*10 + int(digit-'0')
	}
	return n - firstNumber
}

// byAge checks that messages went by age, but for those that were in hand at a kill
// and what a handful of modems make of the order of their own.
func (s *site) byAge(order []int, p plan) {
	const slack = 500
	var off []int
	seen := map[int]bool{}
	place := 0
	for _, n := range order {
		if n >= p.files || seen[n] {
			continue
		}
		seen[n] = true
		off = append(off, max(n-place, place-n))
		place++
	}
	slices.Sort(off)
	if middle, most := off[len(off)/2], off[len(off)*98/100]; most > slack {
		s.t.Errorf("messages are out of order: half by more than %d places, 2%% by more than %d", middle, most)
	} else {
		s.t.Logf("order by age: half are off by at most %d places, 98%% by at most %d", middle, most)
	}
}

// urgentFirst checks that urgent messages went before what waited when they came.
func (s *site) urgentFirst(order []int, p plan, before int) {
	last := 0
	for place, n := range order {
		if n >= p.files && slices.Index(order, n) == place {
			last = place
		}
	}
	overtaken := p.files - last
	s.t.Logf("urgent files came after %d transmissions; the last of them was transmission %d of %d", before, last, len(order))
	if overtaken < p.files/4 {
		s.t.Errorf("urgent messages waited for all but %d of the others", overtaken)
	}
}
