package modem

import (
	"context"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/voicecall"
	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
)

// VoiceCalls says how calls are made that play tones. The names and meanings are
// those of smsd.conf (smstools spec §7.9).
type VoiceCalls struct {
	VTSList        bool `yaml:"voicecall_vts_list"`
	VTSQuoted      bool `yaml:"voicecall_vts_quotation_marks"`
	CPAS           bool `yaml:"voicecall_cpas"`
	CLCC           bool `yaml:"voicecall_clcc"`
	IgnoreResponse bool `yaml:"voicecall_ignore_modem_response"`
}

// problems tells what is wrong.
func (v VoiceCalls) problems() []string {
	if v.CPAS && v.CLCC {
		return []string{"voicecall_cpas and voicecall_clcc are both set; one tells whether a call was answered"}
	}
	return nil
}

// voiceCall makes the call that a message asks for. It is recorded like a part, so
// that two workers never make the same call knowingly; whatever comes of it, the
// message counts as sent, with the result (smstools spec §7.9).
func (d *delivery) voiceCall(ctx context.Context) error {
	call, err := voicecall.Parse(string(d.sub.Body.Reveal()))
	if err != nil {
		return &ending{final: life.Failed{Reason: err.Error(), Class: life.FailureMessage}, cause: err}
	}
	d.msg = &compose.Message{Parts: make([]compose.Part, 1)}
	if err := d.intend(ctx, 1); err != nil {
		return err
	}
	if err := d.mayBegin(ctx, 1); err != nil {
		return err
	}
	v := d.dev.VoiceCalls
	result, err := d.modem.Dial(ctx, driver.Dialling{
		Call: call, Form: voicecall.Form{List: v.VTSList, Quoted: v.VTSQuoted}, Number: dialled(d.sub),
		CPAS: v.CPAS, CLCC: v.CLCC, RingOnly: v.IgnoreResponse, ATH: d.dev.OldHangUp,
	})
	if err != nil && result == "" {
		return d.unknown(ctx, 1, &driver.UnknownError{Err: err}) // it may have rung
	}
	if err != nil {
		d.log.Warn("ending the call", zap.Error(err))
	}
	d.log.Info("called", zap.String("result", result))
	sent := life.Sent{Result: result, SendingTime: d.now().Sub(d.started), MaybeDuplicated: d.unsure()}
	r, err := d.bus.EventRecord(d.event(sent))
	if err != nil {
		return err
	}
	d.status.count(1, 0, 0)
	d.finish(ctx, r)
	return nil
}

// dialled is the number as it is dialled: international ones with plus.
func dialled(s *message.Submission) string {
	number := s.Recipient.Reveal()
	if s.Recipient.IsShort() {
		return number[1:]
	}
	if s.NumberType == message.NumberAuto || s.NumberType == message.NumberInternational {
		return "+" + number
	}
	return number
}
