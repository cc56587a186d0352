package modem

import (
	"context"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"
)

// Record is one SMS-SUBMIT that reached a modem.
type Record struct {
	// Modem is Config.Name.
	Modem string
	// Time is when the PDU was complete.
	Time time.Time
	// HexPDU is what the modem received, in upper case, the service centre included.
	HexPDU string
	// TPDU are the octets after the service centre; nil when HexPDU is not hexadecimal.
	TPDU []byte
	// Length is the value that was given with AT+CMGS, in octets of the TPDU.
	Length int
	// TextMode says that the modem was in text mode: HexPDU is what it took for a text,
	// and Length for the number of the recipient.
	TextMode bool
	// Accepted says that the network has the message.
	Accepted bool
	// MR is the message reference that the network gave it; -1 when it was not accepted.
	MR int
	// Result is the answer, lines separated by "\r\n"; empty when the modem kept
	// silent or went away.
	Result string
}

// Journal keeps Records in order. It may be shared by several modems and used
// from several goroutines.
type Journal struct {
	mu      sync.Mutex
	records []Record
	changed chan struct{}
	w       io.Writer
	err     error
}

// NewJournal makes a Journal. When w is not nil every record is also written to
// it, in one Write, as a line "time modem mr length PDU".
func NewJournal(w io.Writer) *Journal { return &Journal{w: w} }

// Records returns what has been recorded so far; the caller owns the slice.
func (j *Journal) Records() []Record {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Record(nil), j.records...)
}

// Len returns how many records there are.
func (j *Journal) Len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.records)
}

// Err returns the first error of the writer; after it nothing more is written.
func (j *Journal) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

// Wait blocks until there are at least n records and returns all of them, or
// those that there are and the cause when ctx ends first.
func (j *Journal) Wait(ctx context.Context, n int) ([]Record, error) {
	for {
		changed, enough := j.atLeast(n)
		if enough {
			return j.Records(), nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return j.Records(), context.Cause(ctx)
		}
	}
}

// atLeast reports whether there are n records; if not, the channel closes with
// the next one.
func (j *Journal) atLeast(n int) (<-chan struct{}, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.change(), len(j.records) >= n
}

// Watch yields the records from the given position on, waiting for new ones
// until ctx ends.
func (j *Journal) Watch(ctx context.Context, from int) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		for {
			records, changed := j.from(from)
			for _, r := range records {
				if !yield(r) {
					return
				}
			}
			from += len(records)
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}
}

// from returns the records from a position on and a channel that closes with
// the next one.
func (j *Journal) from(position int) ([]Record, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	position = min(max(position, 0), len(j.records))
	return append([]Record(nil), j.records[position:]...), j.change()
}

// change returns the channel that the next record closes; it needs the lock.
func (j *Journal) change() <-chan struct{} {
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	return j.changed
}

func (j *Journal) add(r Record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.records = append(j.records, r)
	j.write(&r)
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

func (j *Journal) write(r *Record) {
	if j.w == nil || j.err != nil {
		return
	}
	_, j.err = fmt.Fprintf(j.w, "%s %s %d %d %s\n",
		r.Time.Format(time.RFC3339Nano), r.Modem, r.MR, r.Length, r.HexPDU)
}
