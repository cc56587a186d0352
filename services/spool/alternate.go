package spool

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/spooldir"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// Files of messages with alternates show what the example script of smsd leaves
// (smstools spec §9): Received in the file of who has received it, Old-Alternate_to
// where the alternates were dealt with, and a file of its own for each alternate,
// which waits, is sent and goes to its place like any other.
//
// That needs the file of the first message when it is long done, and to find that
// file again: a note beside the waiting files remembers both.

// chainNotes are the notes of a spool; the mutex is held while one is changed.
type chainNotes struct {
	mu    sync.Mutex
	swept time.Time
}

// note is what is remembered of the file of a message with alternates.
type note struct {
	// Data is the file as it waited.
	Data []byte
	Mode fs.FileMode
	// Dir and Name are where the file with the outcome went; empty: it was not kept.
	Dir, Name string
	// Sums are those of the contents that it may have.
	Sums [][sha256.Size]byte
	// Made are the messages to alternates that got their file.
	Made []string
}

// chained reports whether an event is about a message with alternates, or to one.
func chained(e *life.Event) bool {
	return e.Subject != nil && e.Subject.Origin.File != "" && (len(e.Subject.Alternates) > 0 || e.Subject.AlternateOf != "")
}

// notePath is where the note of a message is.
func notePath(dir, id string) string { return filepath.Join(dir, ".viesti-"+id+".chain") }

// noteAge is how long a note is kept: longer than events are, and so than the last
// late report.
const noteAge = 4 * 24 * time.Hour

func readNote(dir, id string) (*note, error) {
	data, err := os.ReadFile(notePath(dir, id))
	if err != nil {
		return nil, err
	}
	n := &note{}
	if json.Unmarshal(data, n) != nil {
		return nil, fs.ErrNotExist // half of it was written when the power went
	}
	return n, nil
}

func (n *note) write(dir, id string) error {
	data, err := json.Marshal(n)
	if err != nil {
		return err
	}
	const private = 0o600
	return spooldir.Put(notePath(dir, id), data, private)
}

// remember notes a file that is about to leave the waiting ones; final is its content
// with the outcome, and it goes to dir under name. Without dir it is not kept.
func (s *Spool) remember(e *life.Event, w *waitingFile, dir string, final []byte) error {
	if !chained(e) {
		return nil
	}
	s.notes.mu.Lock()
	defer s.notes.mu.Unlock()
	s.sweepNotes(e.Subject.Origin.Directory)
	n := &note{Data: w.data, Mode: w.mode}
	if dir != "" {
		n.Dir, n.Name, n.Sums = dir, s.finalName(e, final), [][sha256.Size]byte{sha256.Sum256(final)}
	}
	if before, err := readNote(e.Subject.Origin.Directory, e.ID); err == nil {
		n.Made = before.Made
	}
	return n.write(e.Subject.Origin.Directory, e.ID)
}

// sweepNotes removes notes that are of no use any more, now and then.
func (s *Spool) sweepNotes(dir string) {
	if s.now().Sub(s.notes.swept) < time.Hour {
		return
	}
	s.notes.swept = s.now()
	paths, _ := filepath.Glob(notePath(dir, "*")) // the pattern is well formed
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && s.now().Sub(info.ModTime()) > noteAge {
			_ = os.Remove(path)
		}
	}
}

// makeAlternate writes the waiting file of a message to an alternate, before anything
// is done about an event of it. What comes first makes it: the decision to try the
// alternate, or an event of its message.
func (s *Spool) makeAlternate(e *life.Event) error {
	if !chained(e) {
		return nil
	}
	if k, ok := e.Kind.(life.Escalation); ok {
		if k.Next == "" {
			return nil
		}
		return s.makeFile(e.Subject.Origin, e.ID, k.Next, k.Recipient, e.Subject.Alternates[1:])
	}
	if e.Subject.AlternateOf == "" {
		return nil
	}
	return s.makeFile(e.Subject.Origin, e.Subject.AlternateOf, e.ID, e.Subject.Recipient, e.Subject.Alternates)
}

func (s *Spool) makeFile(o message.Origin, of, id string, to message.Address, left []message.Alternate) error {
	s.notes.mu.Lock()
	defer s.notes.mu.Unlock()
	n, err := readNote(o.Directory, of)
	if errors.Is(err, fs.ErrNotExist) {
		if s.stillWaits(o, of) {
			return errNotYet
		}
		return nil // nobody knows the file any more; its events are handled without one
	}
	if err != nil || slices.Contains(n.Made, id) {
		return err
	}
	var numbers []string
	var waits []time.Duration
	for _, a := range left {
		numbers, waits = append(numbers, a.Recipient.Reveal()), append(waits, a.After)
	}
	data := smsfile.Redirect(n.Data, to.Reveal(), numbers, waits)
	if err := spooldir.Put(filepath.Join(o.Directory, spooldir.WaitingName(id, o.File)), data, n.Mode); err != nil {
		return err
	}
	n.Made = append(n.Made, id)
	return n.write(o.Directory, of)
}

// errNotYet says that an event of the same message must be handled first.
var errNotYet = errors.New("its file has not got its outcome yet")

// stillWaits reports whether the file of a message waits for its outcome.
func (s *Spool) stillWaits(o message.Origin, id string) bool {
	for _, path := range []string{
		filepath.Join(o.Directory, spooldir.WaitingName(id, o.File)), spooldir.ClaimedPath(s.cfg.Outgoing, o.Claim, o.File),
	} {
		if _, err := os.Lstat(path); err == nil {
			return true
		}
	}
	return false
}

// dropped reports whether a message to an alternate was taken back because nobody
// needs it any more: its file was never seen as sent, and need not be seen as failed.
func dropped(e *life.Event) bool {
	k, ok := e.Kind.(life.Cancelled)
	return ok && chained(e) && e.Subject.AlternateOf != "" && k.By == escalation.ByDelivery
}

// drop removes the file of such a message.
func (s *Spool) drop(e *life.Event) error {
	o := e.Subject.Origin
	return ignoreGone(os.Remove(filepath.Join(o.Directory, spooldir.WaitingName(e.ID, o.File))))
}

// annotate writes into the file of a message what was learned after it was sent.
func (s *Spool) annotate(ctx context.Context, e *life.Event) error {
	if !chained(e) {
		return nil
	}
	switch k := e.Kind.(type) {
	case life.Escalation:
		return s.edit(e, func(data []byte) []byte { return smsfile.Rename(data, "Alternate_to", "Old-Alternate_to") })
	case life.Report:
		whole, err := s.wholeDelivered(ctx, e, k)
		if err != nil || !whole {
			return err
		}
		received := smsfile.Header{Name: "Received", Value: smsfile.FormatTime(e.Time.Local(), s.cfg.TimeFormat)}
		return s.edit(e, func(data []byte) []byte {
			file := smsfile.ParseHeaders(data)
			if len(file.Values(received.Name)) > 0 {
				return data
			}
			return smsfile.Insert(data, []smsfile.Header{received}, s.language.Locale)
		})
	default:
		return nil
	}
}

// wholeDelivered reports whether a report says, with those before it, that a message
// was delivered.
func (s *Spool) wholeDelivered(ctx context.Context, e *life.Event, k life.Report) (bool, error) {
	if k.Outcome != life.Delivered || k.Total <= 1 {
		return k.Outcome == life.Delivered, nil
	}
	standing, err := s.bus.Query(ctx, e.Account, e.ID)
	if err != nil {
		return false, err
	}
	return standing.State == life.DeliveredState, nil
}

// edit changes the file with the outcome of a message, if it is still there and as it
// was written.
func (s *Spool) edit(e *life.Event, change func([]byte) []byte) error {
	s.notes.mu.Lock()
	defer s.notes.mu.Unlock()
	dir := e.Subject.Origin.Directory
	n, err := readNote(dir, e.ID)
	if errors.Is(err, fs.ErrNotExist) {
		if s.stillWaits(e.Subject.Origin, e.ID) {
			return errNotYet
		}
		return nil
	}
	if err != nil || n.Dir == "" {
		return err
	}
	path, data, ok := n.find()
	if !ok {
		s.log.Debug("the file of a message is not where it was put, or was changed", log.Message(e.ID), zap.String("file", n.Name))
		return nil
	}
	changed := change(data)
	if bytes.Equal(changed, data) {
		return nil
	}
	n.Sums = append(n.Sums, sha256.Sum256(changed))
	if err := n.write(dir, e.ID); err != nil {
		return err
	}
	return spooldir.Replace(path, changed)
}

// find looks for the file of the note under the names that it may have got.
func (n *note) find() (path string, data []byte, ok bool) {
	const most = 1000
	for i := range most {
		path := filepath.Join(n.Dir, n.Name)
		if i > 0 {
			path += "." + strconv.Itoa(i)
		}
		data, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist) && i > 0:
			return "", nil, false
		case err == nil && slices.Contains(n.Sums, sha256.Sum256(data)):
			return path, data, true
		}
	}
	return "", nil, false
}
