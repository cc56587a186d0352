package spool

import (
	"container/heap"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/driver/spooldir"
)

// backlog is what is known of the files in outgoing that are not taken yet, so that
// the directory need not be listed for each of them. It is the scanner's own.
type backlog struct {
	// files are those that may be taken, by name, and line the same ones in the order
	// in which they are; it may also hold some that are not among files any more.
	files map[string]*file
	line  line
	// unripe are files that are locked, or not complete as far as is known.
	unripe map[string]struct{}
	seen   settling
	// stale says that there may be files that are not known; lost is what was wrong
	// when the directory could not be listed.
	stale bool
	lost  error
	// listing is about the directory, ripening about the files that are not ripe.
	listing, ripening pacing
}

func newBacklog() backlog {
	return backlog{files: map[string]*file{}, unripe: map[string]struct{}{}, seen: settling{}, stale: true}
}

// file is a file that may be taken.
type file struct {
	spooldir.Candidate
	urgent bool
}

// line has the most urgent file first, of equally urgent ones the oldest.
type line []*file

func (l line) Len() int      { return len(l) }
func (l line) Swap(i, j int) { l[i], l[j] = l[j], l[i] }
func (l *line) Push(x any)   { *l = append(*l, x.(*file)) }

func (l line) Less(i, j int) bool {
	a, b := l[i], l[j]
	switch {
	case a.urgent != b.urgent:
		return a.urgent
	case !a.ModTime.Equal(b.ModTime):
		return a.ModTime.Before(b.ModTime)
	default:
		return a.Name < b.Name
	}
}

// Pop implements heap.Interface.
func (l *line) Pop() any {
	last := len(*l) - 1
	f := (*l)[last]
	(*l)[last] = nil
	*l = (*l)[:last]
	return f
}

// add puts a file into the line, in place of what was known of it.
func (b *backlog) add(f *file) {
	delete(b.unripe, f.Name)
	b.files[f.Name] = f
	heap.Push(&b.line, f)
}

// drop forgets a file.
func (b *backlog) drop(name string) {
	delete(b.files, name)
	delete(b.unripe, name)
	delete(b.seen, name)
}

// next takes out the file that comes first; nil when there is none.
func (b *backlog) next() *file {
	for len(b.line) > 0 {
		f := heap.Pop(&b.line).(*file)
		if b.files[f.Name] == f {
			delete(b.files, f.Name)
			return f
		}
	}
	return nil
}

// share is the part of the time, one of so many, that may be spent on looking at files
// that cannot be taken, or are known already.
const share = 20

// pacing says when something that takes its time may be done again.
type pacing struct {
	last time.Time
	took time.Duration
}

func (p *pacing) due(now time.Time) bool { return now.Sub(p.last) >= share*p.took }

// done notes that it was begun at a time, and has ended just now.
func (p *pacing) done(began, ended time.Time) { p.last, p.took = ended, ended.Sub(began) }

// look brings the backlog up to date with what happened since the last look.
func (s *Spool) look(news *spooldir.News) {
	b := &s.backlog
	names, missed := news.Take()
	b.stale = b.stale || missed
	now := s.now()
	if b.stale && b.listing.due(now) {
		s.list(now)
		b.listing.done(now, s.now())
		return
	}
	for _, name := range names {
		s.examine(strings.TrimSuffix(name, smsfile.LockSuffix), now)
	}
	if len(b.unripe) > 0 && b.ripening.due(now) {
		for name := range b.unripe {
			s.examine(name, now)
		}
		b.ripening.done(now, s.now())
	}
}

// list lists the directory. While that is impossible the files that are known stay,
// and the log says so once.
func (s *Spool) list(now time.Time) {
	b := &s.backlog
	found, err := spooldir.Scan(s.cfg.Outgoing, smsfile.Eligible)
	if err != nil {
		if b.lost == nil {
			s.log.Error("looking for messages: nothing is taken until that is possible again", zap.Error(err))
			s.alarm("spool", "no messages are taken from "+s.cfg.Outgoing+": "+err.Error())
		}
		b.lost = err
		return
	}
	if b.lost != nil {
		b.lost = nil
		s.log.Info("messages are taken again", zap.String("outgoing", s.cfg.Outgoing))
	}
	b.stale = false
	there := make(map[string]struct{}, len(found))
	for _, c := range found {
		there[c.Name] = struct{}{}
		s.consider(c, now, len(found) > batch)
	}
	b.keep(there)
}

// keep forgets the files that are not there any more.
func (b *backlog) keep(there map[string]struct{}) {
	gone := func(name string) bool { _, ok := there[name]; return !ok }
	maps.DeleteFunc(b.files, func(name string, _ *file) bool { return gone(name) })
	maps.DeleteFunc(b.unripe, func(name string, _ struct{}) bool { return gone(name) })
	maps.DeleteFunc(b.seen, func(name string, _ observation) bool { return gone(name) })
	if len(b.line) > 2*len(b.files)+batch { // most of it is of the past
		b.line = b.line[:0]
		for _, f := range b.files {
			b.line = append(b.line, f)
		}
		heap.Init(&b.line)
	}
}

// examine looks at one file of which something was heard.
func (s *Spool) examine(name string, now time.Time) {
	if !smsfile.Eligible(name) {
		return
	}
	c, ok := spooldir.Look(s.cfg.Outgoing, name)
	if !ok {
		s.backlog.drop(name)
		return
	}
	s.consider(c, now, len(s.backlog.files) >= batch)
}

// consider takes a file into the backlog. Where many wait, those that are urgent are
// found out at once: they need not wait for the others to be taken.
func (s *Spool) consider(c spooldir.Candidate, now time.Time, many bool) {
	b := &s.backlog
	if known := b.files[c.Name]; known != nil && known.Size == c.Size && known.ModTime.Equal(c.ModTime) {
		return
	}
	if c.Size < smsfile.MinSize || !s.cfg.TrustOutgoing && !b.seen.settled(c, now) {
		delete(b.files, c.Name)
		b.unripe[c.Name] = struct{}{}
		return
	}
	b.add(&file{Candidate: c, urgent: many && s.urgent(c.Name)})
}

// urgent reports whether a file asks for high priority. One that cannot be read says
// so when its turn comes.
func (s *Spool) urgent(name string) bool {
	const enough = 4096
	head, err := spooldir.ReadHead(filepath.Join(s.cfg.Outgoing, name), enough)
	return err == nil && smsfile.Urgent(head, s.options())
}

// turn takes out of the backlog the names of the files whose turn it is. Those that
// their producer has locked meanwhile wait.
func (s *Spool) turn() (names []string) {
	for len(names) < batch {
		f := s.backlog.next()
		if f == nil {
			break
		}
		if s.locked(f.Name) {
			s.backlog.unripe[f.Name] = struct{}{}
			continue
		}
		delete(s.backlog.seen, f.Name)
		names = append(names, f.Name)
	}
	return names
}

// locked reports whether a producer holds the file (smstools spec §4.3).
func (s *Spool) locked(name string) bool {
	_, err := os.Lstat(filepath.Join(s.cfg.Outgoing, name+smsfile.LockSuffix))
	return err == nil
}

// settleTime is how long a file must not have changed before it counts as
// complete, unless producers are trusted (smstools spec §4.2).
const settleTime = 500 * time.Millisecond

// settling remembers the files that are not complete yet, and since when each is
// as it is.
type settling map[string]observation

type observation struct {
	file  spooldir.Candidate
	since time.Time
}

// settled reports whether a file has been seen unchanged for settleTime. Time
// stamps alone say nothing: clocks differ, and a copy may keep an old one.
func (s settling) settled(c spooldir.Candidate, now time.Time) bool {
	o, known := s[c.Name]
	if !known || o.file.Size != c.Size || !o.file.ModTime.Equal(c.ModTime) {
		o = observation{file: c, since: now}
	}
	s[c.Name] = o
	return now.Sub(o.since) >= settleTime
}
