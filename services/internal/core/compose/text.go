package compose

import (
	"bytes"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// encode brings the body into the form in which it is sent. It appends to room
// where it has to change anything. The septets of a system message are sent as
// octets, each in one of its own (smstools spec §1.2, System_message); its UCS2
// stays text, which can be cut.
func (j *job) encode(room []byte) (content, error) {
	c, err := j.encodeBody(room)
	if j.options.System != message.NotSystem && c.alphabet == tpdu.AlphabetGSM7 {
		c.alphabet = tpdu.Alphabet8Bit
	}
	return c, err
}

func (j *job) encodeBody(room []byte) (content, error) {
	body := j.submission.Body.Reveal()
	switch j.submission.Alphabet {
	case message.UTF8, message.Latin:
		return j.encodeText(room, body)
	case message.GSM:
		return j.encodeSeptets(room, body)
	case message.UCS2:
		return content{alphabet: tpdu.AlphabetUCS2, data: body}, nil
	case message.Binary:
		return content{alphabet: tpdu.Alphabet8Bit, data: body}, nil
	}
	return content{}, reject(ReasonAlphabet)
}

func (j *job) encodeText(room, body []byte) (content, error) {
	tables, national, err := j.languages()
	switch {
	case err != nil:
		return content{}, err
	case national:
		return j.encodeNational(room, body, tables)
	case j.submission.Alphabet == message.UTF8:
		return j.encodeUTF8(room, body), nil
	case !j.settings.CSConvert:
		return content{data: j.septets(room, body)}, nil
	}
	return j.encodeLatin(room, trim(body, j.submission.Trim)), nil
}

// encodeSeptets takes the body for septets, or for UTF-8 when the message names a
// language (smstools spec §1.4). What the modem's settings name is not asked for.
func (j *job) encodeSeptets(room, body []byte) (content, error) {
	_, named := tablesOf(j.options.Language, j.options.LanguageExt)
	tables, national, err := j.languages()
	switch {
	case !named:
		return content{data: j.septets(room, body)}, nil
	case err != nil:
		return content{}, err
	case national:
		return j.encodeNational(room, body, tables)
	}
	return content{data: j.septets(room, body)}, nil
}

// septets takes octets for septets, which a system message sends as they are.
func (j *job) septets(room, body []byte) []byte {
	if j.options.System != message.NotSystem {
		return body
	}
	for _, o := range body {
		room = append(room, o&0x7F)
	}
	return room
}

// trim removes Ctrl-Z from the end, then blanks and line ends when blanks is set
// and something else is left (smstools spec §1.4).
func trim(body []byte, blanks bool) []byte {
	if blanks {
		return smsfile.TrimText(body)
	}
	return bytes.TrimRight(body, "\x1A")
}

// encodeLatin leaves out, with a notice, what the GSM alphabet lacks (smstools spec §1.4).
func (j *job) encodeLatin(room, body []byte) content {
	encoder := gsm7.Smstools(j.settings.Optical)
	septets, missing := encoder.AppendTolerant(room, body)
	j.noticeMissing(encoder, body, missing, appendNotice)
	return content{data: septets}
}

// encodeUTF8 sends the whole text as UCS2 when the GSM alphabet lacks any of its
// characters (smstools spec §1.4).
func (j *job) encodeUTF8(room, body []byte) content {
	encoder := gsm7.Smstools(j.settings.Optical)
	septets, missing := encoder.AppendTolerant(room, body)
	if missing == 0 {
		return content{data: septets}
	}
	if j.settings.NoticeUCS2 >= NoticeEach {
		j.noticeMissing(encoder, body, missing, appendNotice)
	}
	if j.settings.NoticeUCS2 >= NoticeTotal {
		j.notices = append(j.notices, ucs2Notice(missing))
	}
	return content{alphabet: tpdu.AlphabetUCS2, data: appendUCS2(room, body)}
}

func appendUCS2(dst, body []byte) []byte {
	for len(body) > 0 {
		r, size := gsm7.TolerantRune(body)
		dst = ucs2.AppendRune(dst, r)
		body = body[size:]
	}
	return dst
}
