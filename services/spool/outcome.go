package spool

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/hook"
	"github.com/viesti-sms/viesti/services/internal/driver/spooldir"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// lane tells which events are handled one after the other: those of a message,
// and, where an event handler runs, those of a modem, as in smsd: one that was
// written for one modem need not expect to run twice at once.
func (s *Spool) lane(e *life.Event) string {
	handlers := s.cfg.EventHandler != "" || len(s.cfg.ModemEventHandlers) > 0
	switch {
	case !handlers:
		return e.ID
	case e.Modem != nil:
		return e.Modem.Name
	default:
		return ""
	}
}

// handle acts on one event: of a message of this spool, or from the network.
func (s *Spool) handle(ctx context.Context, e *life.Event) error {
	err := s.act(ctx, e)
	if err != nil {
		s.log.Error("acting on an event, will be tried again", log.Message(e.ID), zap.Error(err))
	}
	return err
}

func (s *Spool) act(ctx context.Context, e *life.Event) error {
	switch k := e.Kind.(type) {
	case life.Sent:
		return s.finish(ctx, e, s.cfg.Sent, "SENT", s.sentHeaders(e, k), s.messageIDs(k.Parts)...)
	case life.Failed:
		return s.finish(ctx, e, s.cfg.Failed, "FAILED", s.failedHeaders(e, k), s.messageIDs(k.Parts)...)
	case life.Rejected:
		return s.finish(ctx, e, s.cfg.Failed, "FAILED", s.rejectedHeaders(e, k.Reason))
	case life.Expired:
		return s.finish(ctx, e, s.cfg.Failed, "FAILED", s.rejectedHeaders(e, "Validity expired before sending"))
	case life.Cancelled:
		return s.finish(ctx, e, s.cfg.Failed, "FAILED", s.rejectedHeaders(e, "Cancelled"))
	case life.Report:
		return s.report(ctx, e, k)
	case life.Received:
		return s.received(ctx, e, k)
	default:
		return nil
	}
}

// finish puts the result headers into the waiting file, moves it to dir, and
// runs the handler. Rewriting is repeatable and moving is one step; when the file
// is gone, an earlier run did both.
func (s *Spool) finish(ctx context.Context, e *life.Event, dir, event string, headers []smsfile.Header, ids ...string) error {
	path, data, err := s.waitingFile(e)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	rewritten := smsfile.Rewrite(s.withOriginalName(data, e), headers, nil)
	if err := s.syncer.Replace(path, rewritten); err != nil {
		return err
	}
	copied, err := s.copyOutcome(dir, event, e, rewritten)
	if err != nil {
		return err
	}
	if dir != "" {
		if path, err = spooldir.Move(path, dir, s.finalName(e, data)); err != nil {
			return err
		}
		if err := s.syncer.SyncDir(dir); err != nil {
			return err
		}
	}
	s.log.Info(strings.ToLower(event), log.Message(e.ID), zap.String("file", e.Subject.Origin.File))
	shown := path
	if copied != "" && s.cfg.EventHandlerUseCopy {
		shown = copied
	}
	s.runHandler(ctx, e, event, shown, ids...)
	if dir == "" {
		return ignoreGone(os.Remove(path))
	}
	return nil
}

// copyOutcome writes the second copy of a file that is kept (settings sent_copy
// and failed_copy).
func (s *Spool) copyOutcome(dir, event string, e *life.Event, data []byte) (path string, err error) {
	switch {
	case dir == "":
		return "", nil
	case event == "SENT":
		return s.copyTo(s.cfg.SentCopy, e, data)
	default:
		return s.copyTo(s.cfg.FailedCopy, e, data)
	}
}

// withOriginalName adds the header Original_filename where the name is not kept
// (smstools spec §3).
func (s *Spool) withOriginalName(data []byte, e *life.Event) []byte {
	if s.cfg.KeepFilename || !s.cfg.StoreOriginalFilename {
		return data
	}
	header := smsfile.OriginalFilename(e.Subject.Origin.File)
	file := smsfile.ParseHeaders(data)
	if slices.Contains(file.Values(header.Name), header.Value) {
		return data
	}
	return smsfile.Insert(data, []smsfile.Header{header}, nil)
}

// finalName is the name in sent or failed (smstools spec §4.5).
func (s *Spool) finalName(e *life.Event, data []byte) string {
	name := e.Subject.Origin.File
	if !s.cfg.KeepFilename {
		name = "smsd." + suffix(e, nil)
		if e.Modem != nil {
			name = e.Modem.Name + "." + suffix(e, nil)
		}
	}
	if s.cfg.FilenamePreview > 0 && e.Modem != nil {
		if o, err := smsfile.Parse(data, smsfile.Options{Alphabet: smsfile.ParseAlphabet([]byte(s.cfg.Alphabet)), Include: s.cfg.include}); err == nil {
			name += smsfile.Preview(o.Alphabet, o.Body, s.cfg.FilenamePreview)
		}
	}
	return name
}

// waitingFile finds the file of a message: where it waits, or still in its claim.
// It may be moved from the one to the other meanwhile.
func (s *Spool) waitingFile(e *life.Event) (path string, data []byte, err error) {
	if e.Subject == nil || e.Subject.Origin.File == "" {
		return "", nil, fs.ErrNotExist
	}
	o := e.Subject.Origin
	if err := s.moveOn(e.ID, o); err != nil {
		return "", nil, err
	}
	if _, err := os.Stat(o.Directory); err != nil {
		return "", nil, fmt.Errorf("%w: %s", errNowhere, o.Directory)
	}
	path = filepath.Join(o.Directory, spooldir.WaitingName(e.ID, o.File))
	data, err = os.ReadFile(path)
	return path, data, err
}

func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func station(m *life.Modem) smsfile.Station {
	if m == nil {
		return smsfile.Station{}
	}
	return smsfile.Station{Modem: m.Name, Number: m.Number, Description: m.Description, IMSI: m.IMSI, IMEI: m.IMEI}
}

func (s *Spool) sentHeaders(e *life.Event, k life.Sent) []smsfile.Header {
	sent := smsfile.Sent{
		Station: station(e.Modem), Time: e.Time.Local(), TimeFormat: s.cfg.TimeFormat, SendingTime: k.SendingTime,
		IDs: smsfile.MessageIDs(s.cfg.MessageIDs), Report: k.Report, Result: k.Result,
		Store: smsfile.StorePDU(s.cfg.StoreSentPDU), Coded: k.Alphabet != life.AirGSM7, Notices: k.Notices,
	}
	sent.MessageIDs = references(k.Parts)
	for _, p := range k.Parts {
		sent.PDUs = append(sent.PDUs, p.PDU)
	}
	return sent.Headers()
}

// references are the message ids that the modem told.
func references(parts []life.PartDone) []int {
	var ids []int
	for _, p := range parts {
		if p.Reference >= 0 {
			ids = append(ids, p.Reference)
		}
	}
	return ids
}

func (s *Spool) failedHeaders(e *life.Event, k life.Failed) []smsfile.Header {
	failed := smsfile.Failed{
		Station: station(e.Modem), Reason: k.Reason, Time: e.Time.Local(), TimeFormat: s.cfg.TimeFormat,
		PDUs: k.PDUs, Store: smsfile.StorePDU(s.cfg.StoreSentPDU), Notices: k.Notices,
	}
	return failed.Headers()
}

func (s *Spool) rejectedHeaders(e *life.Event, reason string) []smsfile.Header {
	rejected := smsfile.Rejected{Reason: reason, Time: e.Time.Local(), TimeFormat: s.cfg.TimeFormat}
	return rejected.Headers()
}

// messageIDs are the message ids that an event handler is given (smstools spec §3).
func (s *Spool) messageIDs(parts []life.PartDone) []string {
	all := references(parts)
	if len(all) == 0 {
		return nil
	}
	var ids []string
	for _, id := range all {
		ids = append(ids, strconv.Itoa(id))
	}
	switch smsfile.MessageIDs(s.cfg.MessageIDs) {
	case smsfile.FirstMessageID:
		return ids[:1]
	case smsfile.AllMessageIDs:
		return append(ids, ".")
	default:
		return ids[len(ids)-1:]
	}
}

// runHandler runs the event handler and waits for it. What it does has no
// influence on the message.
func (s *Spool) runHandler(ctx context.Context, e *life.Event, event, path string, ids ...string) {
	h := hook.Hook{Command: s.cfg.EventHandler, Timeout: time.Duration(s.cfg.HandlerTimeout)}
	if e.Modem != nil && s.cfg.ModemEventHandlers[e.Modem.Name] != "" && e.Modem.Host == s.cfg.Host {
		h.Command = s.cfg.ModemEventHandlers[e.Modem.Name]
	}
	if h.IsZero() {
		return
	}
	// A handler that has been started is let finish when the process stops.
	r, err := h.Run(context.WithoutCancel(ctx), append([]string{event, path}, ids...)...)
	if err != nil || r.Code != 0 {
		s.log.Error("problem with the event handler", log.Message(e.ID), zap.String("event", event), zap.Int("result", r.Code), zap.Error(err))
	}
	if r.Output != "" {
		// What it says may quote the message.
		s.log.Warn("the event handler said something; level debug shows it", log.Message(e.ID), zap.Int("octets", len(r.Output)))
		s.log.Debug("the event handler said", log.Message(e.ID), zap.String("output", oneLine(r.Output)))
	}
}
