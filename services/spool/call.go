package spool

import (
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// called writes a missed call as a file (smstools spec §2.7).
func (s *Spool) called(e *life.Event, k life.Call) error {
	p := s.callPlace()
	if p.dir == "" {
		return nil
	}
	file := smsfile.MissedCall{
		From: k.Caller.Reveal(), Name: k.Name, Station: station(e.Modem), Received: e.Time.Local(), TimeFormat: s.cfg.TimeFormat,
	}
	if k.TypeOfAddress != 0 {
		file.FromTOA = smsfile.TOAText(k.TypeOfAddress)
	}
	preview := smsfile.Preview(smsfile.ISO, []byte("CALL MISSED"), s.cfg.FilenamePreview)
	fresh, err := s.storeFile(e, "CALL", p, file.AppendTo(nil, s.language.incoming()), preview)
	if fresh {
		s.log.Info("call", log.Message(e.ID), zap.Stringer("from", k.Caller))
	}
	return err
}

// callPlace is where calls go; those without a directory of their own are copied
// like messages.
func (s *Spool) callPlace() place {
	if s.cfg.PhoneCalls != "" {
		return place{dir: s.cfg.PhoneCalls}
	}
	return s.incomingPlace()
}
