package message

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// PartsClaim says which modem sends the parts of a message that its client has cut. A
// phone puts together only what comes from one number (3GPP TS 23.040 §9.2.3.24.1).
type PartsClaim struct {
	Host, Modem string
	// At is when the modem sent a part last, within some seconds.
	At time.Time
}

// How long a claim holds when its modem sends none of the parts, and how old it may
// become before the modem renews it.
const (
	claimPatience = 30 * time.Second
	claimRenewal  = claimPatience / 3
)

// Claim is the claim of a modem on parts of which made is the claim that there is; nil:
// none is. granted says that it is to send what it has of them. made changes
// when changed says so.
func Claim(made *PartsClaim, host, modem string, now time.Time) (next PartsClaim, changed, granted bool) {
	next = PartsClaim{Host: host, Modem: modem, At: now}
	switch {
	case made == nil:
		return next, true, true
	case made.Host == host && made.Modem == modem:
		return next, now.Sub(made.At) >= claimRenewal, true
	case now.Sub(made.At) >= claimPatience: // it is in trouble, or has more to do than it can
		return next, true, true
	}
	return *made, false, false
}

// PartsOf names the message that s is a part of, the same for all of its parts, without
// giving anything away; false: it is no part of one that its client has cut.
func PartsOf(s *Submission) (string, bool) {
	part, ok := tpdu.Concatenation(s.Options.UDH)
	if !ok || part.Total < 2 {
		return "", false
	}
	source := ""
	if s.SMPP != nil {
		source = s.SMPP.Source.Addr.Reveal()
	}
	h := sha256.New()
	for _, value := range []string{s.Account, source, s.Recipient.Reveal()} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(value))))
		h.Write([]byte(value))
	}
	h.Write(binary.BigEndian.AppendUint16([]byte{part.Total}, part.Reference))
	const octets = 16
	return hex.EncodeToString(h.Sum(nil)[:octets]), true
}
