//go:build interop

package interop

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/fiorix/go-smpp/smpp"
	"github.com/fiorix/go-smpp/smpp/pdu"
	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutext"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutlv"
)

// eight are octets with data_coding 4, which go-smpp has no codec for.
type eight []byte

func (e eight) Type() pdutext.DataCoding { return 4 }
func (e eight) Encode() []byte           { return e }
func (e eight) Decode() []byte           { return e }

// TestGoSMPP is go-smpp, in the version that is to be had.
func TestGoSMPP(t *testing.T) {
	each(t, true, func(t *testing.T, s *server, secure bool) {
		deliver(t, s.modem)
		k := newTalk()
		var trust *tls.Config
		if secure {
			trust = s.trust(t)
		}
		trx := &smpp.Transceiver{
			Addr: "localhost:" + s.port(secure), User: systemID, Passwd: s.secret, TLS: trust, RespTimeout: time.Minute,
			Handler: func(p pdu.Body) { goSMPPHeard(k, p) },
		}
		if status := <-trx.Bind(); status.Status() != smpp.Connected {
			t.Fatalf("binding: %v, %v", status.Status(), status.Error())
		}
		for _, m := range goSMPPMessages() {
			sent, err := trx.Submit(m.ShortMessage)
			if err != nil {
				t.Fatalf("submitting %s: %v", m.what, err)
			}
			k.say(event{Event: "accepted", What: m.what, ID: sent.RespID()})
		}
		k.until(t, "receipt", 5)
		k.until(t, "message", 1)
		if err := trx.Close(); err != nil {
			t.Errorf("unbinding: %v", err)
		}
		k.say(event{Event: "unbound"})
		check(t, k.all())
		arrived(t, s.modem)
	})
}

// goSMPPHeard takes what the handler is given.
func goSMPPHeard(k *talk, p pdu.Body) {
	if p.Header().ID != pdu.DeliverSMID {
		return
	}
	f := p.Fields()
	text := string(f[pdufield.ShortMessage].Bytes())
	class, _ := f[pdufield.ESMClass].Raw().(uint8)
	if class&0x3C != 0x04 {
		k.say(event{Event: "message", From: f[pdufield.SourceAddr].String(), Text: text})
		return
	}
	tlvs := p.TLVFields()
	state := tlvs[pdutlv.TagMessageStateOption].Bytes()
	k.say(receipt(text, tlvs[pdutlv.TagReceiptedMessageID].String(), int(state[0])))
}

// goSMPPMessage is one of the messages.
type goSMPPMessage struct {
	what string
	*smpp.ShortMessage
}

func goSMPPMessages() []goSMPPMessage {
	message := func(what string, class uint8, text pdutext.Codec) goSMPPMessage {
		return goSMPPMessage{what, &smpp.ShortMessage{
			Src: "Viesti", SourceAddrTON: 5, Dst: destination, DestAddrTON: 1, DestAddrNPI: 1,
			Register: pdufield.FinalDeliveryReceipt, ESMClass: class, Text: text,
		}}
	}
	all := []goSMPPMessage{
		message("gsm", 0, pdutext.GSM7(textGSM)), message("ucs2", 0, pdutext.UCS2(textUCS2)), message("binary", 0, eight(octets)),
	}
	for i, text := range parts() {
		header := []byte{5, 0, 3, reference, 2, byte(i + 1)}
		all = append(all, message([]string{"part1", "part2"}[i], 0x40, pdutext.Raw(append(header, text...))))
	}
	return all
}
