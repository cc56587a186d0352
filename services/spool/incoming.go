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
	fault := faultsOf(mt)
	if err == nil && (mt.Deliver == nil || fault.damaged && len(mt.Deliver.Data) == 0) {
		err = errNoContent
	}
	if err != nil {
		s.undecodable(file, k, err)
		return file
	}
	r := s.cfg.reception(e)
	s.describe(file, mt, fault.warnings)
	s.fillBody(file, r, []*tpdu.Deliver{mt.Deliver})
	s.showPDU(file, mt.Deliver, k, fault.damaged)
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
	r, fault := mt.StatusReport, faultsOf(mt)
	body := smsfile.StatusReport{MessageID: r.MR, Discharge: s.stamp(r.DT), Status: uint8(r.ST)}
	s.describeSender(file, r.RA)
	if file.From == "" {
		fault.damage("TP-RA: no recipient.")
	}
	file.FromSMSC, file.Sent, file.Report = mt.SMSC.Digits, s.stamp(r.SCTS), r.Command
	file.Alphabet, file.UDH, file.Body, file.CountCharacters = s.textAlphabet(), &r.UDHI, body.Body(), true
	file.Warnings = fault.warnings
	if s.cfg.StoreReceivedPDU >= storeAllPDUs || s.cfg.StoreReceivedPDU > 0 && fault.damaged {
		file.PDUs = []string{upperHex(k.PDU)}
	}
	return file
}

func (s *Spool) incomingFile(e *life.Event) *smsfile.Incoming {
	return &smsfile.Incoming{Received: e.Time.Local(), TimeFormat: s.cfg.TimeFormat, Station: station(e.Modem)}
}

// describe fills in everything but the content.
func (s *Spool) describe(file *smsfile.Incoming, mt tpdu.MT, warnings []string) {
	d := mt.Deliver
	s.describeSender(file, d.OA)
	file.FromSMSC, file.Report, file.Warnings = mt.SMSC.Digits, d.StatusReport, warnings
	if !missing(mt, "TP-MTI", "TP-OA", "TP-PID", "TP-DCS", "TP-SCTS") {
		file.Sent = s.stamp(d.SCTS)
	}
	if d.PID&^maskReplace == tpdu.PIDReplace {
		n := d.PID & maskReplace // 0, a type 0 message, shows too
		file.Replace = &n
	}
	dcs := tpdu.ParseDCS(d.DCS)
	file.Flash = dcs.HasClass && dcs.Class == 0
	if dcs.Reserved {
		file.Warnings = append(file.Warnings, reservedCoding[d.Septets])
	}
}

// maskReplace are the bits of TP-PID that tell the replace type.
const maskReplace = 7

// reservedCoding says, by whether it is septets, how a reserved data coding scheme was read.
var reservedCoding = map[bool]string{
	true: "Reserved data coding scheme, read as the GSM alphabet.", false: "Reserved data coding scheme, compressed; the octets are shown.",
}

// describeSender shows an address; an absent one has no type.
func (s *Spool) describeSender(file *smsfile.Incoming, a tpdu.Address) {
	file.From = s.addressText(a)
	if file.From != "" {
		file.FromTOA = smsfile.TOAText(a.TOA)
	}
}
