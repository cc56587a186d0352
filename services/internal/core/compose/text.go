package compose

import (
	"bytes"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// encode brings the body into the form in which it is sent. It appends to room
// where it has to change anything.
func encode(room []byte, s *message.Submission, set *Settings) (content, error) {
	body := s.Body.Reveal()
	switch s.Alphabet {
	case message.UTF8, message.Latin:
		return encodeText(room, s, set)
	case message.GSM:
		return asSystem(&s.Options, content{data: rawSeptets(room, body)}), nil
	case message.UCS2:
		return asSystem(&s.Options, content{alphabet: tpdu.AlphabetUCS2, data: body}), nil
	case message.Binary:
		return content{alphabet: tpdu.Alphabet8Bit, data: body}, nil
	}
	return content{}, reject(ReasonAlphabet)
}

func encodeText(room []byte, s *message.Submission, set *Settings) (content, error) {
	tables, national, err := languages(&s.Options, set)
	switch {
	case err != nil:
		return content{}, err
	case national:
		return encodeNational(room, s.Body.Reveal(), tables)
	case s.Alphabet == message.UTF8:
		return asSystem(&s.Options, encodeUTF8(room, s.Body.Reveal(), set)), nil
	}
	return asSystem(&s.Options, encodeLatin(room, s, set)), nil
}

// asSystem sends text as octets when it is a system message (smstools spec §1.2,
// System_message), each septet in an octet of its own.
func asSystem(o *message.Options, c content) content {
	if o.System != message.NotSystem {
		c.alphabet = tpdu.Alphabet8Bit
	}
	return c
}

// rawSeptets takes octets for septets.
func rawSeptets(room, body []byte) []byte {
	for _, o := range body {
		room = append(room, o&0x7F)
	}
	return room
}

// encodeLatin leaves out, with a notice, what the GSM alphabet lacks (smstools spec §1.4).
func encodeLatin(room []byte, s *message.Submission, set *Settings) content {
	if !set.CSConvert {
		return content{data: rawSeptets(room, s.Body.Reveal())}
	}
	body := trim(s.Body.Reveal(), s.Trim)
	encoder := gsm7.Smstools(set.Optical)
	septets, missing := encoder.AppendTolerant(room, body)
	c := content{data: septets}
	if missing > 0 {
		c.notices = missingNotices(encoder, body, missing)
	}
	return c
}

// trim removes Ctrl-Z from the end, then blanks and line ends when blanks is set
// and something else is left (smstools spec §1.4).
func trim(body []byte, blanks bool) []byte {
	body = bytes.TrimRight(body, "\x1A")
	if !blanks {
		return body
	}
	if trimmed := bytes.TrimRight(body, " \t\r\n"); len(trimmed) > 0 {
		return trimmed
	}
	return body
}

// encodeUTF8 sends the whole text as UCS2 when the GSM alphabet lacks any of its
// characters (smstools spec §1.4).
func encodeUTF8(room, body []byte, set *Settings) content {
	encoder := gsm7.Smstools(set.Optical)
	septets, missing := encoder.AppendTolerant(room, body)
	if missing == 0 {
		return content{data: septets}
	}
	c := content{alphabet: tpdu.AlphabetUCS2, data: appendUCS2(room, body)}
	if set.NoticeUCS2 >= NoticeEach {
		c.notices = missingNotices(encoder, body, missing)
	}
	if set.NoticeUCS2 >= NoticeTotal {
		c.notices = append(c.notices, ucs2Notice(missing))
	}
	return c
}

func appendUCS2(dst, body []byte) []byte {
	for len(body) > 0 {
		r, size := gsm7.TolerantRune(body)
		dst = ucs2.AppendRune(dst, r)
		body = body[size:]
	}
	return dst
}
