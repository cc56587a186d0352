package wire

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// MaxID is the greatest length of a message id.
const MaxID = 32

// EncodeSubmission returns the octets of a submission.
func EncodeSubmission(s *message.Submission) ([]byte, error) {
	const rest = 320 // what a message has around its text, mostly
	f := make(fields, 0, rest+s.Body.Len()+len(s.Options.UDH))
	f.text(1, s.ID)
	f.text(2, s.Account)
	f.text(3, s.Queue)
	f.number(4, uint64(priorityOut(s.Priority)))
	f.text(5, s.Recipient.Reveal())
	f.number(6, uint64(s.NumberType))
	f.raw(7, s.Sender)
	f.number(8, uint64(kindOut(s.Kind)))
	f.number(9, uint64(alphabetOut(s.Alphabet)))
	f.octets(10, s.Body.Reveal())
	f.flag(11, s.Trim)
	f.options(12, &s.Options)
	f.stamp(13, s.DeliverAt)
	f.stamp(14, s.ExpiresAt)
	f.stamp(15, s.AcceptedAt)
	f.alternates(16, s.Alternates)
	f.number(17, uint64(s.OnUnknown))
	f.origin(18, s.Origin)
	f.text(19, s.AlternateOf)
	f.smpp(20, s.SMPP)
	f.number(21, uint64(s.Revision))
	return f, nil
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

func (f *fields) options(field protowire.Number, o *message.Options) {
	at := f.begin(field)
	f.tri(1, o.Report)
	f.flag(2, o.Flash)
	maybe(f, 3, o.Class)
	maybe(f, 4, o.DCS)
	maybe(f, 5, o.PID)
	f.flag(6, o.Ping)
	f.number(7, uint64(o.Replace))
	f.number(8, uint64(o.System))
	f.tri(9, o.ReplyPath)
	f.flag(10, o.RejectDuplicates)
	maybe(f, 11, o.MessageReference)
	maybe(f, 12, o.Validity)
	f.tri(13, o.UDHI)
	f.octets(14, o.UDH)
	f.number(15, uint64(splitOut(o.Split)))
	maybe(f, 16, o.Language)
	maybe(f, 17, o.LanguageExt)
	f.text(18, o.SMSC.Reveal())
	maybe(f, 19, o.Retries)
	f.flag(20, o.Reference16)
	f.text(21, o.PDUKey)
	f.end(at)
}

// tri writes a flag that may be absent.
func (f *fields) tri(field protowire.Number, t message.Tri) {
	if v := triOut(t); v != nil {
		f.present(field, protowire.EncodeBool(*v))
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

func (f *fields) alternates(field protowire.Number, as []message.Alternate) {
	for i := range as {
		at := f.begin(field)
		f.text(1, as[i].Recipient.Reveal())
		f.span(2, as[i].After)
		f.end(at)
	}
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

func (f *fields) origin(field protowire.Number, o message.Origin) {
	if o == (message.Origin{}) {
		return
	}
	at := f.begin(field)
	f.text(1, o.Host)
	f.raw(2, o.File)
	f.text(3, o.Claim)
	f.raw(4, o.Directory)
	f.end(at)
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
