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

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/spooldir"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// lane tells which events are handled one after the other: those of a message,
// and, where an event handler runs, those of a modem, so that its calls wait in
// their order.
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
	err := s.makeAlternate(e)
	if err == nil {
		err = s.act(ctx, e)
	}
	if err == nil {
		err = s.annotate(ctx, e)
	}
	s.tell(e, err)
	return err
}

func (s *Spool) act(ctx context.Context, e *life.Event) error {
	if dropped(e) {
		return s.drop(e)
	}
	switch k := e.Kind.(type) {
	case life.Sent:
		return s.finish(e, s.cfg.Sent, "SENT", s.sentHeaders(e, k), s.messageIDs(e.Modem, k.Parts)...)
	case life.Failed:
		return s.finish(e, s.cfg.Failed, "FAILED", s.failedHeaders(e, k), s.messageIDs(e.Modem, k.Parts)...)
	case life.Rejected:
		return s.finish(e, s.cfg.Failed, "FAILED", s.rejectedHeaders(e, k.Reason))
	case life.Expired:
		return s.finish(e, s.cfg.Failed, "FAILED", s.rejectedHeaders(e, "Validity expired before sending"))
	case life.Cancelled:
		return s.finish(e, s.cfg.Failed, "FAILED", s.rejectedHeaders(e, "Cancelled"))
	case life.Report:
		return s.report(e, k)
	case life.Received:
		return s.received(ctx, e, k)
	case life.Call:
		return s.called(e, k)
	default:
		return nil
	}
}

// finish writes the file with its result headers into dir, removes the one that
// waits, and owes the call of the handler. Each step can be repeated; when there is
// neither file, an earlier run did it all.
func (s *Spool) finish(e *life.Event, dir, event string, headers []smsfile.Header, ids ...string) error {
	c := s.newCall(e, event, "", ids...)
	if dir == "" {
		return s.discard(e, c, event, headers)
	}
	staged, data, err := s.stage(e, dir, headers)
	if errors.Is(err, errNoFile) {
		_, err := s.resumeCall(c)
		return err
	}
	if err != nil {
		return err
	}
	copied, err := s.copyOutcome(event, e, data)
	if err != nil {
		return err
	}
	if !s.cfg.EventHandlerUseCopy {
		copied = ""
	}
	name := s.finalName(e, data)
	shown := ""
	err = s.fileCall(c, copied, staged.Path(), dir, func(before func(string) error) (string, error) {
		path, err := staged.Show(name, before)
		shown = path
		return path, err
	})
	if err == nil {
		s.logOutcome(e, event, shown)
	}
	return err
}

// stage makes of the waiting file the one with the result, which nobody sees yet.
func (s *Spool) stage(e *life.Event, dir string, headers []smsfile.Header) (*spooldir.Staged, []byte, error) {
	waiting, err := s.waitingFile(e)
	if errors.Is(err, fs.ErrNotExist) {
		staged, data, err := spooldir.FindStaged(dir, e.ID)
		if errors.Is(err, fs.ErrNotExist) {
			err = s.noFile(dir)
		}
		return staged, data, err
	}
	if err != nil {
		return nil, nil, err
	}
	data := s.withResult(waiting.data, e, headers)
	if err := s.remember(e, waiting, dir, data); err != nil {
		return nil, nil, err
	}
	staged, err := s.syncer.Stage(dir, e.ID, data, waiting.mode)
	if err != nil {
		return nil, nil, err
	}
	return staged, data, ignoreGone(os.Remove(waiting.path))
}

// errNoFile says that there is no file of a message any more: an earlier run has done it all.
var errNoFile = errors.New("there is no file of the message")

// noFile is errNoFile, unless a directory is gone that the file may be in, of those that
// waitingFile has not looked at: that is no reason to forget about it.
func (s *Spool) noFile(dir string) error {
	for _, dir := range []string{s.cfg.Outgoing, dir} {
		if dir == "" {
			continue
		}
		if _, err := os.Stat(dir); err != nil {
			return fmt.Errorf("looking for the file of a message: %w", err)
		}
	}
	return errNoFile
}

// discard shows the handler the file with its result, and removes it then.
func (s *Spool) discard(e *life.Event, c *call, event string, headers []smsfile.Header) error {
	if s.waits(c) {
		return nil // the call is owed already
	}
	waiting, err := s.waitingFile(e)
	if errors.Is(err, fs.ErrNotExist) {
		err = s.noFile("")
	}
	if errors.Is(err, errNoFile) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.remember(e, waiting, "", nil); err != nil {
		return err
	}
	if err := s.syncer.Replace(waiting.path, s.withResult(waiting.data, e, headers)); err != nil {
		return err
	}
	s.logOutcome(e, event, "")
	if c == nil {
		return ignoreGone(os.Remove(waiting.path))
	}
	c.Remove = true
	if err := s.prepare(c, waiting.path, ""); err != nil {
		return err
	}
	return s.owe(c)
}

// logOutcome logs what became of a file, and where it is now; "": it is not kept.
func (s *Spool) logOutcome(e *life.Event, event, path string) {
	fields := []zap.Field{log.Message(e.ID), zap.String("file", e.Subject.Origin.File)}
	if e.Modem != nil && path != "" {
		waited := filepath.Join(e.Subject.Origin.Directory, e.Subject.Origin.File)
		fields = append(fields, log.Modem(e.Modem.Name),
			log.Smsd(log.Info, "SMS To: %s. Moved file %s to %s", e.Subject.Recipient.Reveal(), waited, path))
	}
	s.log.Info(strings.ToLower(event), fields...)
}

// copyOutcome writes the second copy of a file that is kept (settings sent_copy
// and failed_copy).
func (s *Spool) copyOutcome(event string, e *life.Event, data []byte) (path string, err error) {
	if event == "SENT" {
		return s.copyTo(s.cfg.SentCopy, e, data)
	}
	return s.copyTo(s.cfg.FailedCopy, e, data)
}

// withResult adds the result headers, behind the original name unless the file was
// refused before it had another one.
func (s *Spool) withResult(data []byte, e *life.Event, headers []smsfile.Header) []byte {
	if e.Modem == nil {
		return s.withOriginalName(smsfile.Rewrite(data, headers, s.language.Locale), e)
	}
	return smsfile.Rewrite(s.withOriginalName(data, e), headers, s.language.Locale)
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
	return smsfile.Insert(data, []smsfile.Header{header}, s.language.Locale)
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
		if o, err := smsfile.Parse(data, s.options()); err == nil {
			if s.readsLatin(o) {
				o.Body = latin(o.Body)
			}
			name += o.Preview(s.cfg.FilenamePreview)
		}
	}
	return name
}

// waitingFile is the file of a message that waits for its outcome.
type waitingFile struct {
	path string
	data []byte
	mode fs.FileMode
}

// waitingFile finds the file of a message: where it waits, or still in its claim.
// It may be moved from the one to the other meanwhile.
func (s *Spool) waitingFile(e *life.Event) (*waitingFile, error) {
	if e.Subject == nil || e.Subject.Origin.File == "" {
		return nil, fs.ErrNotExist
	}
	o := e.Subject.Origin
	path := filepath.Join(o.Directory, spooldir.WaitingName(e.ID, o.File))
	if w, err := readWaiting(path); !errors.Is(err, fs.ErrNotExist) {
		return w, err
	}
	if err := s.moveOn(e.ID, o); err != nil {
		return nil, err
	}
	if _, err := os.Stat(o.Directory); err != nil {
		return nil, fmt.Errorf("%w: %s", errNowhere, o.Directory)
	}
	return readWaiting(path)
}

func readWaiting(path string) (*waitingFile, error) {
	f, err := spooldir.Read(path)
	if err != nil {
		return nil, err
	}
	return &waitingFile{path: path, data: f.Data, mode: f.Mode}, nil
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
		IDs: s.wantedIDs(e.Modem), Report: k.Report, Result: k.Result,
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

// wantedIDs says which message ids of what a modem sent are shown.
func (s *Spool) wantedIDs(m *life.Modem) smsfile.MessageIDs {
	if m != nil && m.Host == s.cfg.Host {
		if ids, ok := s.cfg.ModemMessageIDs[m.Name]; ok {
			return smsfile.MessageIDs(ids)
		}
	}
	return smsfile.MessageIDs(s.cfg.MessageIDs)
}

// messageIDs are the message ids that an event handler is given (smstools spec §3).
func (s *Spool) messageIDs(m *life.Modem, parts []life.PartDone) []string {
	all := references(parts)
	if len(all) == 0 {
		return nil
	}
	var ids []string
	for _, id := range all {
		ids = append(ids, strconv.Itoa(id))
	}
	switch s.wantedIDs(m) {
	case smsfile.FirstMessageID:
		return ids[:1]
	case smsfile.AllMessageIDs:
		return append(ids, ".")
	default:
		return ids[len(ids)-1:]
	}
}
