package esme

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Types of number (SMPP 3.4 §5.2.5).
const (
	tonInternational   = 1
	tonNetwork         = 3
	tonSubscriber      = 4
	tonAlphanumeric    = 5
	tonAbbreviated     = 6
	maxAddress         = 20 // of deliver_sm, without its NUL: receipts repeat what a data_sm had more room for
	maxDigits          = 20
	maxAlphanumeric    = 11
	knownNPIs          = uint32(1<<0 | 1<<1 | 1<<3 | 1<<4 | 1<<6 | 1<<8 | 1<<9 | 1<<10 | 1<<14 | 1<<18) // SMPP 3.4 §5.2.6
	digits             = "0123456789"
	internationalTrunk = "00"
	nationalTrunk      = "0"
)

func knownNPI(npi uint8) bool { return npi < 32 && knownNPIs&(1<<npi) != 0 }

// source checks a source address. It is kept for the records; a modem sends with
// its own number.
func source(a smpp.Address, standard string) (string, error) {
	text := string(a.Addr)
	switch {
	case a.TON > tonAbbreviated:
		return "", smpp.RInvSrcTON
	case !knownNPI(a.NPI):
		return "", smpp.RInvSrcNPI
	case text == "" && standard == "", len(text) > maxAddress:
		return "", smpp.RInvSrcAdr
	case text == "":
		return standard, nil
	}
	bare := strings.TrimPrefix(text, "+")
	number := bare != "" && strings.Trim(bare, digits) == ""
	if number && a.TON != tonAlphanumeric {
		return text, nil
	}
	if text, ok := name(a.Addr); ok && utf8.RuneCountInString(text) <= maxAlphanumeric {
		return text, nil
	}
	return "", smpp.RInvSrcAdr
}

// name is an alphanumeric address in UTF-8. Clients write them in UTF-8, Latin-1, or the
// GSM alphabet, whose characters below the blank are letters and signs: Kannel's "_" is
// 0x11. What moves the cursor, or is no character, is no name.
func name(octets []byte) (text string, ok bool) {
	const escape = 0x1B
	isUTF8 := utf8.Valid(octets)
	var out []byte
	for _, o := range octets {
		switch {
		case o == escape:
			return "", false
		case o < ' ', o == 0x7F:
			out = gsm7.AppendDecode(out, []byte{o}, gsm7.Tables{})
		case isUTF8:
			out = append(out, o)
		default:
			out = utf8.AppendRune(out, rune(o))
		}
	}
	return string(out), !bytes.ContainsFunc(out, unicode.IsControl)
}

// destination normalises a destination. The type of number is a hint: common
// clients call every number national that was typed without a plus. country, if
// any, replaces the zero of a national number.
func destination(a smpp.Address, country string) (message.Address, message.NumberType, error) {
	none := message.Address{}
	switch {
	case a.TON > tonAbbreviated, a.TON == tonAlphanumeric:
		return none, 0, smpp.RInvDstTON
	case !knownNPI(a.NPI):
		return none, 0, smpp.RInvDstNPI
	}
	number, plus := strings.CutPrefix(string(a.Addr), "+")
	if number == "" || len(a.Addr) > maxAddress || strings.Trim(number, digits) != "" {
		return none, 0, smpp.RInvDstAdr
	}
	kind := message.NumberAuto
	switch {
	case plus:
		kind, number = message.NumberInternational, strings.TrimPrefix(number, internationalTrunk)
	case a.TON == tonNetwork, a.TON == tonSubscriber, a.TON == tonAbbreviated:
		number = "s" + number
	case strings.HasPrefix(number, internationalTrunk):
		kind, number = message.NumberInternational, number[len(internationalTrunk):]
	case country != "" && strings.HasPrefix(number, nationalTrunk):
		kind, number = message.NumberInternational, country+number[len(nationalTrunk):]
	case a.TON == tonInternational && !strings.HasPrefix(number, nationalTrunk):
		kind = message.NumberInternational
	}
	if kind == message.NumberInternational && strings.HasPrefix(number, nationalTrunk) {
		return none, 0, smpp.RInvDstAdr // no country code begins so (ITU-T E.164)
	}
	if bare := strings.TrimPrefix(number, "s"); bare == "" || len(bare) > maxDigits {
		return none, 0, smpp.RInvDstAdr
	}
	return message.NewAddress(number), kind, nil
}
