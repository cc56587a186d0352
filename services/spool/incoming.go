package spool

import (
	"context"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// received writes a message from the network as a file; a part of a message
// waits for the others first.
func (s *Spool) received(ctx context.Context, e *life.Event, k life.Received) error {
	mt, err := tpdu.DecodeMT(k.PDU)
	if err == nil && s.joins(e, mt) {
		return s.join(ctx, e, mt)
	}
	file := s.messageFile(e, k)
	fresh, err := s.store(e, "RECEIVED", s.incomingPlace(), file)
	if fresh {
		s.log.Info("received", log.Message(e.ID), zap.Stringer("from", k.Originator))
	}
	return err
}

// messageFile describes one PDU by itself.
func (s *Spool) messageFile(e *life.Event, k life.Received) *smsfile.Incoming {
	file := s.incomingFile(e)
	file.Name = k.Name
	mt, err := tpdu.DecodeMT(k.PDU)
	if err == nil && (mt.Deliver == nil || damaged(mt.Warnings) && len(mt.Deliver.Data) == 0) {
		err = errNoContent
	}
	if err != nil {
		s.undecodable(file, k, err)
		return file
	}
	r := s.cfg.reception(e)
	s.describe(file, mt)
	s.fillBody(file, r, []*tpdu.Deliver{mt.Deliver})
	s.showPDU(file, mt.Deliver, k, damaged(mt.Warnings))
	return file
}

// report writes a status report as a file (smstools spec §2.4).
func (s *Spool) report(e *life.Event, k life.Report) error {
	place := s.reportPlace()
	if place.dir == "" {
		return nil
	}
	fresh, err := s.store(e, "REPORT", place, s.reportFile(e, k))
	if fresh {
		s.log.Info("report", log.Message(e.ID), zap.Int("part", k.Part), zap.Uint8("status", k.Status))
	}
	return err
}

func (s *Spool) reportFile(e *life.Event, k life.Report) *smsfile.Incoming {
	file := s.incomingFile(e)
	mt := tpdu.DecodeStatusReport(k.PDU)
	r, no := mt.StatusReport, false
	body := smsfile.StatusReport{MessageID: r.MR, Discharge: s.stamp(r.DT), Status: uint8(r.ST)}
	s.describeSender(file, r.RA)
	file.FromSMSC, file.Sent = mt.SMSC.Digits, s.stamp(r.SCTS)
	file.Alphabet, file.UDH, file.Body = s.textAlphabet(), &no, body.Body()
	file.Warnings = warnings(mt.Warnings)
	if s.cfg.StoreReceivedPDU >= storeAllPDUs || s.cfg.StoreReceivedPDU > 0 && damaged(mt.Warnings) {
		file.PDUs = []string{upperHex(k.PDU)}
	}
	return file
}

func (s *Spool) incomingFile(e *life.Event) *smsfile.Incoming {
	return &smsfile.Incoming{Received: e.Time.Local(), TimeFormat: s.cfg.TimeFormat, Station: station(e.Modem)}
}

// describe fills in everything but the content.
func (s *Spool) describe(file *smsfile.Incoming, mt tpdu.MT) {
	d := mt.Deliver
	s.describeSender(file, d.OA)
	file.FromSMSC, file.Sent, file.Report = mt.SMSC.Digits, s.stamp(d.SCTS), d.StatusReport
	file.Warnings = warnings(mt.Warnings)
	if n, ok := tpdu.ReplaceType(d.PID); ok {
		file.Replace = &n
	}
	dcs := tpdu.ParseDCS(d.DCS)
	file.Flash = dcs.HasClass && dcs.Class == 0
	if dcs.Reserved {
		file.Warnings = append(file.Warnings, "Reserved data coding scheme, read as the GSM alphabet.")
	}
}

// describeSender shows an address; an absent one has no type.
func (s *Spool) describeSender(file *smsfile.Incoming, a tpdu.Address) {
	file.From = s.addressText(a)
	if file.From != "" {
		file.FromTOA = smsfile.TOAText(a.TOA)
	}
}
