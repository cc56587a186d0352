package cli

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/split"
)

// submission is the message that the options describe, with the settings of the
// modem that would send it.
func (f *encodeFlags) submission(number, text string) (*message.Submission, compose.Settings, error) {
	set := compose.DefaultSettings()
	set.SMSC = smsfile.NormaliseNumber([]byte(f.smsc))
	set.SMSCInPDU = set.SMSC != ""
	s := &message.Submission{Recipient: message.NewAddress(smsfile.NormaliseNumber([]byte(number)))}
	switch {
	case s.Recipient.IsZero():
		return nil, set, errors.New("the first argument is no phone number")
	case f.smsc != "" && !set.SMSCInPDU:
		return nil, set, errors.New("--smsc is no phone number")
	}
	id, err := f.id()
	if err != nil {
		return nil, set, err
	}
	s.ID = id
	body, err := f.body(s, text)
	if err != nil {
		return nil, set, err
	}
	s.Body = message.NewBody(body)
	s.Options, err = f.options(s.Alphabet)
	return s, set, err
}

// body settles the alphabet and brings the text into the form that it wants.
func (f *encodeFlags) body(s *message.Submission, text string) ([]byte, error) {
	alphabets := map[string]message.Alphabet{
		"auto": message.UTF8, "latin": message.Latin, "gsm": message.GSM, "ucs2": message.UCS2, "binary": message.Binary,
	}
	alphabet, known := alphabets[f.alphabet]
	if !known {
		return nil, fmt.Errorf("--alphabet is %q, want auto, latin, gsm, ucs2 or binary", f.alphabet)
	}
	s.Alphabet = alphabet
	switch {
	case f.hex:
		return hexOctets("TEXT", text)
	case alphabet == message.UCS2 && !utf8.ValidString(text):
		return nil, errors.New("the text is not UTF-8")
	case alphabet == message.UCS2:
		return ucs2.AppendEncode(nil, text), nil
	}
	return []byte(text), nil
}

// options are the transmission options. Binary data has a header when one is
// given; that data begins with one is an assumption of message files.
func (f *encodeFlags) options(alphabet message.Alphabet) (message.Options, error) {
	o := message.Options{Flash: f.flash, RejectDuplicates: f.rejectDuplicates, Reference16: f.reference16}
	if f.report {
		o.Report = message.Yes
	}
	if f.replyPath {
		o.ReplyPath = message.Yes
	}
	if alphabet == message.Binary {
		o.UDHI = message.TriOf(f.udh != "")
	}
	err := errors.Join(
		number8(&o.Class, "--class", f.class, 0, 3),
		number8(&o.MessageReference, "--mr", f.mr, 0, 255),
		octetOption(&o.DCS, "--dcs", f.dcs), octetOption(&o.PID, "--pid", f.pid),
		f.setReplace(&o), f.setSplit(&o), f.setValidity(&o), f.setLanguage(&o), f.setUDH(&o))
	return o, err
}

// number8 sets a number that was given.
func number8(to **uint8, name string, n, least, most int) error {
	if n == notGiven {
		return nil
	}
	if n < least || n > most {
		return fmt.Errorf("%s is %d, want %d to %d", name, n, least, most)
	}
	*to = new(uint8(n))
	return nil
}

func octetOption(to **uint8, name, text string) error {
	if text == "" {
		return nil
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(text, "0x"), 16, 8)
	if err != nil {
		return fmt.Errorf("%s is %q, want an octet in hex such as F5", name, text)
	}
	*to = new(uint8(n))
	return nil
}

func (f *encodeFlags) setReplace(o *message.Options) error {
	var n *uint8
	err := number8(&n, "--replace", f.replace, 1, 7)
	if n != nil {
		o.Replace = *n
	}
	return err
}

func (f *encodeFlags) setSplit(o *message.Options) error {
	var n *uint8
	err := number8(&n, "--split", f.split, int(message.SplitNone), int(message.SplitConcatenated))
	if n != nil {
		o.Split = new(message.Split(*n))
	}
	return err
}

// setValidity reads the spans of this program, then the notation of message files.
func (f *encodeFlags) setValidity(o *message.Options) error {
	if f.validity == "" {
		return nil
	}
	text := f.validity
	if d, err := parseSpan(text); err == nil && d > 0 {
		text = strconv.Itoa(int(d.Minutes())) + " min"
	}
	vp, ok := smsfile.ParseValidity([]byte(text))
	if !ok {
		return fmt.Errorf("--validity is %q, want a time of a minute or more, like 30m, 2h or 3d, or 0 to 255", f.validity)
	}
	o.Validity = &vp
	return nil
}

func (f *encodeFlags) setLanguage(o *message.Options) error {
	if f.language == "" {
		return nil
	}
	if l, ok := gsm7.LookupLanguage(f.language); ok {
		o.Language = new(uint8(l))
		return nil
	}
	n, err := strconv.ParseUint(f.language, 10, 8)
	if err != nil || n > uint64(gsm7.LastLanguage) {
		return fmt.Errorf("--language is %q, want a language such as Turkish, or its number from 0 to %d", f.language, uint8(gsm7.LastLanguage))
	}
	o.Language = new(uint8(n))
	return nil
}

func (f *encodeFlags) setUDH(o *message.Options) (err error) {
	if f.udh != "" {
		o.UDH, err = hexOctets("--udh", f.udh)
	}
	return err
}

// hexOctets reads octets in hex, with or without blanks between them.
func hexOctets(name, text string) ([]byte, error) {
	octets, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, fmt.Errorf("%s is not a row of octets in hex", name)
	}
	return octets, nil
}

// id gives a message id with the concatenation reference wanted. A reference
// follows from the id and from nothing else, so an id is looked for; among as
// many as these each reference comes up.
func (f *encodeFlags) id() (string, error) {
	const tries = 1 << 22
	most := 0xFF
	if f.reference16 {
		most = 0xFFFF
	}
	if f.reference == notGiven {
		return "", nil
	}
	if f.reference < 0 || f.reference > most {
		return "", fmt.Errorf("--reference is %d, want 0 to %d", f.reference, most)
	}
	for n := range tries {
		if id := strconv.Itoa(n); int(split.Reference(id, f.reference16)) == f.reference {
			return id, nil
		}
	}
	return "", fmt.Errorf("--reference %d comes from no id", f.reference)
}
