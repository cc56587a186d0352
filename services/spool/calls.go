package spool

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// A call of the event handler is owed from the moment at which its file is about to
// be seen. A record of it is written before that, and is marked as ready after it;
// then the event is done with, and the call waits its turn, in this process or in
// the next one. The record is removed after the call: a crash in between repeats
// the call, and loses none.

// call is a record of a call that is owed.
type call struct {
	// Event is the first argument, Path the second, IDs the others (smstools spec §5.2).
	Event string   `json:"event"`
	Path  []byte   `json:"path"` // names are octets, which JSON would change
	IDs   []string `json:"ids,omitempty"`
	// Message is the id of the message; Modem and Host say where the event happened.
	Message string    `json:"message"`
	Modem   string    `json:"modem,omitempty"`
	Host    string    `json:"host,omitempty"`
	Time    time.Time `json:"time"`
	// Staged is where the file was before it was seen; empty: nowhere.
	Staged []byte `json:"staged,omitempty"`
	// Remove says that the file is not kept after the call.
	Remove bool `json:"remove,omitempty"`

	name string
}

// The suffixes of records, behind their names.
const (
	preparedSuffix = ".prepared"
	readySuffix    = ".ready"
)

// staleCall is how old a record may be whose file was never seen: no event is
// offered again after so long.
const staleCall = 4 * 24 * time.Hour

// newCall is the call for an event; nil when no handler is to be called.
// distinction tells calls of one event and message apart.
func (s *Spool) newCall(e *life.Event, event, distinction string, ids ...string) *call {
	c := &call{Event: event, IDs: ids, Message: e.ID, Time: e.Time}
	if e.Modem != nil {
		c.Modem, c.Host = e.Modem.Name, e.Modem.Host
	}
	if s.handlerOf(c).IsZero() {
		return nil
	}
	sum := sha256.Sum256([]byte(event + "\x00" + e.Account + "\x00" + e.ID + "\x00" + distinction))
	c.name = hex.EncodeToString(sum[:16])
	return c
}

// callDir is where the records are: beside the files that wait or arrive.
func (c *Config) callDir() string {
	dir := c.Checked
	if dir == "" {
		dir = c.Incoming
	}
	return filepath.Join(dir, ".viesti-calls-"+strings.ReplaceAll(c.Host, "/", "_"))
}

func (s *Spool) callPath(name, suffix string) string {
	return filepath.Join(s.cfg.callDir(), name+suffix)
}

// prepare records durably that the file is about to be seen as path, from where it
// is staged.
func (s *Spool) prepare(c *call, path, staged string) error {
	c.Path, c.Staged = []byte(path), []byte(staged)
	return s.record(c, preparedSuffix)
}

func (s *Spool) record(c *call, suffix string) error {
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("recording a call of the event handler: %w", err)
	}
	if err := os.Mkdir(s.cfg.callDir(), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("recording a call of the event handler: %w", err)
	}
	return s.syncer.Put(s.callPath(c.name, suffix), data, 0o600)
}

// owe marks a prepared call as ready, and lets it wait its turn. dirs are made
// durable with it.
func (s *Spool) owe(c *call, dirs ...string) error {
	if c == nil {
		return s.syncer.SyncDirs(dirs...)
	}
	if err := os.Rename(s.callPath(c.name, preparedSuffix), s.callPath(c.name, readySuffix)); err != nil {
		return fmt.Errorf("recording a call of the event handler: %w", err)
	}
	if err := s.syncer.SyncDirs(append(dirs, s.cfg.callDir())...); err != nil {
		return err
	}
	s.enqueue(c)
	return nil
}

// resumeCall finishes what a crash has interrupted between showing a file and
// marking its call as ready. owed is false when there is no such call.
func (s *Spool) resumeCall(c *call) (owed bool, err error) {
	if c == nil {
		return false, nil
	}
	prepared, err := readCall(s.callPath(c.name, preparedSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, s.owe(prepared)
}

// waits reports whether a call is ready and has not been finished.
func (s *Spool) waits(c *call) bool {
	if c == nil {
		return false
	}
	_, err := os.Lstat(s.callPath(c.name, readySuffix))
	return err == nil
}

func readCall(path string) (*call, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c := &call{}
	if err := json.Unmarshal(data, c); err != nil {
		return nil, fmt.Errorf("reading a call of the event handler that is owed: %s: %w", path, err)
	}
	c.name, _, _ = strings.Cut(filepath.Base(path), ".")
	return c, nil
}

// resumeCalls makes the calls that an earlier process owed, in their order.
func (s *Spool) resumeCalls() {
	entries, err := os.ReadDir(s.cfg.callDir())
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		s.log.Error("looking for calls of the event handler that are owed", zap.Error(err))
		return
	}
	var owed []*call
	for _, entry := range entries {
		c, err := s.owedBefore(entry.Name())
		if err != nil {
			s.log.Error("a call of the event handler that is owed is lost", zap.Error(err))
		}
		if c != nil {
			owed = append(owed, c)
		}
	}
	slices.SortStableFunc(owed, func(a, b *call) int { return a.Time.Compare(b.Time) })
	if len(owed) > 0 {
		s.log.Info("calling the event handler for what an earlier run has left", zap.Int("calls", len(owed)))
	}
	for _, c := range owed {
		s.enqueue(c)
	}
}

// owedBefore reads one record; nil when it is none, or its file may still come.
func (s *Spool) owedBefore(file string) (*call, error) {
	path := filepath.Join(s.cfg.callDir(), file)
	switch filepath.Ext(file) {
	case readySuffix:
		return readCall(path)
	case preparedSuffix:
		c, err := readCall(path)
		if err != nil {
			return nil, err
		}
		if c.seen() {
			return c, os.Rename(path, s.callPath(c.name, readySuffix))
		}
		if s.now().Sub(c.Time) > staleCall {
			return nil, os.Remove(path)
		}
	}
	return nil, nil
}

// seen reports whether the file of a prepared call got its name.
func (c *call) seen() bool {
	if len(c.Staged) > 0 {
		if _, err := os.Lstat(string(c.Staged)); err == nil {
			return false
		}
	}
	_, err := os.Lstat(string(c.Path))
	return err == nil
}

// enqueue lets a call wait its turn: behind those of its message, and of its modem.
func (s *Spool) enqueue(c *call) {
	s.calls.Do(c.Modem, c.Message, func() { s.perform(c) })
}

// perform makes a call. What the handler does has no influence on the message. A
// handler that has been started is let finish when the process stops.
func (s *Spool) perform(c *call) {
	h := s.handlerOf(c)
	if !h.IsZero() {
		r, err := h.Run(context.Background(), append([]string{c.Event, string(c.Path)}, c.IDs...)...)
		s.observe("eventhandler", h, r, err, log.Message(c.Message), zap.String("event", c.Event))
	}
	if c.Remove {
		if err := ignoreGone(os.Remove(string(c.Path))); err != nil {
			s.log.Error("removing a file that is not kept", log.Message(c.Message), zap.Error(err))
		}
	}
	if err := ignoreGone(os.Remove(s.callPath(c.name, readySuffix))); err != nil {
		s.log.Error("a call of the event handler will be repeated", log.Message(c.Message), zap.Error(err))
	}
}

// fileCall prepares the call for a file that appears in dir under name, lets place
// put it there, and owes the call. An empty shown stands for the file itself.
func (s *Spool) fileCall(c *call, shown, staged, dir string, place func(before func(string) error) (string, error)) error {
	var before func(string) error
	if c != nil {
		before = func(path string) error {
			if shown != "" {
				path = shown
			}
			return s.prepare(c, path, staged)
		}
	}
	if _, err := place(before); err != nil {
		return err
	}
	return s.owe(c, dir)
}
