package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// session is one system running with its modems on directories of its own.
type session struct {
	place
	process *process
	modems  []*sim.Listener
	journal *sim.Journal
	sent    *counter
	// octets gets the time of the first octet of each PDU.
	octets chan time.Time
	next   int
}

// open starts modems and a system, and lets each modem send something, so that
// what is measured later finds everything initialised.
//
// A profile of it, where one is asked for, is written under the given name.
func (b *bench) open(ctx context.Context, s *system, modems int, name string) (*session, error) {
	p, err := b.newPlace(modems)
	if err != nil {
		return nil, err
	}
	ss := &session{place: p, journal: sim.NewJournal(nil), octets: make(chan time.Time, 1)}
	if err := ss.begin(ctx, s, modems, b.profilePath(name)); err != nil {
		return nil, errors.Join(err, ss.close())
	}
	return ss, nil
}

func (ss *session) begin(ctx context.Context, s *system, modems int, profile string) (err error) {
	if ss.sent, err = countFiles(ss.path("sent")); err != nil {
		return err
	}
	for i := range modems {
		m := sim.New(sim.Config{Name: modemName(i), Journal: ss.journal, OnPDU: ss.firstOctet})
		l, err := m.ListenPTY(ss.path(modemName(i)))
		if err != nil {
			return err
		}
		ss.modems = append(ss.modems, l)
	}
	if ss.process, err = s.start(ss.dir, ss.conf, profile); err != nil {
		return err
	}
	return ss.warm(ctx, modems)
}

// firstOctet notes when a PDU begins to arrive. Who is not waiting does not get it.
func (ss *session) firstOctet() {
	select {
	case ss.octets <- time.Now():
	default:
	}
}

// warm drops messages until every modem has sent one.
func (ss *session) warm(ctx context.Context, modems int) error {
	const rounds, each = 20, 2
	for range rounds {
		if _, err := ss.drop(each * modems); err != nil {
			return err
		}
		if _, err := ss.wait(ctx); err != nil {
			return fmt.Errorf("warming up: %w", err)
		}
		used := map[string]bool{}
		for _, r := range ss.journal.Records() {
			used[r.Modem] = true
		}
		if len(used) == modems {
			return nil
		}
	}
	return fmt.Errorf("warming up: some modems sent nothing in %d rounds", rounds)
}

// messagePrefix begins the names of all message files.
const messagePrefix = "message"

// firstNumber is the recipient of the first message; each has its own.
const firstNumber = 358_400_000_000

// number is the recipient of the n-th message.
func number(n int) string { return strconv.Itoa(firstNumber + n) }

// drop renames n new messages into outgoing, as fast as it can, and returns when
// it began. They are on the disk before, so that their writing costs the
// measured system nothing.
func (ss *session) drop(n int) (time.Time, error) {
	names := make([]string, n)
	for i := range names {
		ss.next++
		names[i] = fmt.Sprintf(messagePrefix+"%06d", ss.next)
		text := fmt.Sprintf("To: %s\n\nThis is message %d of the benchmark.\n", number(ss.next), ss.next)
		if err := os.WriteFile(ss.path("stage", names[i]), []byte(text), 0o666); err != nil {
			return time.Time{}, err
		}
	}
	unix.Sync()
	began := time.Now()
	for _, name := range names {
		if err := os.Rename(ss.path("stage", name), ss.path("outgoing", name)); err != nil {
			return began, err
		}
	}
	return began, nil
}

// wait waits until everything that was dropped is in sent, and returns when the
// last file came.
func (ss *session) wait(ctx context.Context) (time.Time, error) { return ss.waitFor(ctx, ss.next) }

// waitFor waits until so many files are in sent.
func (ss *session) waitFor(ctx context.Context, n int) (time.Time, error) {
	for ss.sent.n < n {
		select {
		case <-ctx.Done():
			return time.Time{}, fmt.Errorf("%w: %d of %d messages are sent", context.Cause(ctx), ss.sent.n, ss.next)
		case <-ss.process.done:
			return time.Time{}, ss.process.died(ss.dir)
		case e := <-ss.sent.watcher.Events:
			ss.sent.count(e)
		case err := <-ss.sent.watcher.Errors:
			return time.Time{}, err
		}
	}
	return time.Now(), nil
}

// check compares what the modems got with what was dropped.
func (ss *session) check() exactness { return compare(ss.journal.Records(), ss.next) }

// exactness says how often messages reached a modem.
type exactness struct {
	messages, missing, repeated, foreign int
}

func (e exactness) ok() bool { return e.missing == 0 && e.repeated == 0 && e.foreign == 0 }

// compare counts the recipients of records against the n that there should be.
func compare(records []sim.Record, n int) exactness {
	times := make([]int, n)
	e := exactness{messages: n}
	for _, r := range records {
		submit, err := tpdu.DecodeSubmit(r.TPDU)
		to, _ := strconv.Atoi(submit.DA.Digits)
		if i := to - firstNumber; err == nil && r.Accepted && i >= 1 && i <= n {
			times[i-1]++
		} else {
			e.foreign++
		}
	}
	for _, k := range times {
		if k == 0 {
			e.missing++
		}
		e.repeated += max(k-1, 0)
	}
	return e
}

// close stops everything, the system first. The files stay until the end of all
// measurements: ext4 passes over inodes that were freed a short while ago, one by
// one, so that a big clean-up may slow down whoever is measured next.
func (ss *session) close() error {
	var errs []error
	if ss.process != nil {
		errs = append(errs, ss.process.stop())
	}
	for _, l := range slices.Backward(ss.modems) {
		errs = append(errs, l.Close())
	}
	if ss.sent != nil {
		errs = append(errs, ss.sent.watcher.Close())
	}
	return errors.Join(errs...)
}
