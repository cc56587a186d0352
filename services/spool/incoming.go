package spool

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/spooldir"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// storeAllPDUs and storeBadPDUs are values of store_received_pdu.
const (
	storeBadPDUs = 1
	storeAllPDUs = 3
)

// received writes a message from the network as a file.
func (s *Spool) received(ctx context.Context, e *life.Event, k life.Received) error {
	file := s.incomingFile(e, k.PDU)
	file.Name = k.Name
	mt, err := tpdu.DecodeMT(k.PDU)
	if err != nil || mt.Deliver == nil {
		undecodable(file, k.PDU)
	} else {
		s.describe(file, mt)
	}
	path, err := s.place(s.cfg.Incoming, e, file.AppendTo(nil, nil))
	if err != nil || path == "" {
		return err
	}
	s.log.Info("received", log.Message(e.ID), zap.Stringer("from", k.Originator))
	s.runHandler(ctx, e, "RECEIVED", path)
	return nil
}

// report writes a status report as a file (smstools spec §2.4).
func (s *Spool) report(ctx context.Context, e *life.Event, k life.Report) error {
	dir := s.cfg.reportDir()
	if dir == "" {
		return nil
	}
	file := s.incomingFile(e, k.PDU)
	mt := tpdu.DecodeStatusReport(k.PDU)
	r, no := mt.StatusReport, false
	body := smsfile.StatusReport{MessageID: r.MR, Discharge: s.stamp(r.DT), Status: uint8(r.ST)}
	file.From, file.FromTOA = addressText(r.RA), smsfile.TOAText(r.RA.TOA)
	file.FromSMSC, file.Sent = mt.SMSC.Digits, s.stamp(r.SCTS)
	file.Alphabet, file.UDH, file.Body = s.textAlphabet(), &no, body.Body()
	file.Warnings = warnings(mt.Warnings)
	path, err := s.place(dir, e, file.AppendTo(nil, nil))
	if err != nil || path == "" {
		return err
	}
	s.log.Info("report", log.Message(e.ID), zap.Int("part", k.Part), zap.Uint8("status", k.Status))
	s.runHandler(ctx, e, "REPORT", path)
	return nil
}

func (s *Spool) incomingFile(e *life.Event, pdu []byte) *smsfile.Incoming {
	file := &smsfile.Incoming{Received: e.Time.Local(), TimeFormat: s.cfg.TimeFormat, Station: station(e.Modem)}
	if s.cfg.StoreReceivedPDU >= storeAllPDUs {
		file.PDUs = []string{upperHex(pdu)}
	}
	return file
}

// describe fills a file with what was decoded.
func (s *Spool) describe(file *smsfile.Incoming, mt tpdu.MT) {
	d := mt.Deliver
	file.From, file.FromTOA, file.FromSMSC = addressText(d.OA), smsfile.TOAText(d.OA.TOA), mt.SMSC.Digits
	file.Sent, file.Report, file.UDHData = s.stamp(d.SCTS), d.StatusReport, d.UDH
	file.Warnings = warnings(mt.Warnings)
	if n, ok := tpdu.ReplaceType(d.PID); ok {
		file.Replace = &n
	}
	dcs := tpdu.ParseDCS(d.DCS)
	file.Flash = dcs.HasClass && dcs.Class == 0
	s.fillBody(file, d, dcs)
}

// fillBody puts the content into a file in the charset that is configured
// (smstools spec §2.3).
func (s *Spool) fillBody(file *smsfile.Incoming, d *tpdu.Deliver, dcs tpdu.DCS) {
	switch {
	case d.Septets:
		locking, single := tpdu.Languages(d.UDH)
		text := gsm7.Decode(d.Data, gsm7.Tables{Locking: gsm7.Language(locking), Single: gsm7.Language(single)})
		if locking != 0 || single != 0 {
			file.Language, file.LanguageExt = language(locking), language(single)
			file.Alphabet, file.Body = smsfile.UTF8, []byte(text)
			return
		}
		s.fillText(file, text)
		file.CountCharacters = s.cfg.IncomingUTF8
	case dcs.Alphabet == tpdu.AlphabetUCS2 && s.cfg.DecodeUnicodeText:
		no := false
		text, _ := ucs2.Decode(d.Data)
		s.fillText(file, text)
		if !s.cfg.IncomingUTF8 {
			file.UDH = &no
		}
	case dcs.Alphabet == tpdu.AlphabetUCS2:
		file.Alphabet, file.Body = smsfile.UCS2, d.Data
	default:
		file.Alphabet, file.Body = smsfile.Binary, d.Data
	}
}

func language(n byte) *uint8 {
	if n == 0 {
		return nil
	}
	return &n
}

func (s *Spool) fillText(file *smsfile.Incoming, text string) {
	file.Alphabet = s.textAlphabet()
	if file.Alphabet == smsfile.UTF8 {
		file.Body = []byte(text)
		return
	}
	file.Body, _ = smsfile.AppendLatin(nil, text)
}

func (s *Spool) textAlphabet() smsfile.Alphabet {
	if s.cfg.IncomingUTF8 {
		return smsfile.UTF8
	}
	return smsfile.ISO
}

// undecodable describes a PDU of which nothing could be made; the PDU is kept whole.
func undecodable(file *smsfile.Incoming, pdu []byte) {
	no := false
	file.Error, file.Alphabet, file.UDH, file.CountCharacters = smsfile.UndecodablePDU, smsfile.ISO, &no, true
	file.PDUs = []string{upperHex(pdu)}
	file.Body = []byte("The octets of this message could not be understood; they are in the header PDU.\n")
}

func addressText(a tpdu.Address) string {
	if a.IsAlphanumeric() {
		return gsm7.Decode(a.Septets, gsm7.Tables{})
	}
	return a.Digits
}

// stamp shows a time stamp as the service centre's own local time, as smsd does.
func (s *Spool) stamp(t tpdu.Timestamp) string {
	if t.Time.IsZero() {
		return ""
	}
	return smsfile.FormatTime(t.Time, s.cfg.TimeFormat)
}

func warnings(ws []tpdu.Warning) []string {
	var texts []string
	for _, w := range ws {
		texts = append(texts, w.String())
	}
	return texts
}

func upperHex(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

// place writes a file for an event under a name that follows from the event, so
// that a repeated event finds its file and writes no second one: then path is empty.
func (s *Spool) place(dir string, e *life.Event, data []byte) (path string, err error) {
	const fileMode = 0o644
	name := "gateway"
	if e.Modem != nil {
		name = e.Modem.Name
	}
	name += "." + suffix(e, data)
	existing, err := os.ReadFile(filepath.Join(dir, name))
	if err == nil && bytes.Equal(existing, data) {
		return "", nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return spooldir.Write(dir, name, data, fileMode)
}

// suffix is what mkstemp would put behind the name of the modem: six characters.
func suffix(e *life.Event, data []byte) string {
	const characters = 6
	h := sha256.New()
	h.Write([]byte(e.ID))
	h.Write(data)
	return base32.StdEncoding.EncodeToString(h.Sum(nil))[:characters]
}
