package wire

import (
	"time"

	"google.golang.org/protobuf/proto"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// EncodeModemStatus returns the octets of a modem's state.
func EncodeModemStatus(s *life.ModemStatus) ([]byte, error) { return marshal(statusOut(s)) }

// DecodeModemStatus reads octets written by EncodeModemStatus.
func DecodeModemStatus(data []byte) (*life.ModemStatus, error) {
	var p viestiv1.ModemStatus
	if err := proto.Unmarshal(data, &p); err != nil {
		return nil, malformed("ModemStatus", err)
	}
	return statusIn(&p), nil
}

// mostBitErrors is the worst class of bit error rates.
const mostBitErrors = 7

func statusOut(s *life.ModemStatus) *viestiv1.ModemStatus {
	p := &viestiv1.ModemStatus{
		State: viestiv1.ModemStatus_State(s.State), Reason: text(s.Reason), Queues: each(s.Queues, text),
		Registration: int32(s.Registration), Operator: text(s.Operator), Sent: s.Sent, Failed: s.Failed, Received: s.Received,
		Since: stamp(s.Since), Device: text(s.Device), Identity: modemOut(&s.Identity), MessageId: text(s.MessageID),
		Until: stamp(s.Until), Resets: s.Resets,
	}
	if s.SignalDBm != 0 {
		p.SignalDbm = proto.Int32(int32(s.SignalDBm))
	}
	if s.BitErrors >= 0 {
		p.BitErrors = proto.Uint32(uint32(s.BitErrors))
	}
	return p
}

func statusIn(p *viestiv1.ModemStatus) *life.ModemStatus {
	s := &life.ModemStatus{
		State: life.ModemState(known(p.GetState())), Reason: p.GetReason(), Queues: p.GetQueues(),
		Registration: int(p.GetRegistration()), Operator: p.GetOperator(), SignalDBm: int(p.GetSignalDbm()),
		Sent: p.GetSent(), Failed: p.GetFailed(), Received: p.GetReceived(),
		Since: instant(p.GetSince()), Device: p.GetDevice(), MessageID: p.GetMessageId(),
		Until: instant(p.GetUntil()), Resets: p.GetResets(),
	}
	if s.BitErrors = -1; p.BitErrors != nil && p.GetBitErrors() <= mostBitErrors {
		s.BitErrors = int(p.GetBitErrors())
	}
	if m := modemIn(p.GetIdentity()); m != nil {
		s.Identity = *m
	}
	return s
}

// Command is a request to the worker of one modem.
type Command struct {
	// Verb is the last token of the subject.
	Verb    Verb
	Timeout time.Duration
	// Argument is the AT command line, the USSD code or the reason of a suspension.
	Argument string
	// Step is where VerbReset begins: 0 opening it anew, 1 its radio, 2 its own
	// command, 3 its USB device, 4 the program reset_cmd.
	Step uint32
}

// Verb names a command.
type Verb string

// Verbs.
const (
	VerbAT     Verb = "at"
	VerbStatus Verb = "status"
	// VerbUSSD without an Argument ends a dialogue. The first line of its answer is
	// the modem's, Text what people can read.
	VerbUSSD Verb = "ussd"
	// VerbReset, VerbSuspend and VerbResume are answered when they are done.
	VerbReset   Verb = "reset"
	VerbSuspend Verb = "suspend"
	VerbResume  Verb = "resume"
)

// Reply answers a Command.
type Reply struct {
	Lines []string
	Text  string
	// Error says why it did not work; empty when it did.
	Error  string
	Status *life.ModemStatus
}

// EncodeCommand returns the octets of a command.
func EncodeCommand(c Command) ([]byte, error) {
	p := &viestiv1.ModemCommand{Timeout: span(c.Timeout)}
	switch c.Verb {
	case VerbAT:
		p.Kind = &viestiv1.ModemCommand_At{At: &viestiv1.AtCommand{Line: text(c.Argument)}}
	case VerbUSSD:
		p.Kind = &viestiv1.ModemCommand_Ussd{Ussd: &viestiv1.UssdCommand{Code: text(c.Argument)}}
	case VerbStatus:
		p.Kind = &viestiv1.ModemCommand_Status{Status: &viestiv1.StatusCommand{}}
	case VerbReset:
		p.Kind = &viestiv1.ModemCommand_Reset_{Reset_: &viestiv1.ResetCommand{Step: c.Step}}
	case VerbSuspend:
		p.Kind = &viestiv1.ModemCommand_Suspend{Suspend: &viestiv1.SuspendCommand{Reason: text(c.Argument)}}
	case VerbResume:
		p.Kind = &viestiv1.ModemCommand_Resume{Resume: &viestiv1.ResumeCommand{}}
	default:
		return nil, invalid("no modem command %q", c.Verb)
	}
	return marshal(p)
}

// DecodeCommand reads octets written by EncodeCommand.
func DecodeCommand(data []byte) (Command, error) {
	var p viestiv1.ModemCommand
	if err := proto.Unmarshal(data, &p); err != nil {
		return Command{}, malformed("ModemCommand", err)
	}
	c := Command{Timeout: p.GetTimeout().AsDuration()}
	switch k := p.GetKind().(type) {
	case *viestiv1.ModemCommand_At:
		c.Verb, c.Argument = VerbAT, k.At.GetLine()
	case *viestiv1.ModemCommand_Ussd:
		c.Verb, c.Argument = VerbUSSD, k.Ussd.GetCode()
	case *viestiv1.ModemCommand_Status:
		c.Verb = VerbStatus
	case *viestiv1.ModemCommand_Reset_:
		c.Verb, c.Step = VerbReset, k.Reset_.GetStep()
	case *viestiv1.ModemCommand_Suspend:
		c.Verb, c.Argument = VerbSuspend, k.Suspend.GetReason()
	case *viestiv1.ModemCommand_Resume:
		c.Verb = VerbResume
	default:
		return Command{}, invalid("a modem command that this version does not know")
	}
	return c, nil
}

// EncodeReply returns the octets of a reply.
func EncodeReply(r Reply) ([]byte, error) {
	p := &viestiv1.ModemReply{Lines: each(r.Lines, text), Text: text(r.Text), Error: text(r.Error)}
	if r.Status != nil {
		p.Status = statusOut(r.Status)
	}
	return marshal(p)
}

// DecodeReply reads octets written by EncodeReply.
func DecodeReply(data []byte) (Reply, error) {
	var p viestiv1.ModemReply
	if err := proto.Unmarshal(data, &p); err != nil {
		return Reply{}, malformed("ModemReply", err)
	}
	r := Reply{Lines: p.GetLines(), Text: p.GetText(), Error: p.GetError()}
	if p.GetStatus() != nil {
		r.Status = statusIn(p.GetStatus())
	}
	return r, nil
}

// EncodeSuspension returns the octets of a suspension.
func EncodeSuspension(s life.Suspension) ([]byte, error) {
	return marshal(&viestiv1.Suspension{Reason: text(s.Reason), Since: stamp(s.Since)})
}

// DecodeSuspension reads octets written by EncodeSuspension.
func DecodeSuspension(data []byte) (life.Suspension, error) {
	var p viestiv1.Suspension
	if err := proto.Unmarshal(data, &p); err != nil {
		return life.Suspension{}, malformed("Suspension", err)
	}
	return life.Suspension{Reason: p.GetReason(), Since: instant(p.GetSince())}, nil
}
