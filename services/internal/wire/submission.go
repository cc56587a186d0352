package wire

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// MaxID is the greatest length of a message id.
const MaxID = 32

// EncodeSubmission returns the octets of a submission.
func EncodeSubmission(s *message.Submission) ([]byte, error) {
	return marshal(&viestiv1.Submission{
		Id: text(s.ID), Account: text(s.Account), Queue: text(s.Queue), Priority: priorityOut(s.Priority),
		Recipient: text(s.Recipient.Reveal()), NumberType: viestiv1.NumberType(s.NumberType), Sender: []byte(s.Sender),
		Kind: kindOut(s.Kind), Alphabet: alphabetOut(s.Alphabet), Body: s.Body.Reveal(), Trim: s.Trim,
		Options:   optionsOut(&s.Options),
		DeliverAt: stamp(s.DeliverAt), ExpiresAt: stamp(s.ExpiresAt), AcceptedAt: stamp(s.AcceptedAt),
		Alternates: alternatesOut(s.Alternates), OnUnknown: viestiv1.OnUnknown(s.OnUnknown),
		Origin: originOut(s.Origin), AlternateOf: text(s.AlternateOf),
		Smpp: smppOut(s.SMPP), Revision: s.Revision,
	})
}

// DecodeSubmission reads octets written by EncodeSubmission, of this or of
// another version. What it returns may share memory with data.
func DecodeSubmission(data []byte) (*message.Submission, error) {
	var p viestiv1.Submission
	if err := proto.Unmarshal(data, &p); err != nil {
		return nil, malformed("Submission", err)
	}
	if !ValidID(p.GetId()) {
		return nil, invalid("Submission.id is not 1 to %d characters of [0-9a-z]", MaxID)
	}
	if err := understood(&p); err != nil {
		return nil, err
	}
	options, err := optionsIn(p.GetOptions())
	if err != nil {
		return nil, err
	}
	if err := checkSmpp(p.GetSmpp()); err != nil {
		return nil, err
	}
	return &message.Submission{
		ID: p.GetId(), Account: p.GetAccount(), Queue: p.GetQueue(), Priority: priorityIn(p.GetPriority()),
		Recipient: message.NewAddress(p.GetRecipient()), NumberType: message.NumberType(p.GetNumberType()),
		Sender: string(p.GetSender()), Kind: kindIn(p.GetKind()), Alphabet: alphabetIn(p.GetAlphabet()),
		Body: message.NewBody(p.GetBody()), Trim: p.GetTrim(), Options: options,
		DeliverAt: instant(p.GetDeliverAt()), ExpiresAt: instant(p.GetExpiresAt()), AcceptedAt: instant(p.GetAcceptedAt()),
		Alternates: alternatesIn(p.GetAlternates()), OnUnknown: message.OnUnknown(known(p.GetOnUnknown())),
		Origin: originIn(p.GetOrigin()), AlternateOf: p.GetAlternateOf(),
		SMPP: smppIn(p.GetSmpp()), Revision: p.GetRevision(),
	}, nil
}

// ValidID reports whether id can be a message id: it is a subject token as it stands.
func ValidID(id string) bool {
	if id == "" || len(id) > MaxID {
		return false
	}
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

func optionsOut(o *message.Options) *viestiv1.Options {
	return &viestiv1.Options{
		Report: triOut(o.Report), Flash: o.Flash, MessageClass: optional[uint8, uint32](o.Class),
		Dcs: optional[uint8, uint32](o.DCS), Pid: optional[uint8, uint32](o.PID), Ping: o.Ping,
		Replace: uint32(o.Replace), System: viestiv1.System(o.System), ReplyPath: triOut(o.ReplyPath),
		RejectDuplicates: o.RejectDuplicates, MessageReference: optional[uint8, uint32](o.MessageReference),
		Validity: optional[uint8, uint32](o.Validity), Udhi: triOut(o.UDHI), Udh: o.UDH, Split: splitOut(o.Split),
		Language: optional[uint8, uint32](o.Language), LanguageExt: optional[uint8, uint32](o.LanguageExt),
		Smsc: text(o.SMSC.Reveal()), Retries: optional[int, uint32](o.Retries), Reference16: o.Reference16, PduKey: text(o.PDUKey),
	}
}

// understood refuses values that this version does not know where ignoring them
// would send something else than what was asked for.
func understood(p *viestiv1.Submission) error {
	for name, v := range map[string]protoreflect.Enum{
		"kind": p.GetKind(), "alphabet": p.GetAlphabet(), "number_type": p.GetNumberType(),
		"options.split": p.GetOptions().GetSplit(), "options.system": p.GetOptions().GetSystem(),
	} {
		if !knows(v) {
			return invalid("Submission.%s is %d, which this version does not know", name, v.Number())
		}
	}
	return nil
}

// optionsIn reads options; none at all are options that were not given.
func optionsIn(p *viestiv1.Options) (message.Options, error) {
	if p == nil {
		return message.Options{}, nil
	}
	o := message.Options{
		Report: triIn(p.Report), Flash: p.GetFlash(), Ping: p.GetPing(), System: message.System(p.GetSystem()),
		ReplyPath: triIn(p.ReplyPath), RejectDuplicates: p.GetRejectDuplicates(), UDHI: triIn(p.Udhi), UDH: p.GetUdh(),
		Split: splitIn(p.GetSplit()), SMSC: message.NewAddress(p.GetSmsc()), Retries: optional[uint32, int](p.Retries),
		Reference16: p.GetReference16(), PDUKey: p.GetPduKey(),
	}
	if p.GetReplace() > 7 {
		return o, invalid("Options.replace is %d, more than 7", p.GetReplace())
	}
	o.Replace = uint8(p.GetReplace())
	for _, f := range []struct {
		name string
		from *uint32
		to   **uint8
	}{
		{"message_class", p.MessageClass, &o.Class},
		{"dcs", p.Dcs, &o.DCS},
		{"pid", p.Pid, &o.PID},
		{"message_reference", p.MessageReference, &o.MessageReference},
		{"validity", p.Validity, &o.Validity},
		{"language", p.Language, &o.Language},
		{"language_ext", p.LanguageExt, &o.LanguageExt},
	} {
		v, err := octet("Options."+f.name, f.from)
		if err != nil {
			return o, err
		}
		*f.to = v
	}
	return o, nil
}

func alternatesOut(as []message.Alternate) []*viestiv1.Alternate {
	out := make([]*viestiv1.Alternate, 0, len(as))
	for _, a := range as {
		out = append(out, &viestiv1.Alternate{Recipient: text(a.Recipient.Reveal()), After: span(a.After)})
	}
	return out
}

func alternatesIn(ps []*viestiv1.Alternate) []message.Alternate {
	if len(ps) == 0 {
		return nil
	}
	out := make([]message.Alternate, 0, len(ps))
	for _, p := range ps {
		out = append(out, message.Alternate{Recipient: message.NewAddress(p.GetRecipient()), After: p.GetAfter().AsDuration()})
	}
	return out
}

func originOut(o message.Origin) *viestiv1.Origin {
	if o == (message.Origin{}) {
		return nil
	}
	return &viestiv1.Origin{Host: text(o.Host), File: []byte(o.File), Claim: text(o.Claim), Directory: []byte(o.Directory)}
}

func originIn(p *viestiv1.Origin) message.Origin {
	return message.Origin{Host: p.GetHost(), File: string(p.GetFile()), Claim: p.GetClaim(), Directory: string(p.GetDirectory())}
}
