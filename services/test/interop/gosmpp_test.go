//go:build interop

package interop

import (
	"crypto/tls"
	"net"
	"testing"
	"time"

	"github.com/linxGnu/gosmpp"
	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"
)

// TestGosmpp is gosmpp.
func TestGosmpp(t *testing.T) {
	each(t, true, func(t *testing.T, s *server, secure bool) {
		deliver(t, s.modem)
		k := newTalk()
		session := gosmppSession(t, s, secure, k)
		for what, m := range gosmppMessages(t) {
			k.name(m.GetSequenceNumber(), what)
			if err := session.Transceiver().Submit(m); err != nil {
				t.Fatal(err)
			}
		}
		k.until(t, "accepted", 5)
		k.until(t, "receipt", 5)
		k.until(t, "message", 1)
		if err := session.Close(); err != nil {
			t.Errorf("unbinding: %v", err)
		}
		k.say(event{Event: "unbound"})
		check(t, k.all())
		arrived(t, s.modem)
	})
}

func gosmppSession(t *testing.T, s *server, secure bool, k *talk) *gosmpp.Session {
	t.Helper()
	dial := gosmpp.NonTLSDialer
	if secure {
		dial = func(addr string) (net.Conn, error) { return tls.Dial("tcp", addr, s.trust(t)) }
	}
	session, err := gosmpp.NewSession(
		gosmpp.TRXConnector(dial, gosmpp.Auth{SMSC: "localhost:" + s.port(secure), SystemID: systemID, Password: s.secret}),
		gosmpp.Settings{
			EnquireLink: time.Second, ReadTimeout: time.Minute,
			OnPDU:         func(p pdu.PDU, _ bool) { gosmppHeard(t, k, p) },
			OnSubmitError: func(_ pdu.PDU, err error) { t.Errorf("submitting: %v", err) },
		}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func gosmppHeard(t *testing.T, k *talk, p pdu.PDU) {
	switch p := p.(type) {
	case *pdu.SubmitSMResp:
		e := event{Event: "accepted", What: k.nameOf(p.SequenceNumber), ID: p.MessageID, Status: int(p.CommandStatus)}
		if p.CommandStatus != data.ESME_ROK {
			e.Event = "refused"
		}
		k.say(e)
	case *pdu.DeliverSM:
		text, err := p.Message.GetMessage()
		if err != nil {
			t.Errorf("reading a delivery: %v", err)
		}
		if p.EsmClass&0x3C != 0x04 {
			k.say(event{Event: "message", From: p.SourceAddr.Address(), Text: text})
			return
		}
		id, state := p.OptionalParameters[pdu.TagReceiptedMessageID], p.OptionalParameters[pdu.TagMessageStateOption]
		k.say(receipt(text, id.String(), int(state.Data[0])))
	}
}

func gosmppMessages(t *testing.T) map[string]*pdu.SubmitSM {
	t.Helper()
	messages := map[string]*pdu.SubmitSM{}
	add := func(what string, m pdu.ShortMessage, err error) {
		if err != nil {
			t.Fatal(err)
		}
		p, _ := pdu.NewSubmitSM().(*pdu.SubmitSM)
		p.SourceAddr.SetTon(5)
		if err := p.SourceAddr.SetAddress("Viesti"); err != nil {
			t.Fatal(err)
		}
		p.DestAddr.SetTon(1)
		p.DestAddr.SetNpi(1)
		if err := p.DestAddr.SetAddress(destination); err != nil {
			t.Fatal(err)
		}
		p.Message, p.RegisteredDelivery = m, 1
		if len(m.UDH()) > 0 {
			p.EsmClass = 0x40
		}
		p.AssignSequenceNumber()
		messages[what] = p
	}
	gsm, err := pdu.NewShortMessageWithEncoding(textGSM, data.GSM7BIT)
	add("gsm", gsm, err)
	wide, err := pdu.NewShortMessageWithEncoding(textUCS2, data.UCS2)
	add("ucs2", wide, err)
	binary, err := pdu.NewBinaryShortMessage([]byte(octets))
	add("binary", binary, err)
	for i, text := range parts() {
		m, err := pdu.NewShortMessageWithEncoding(text, data.GSM7BIT)
		m.SetUDH(pdu.UDH{pdu.NewIEConcatMessage(2, uint8(i+1), reference)})
		add([]string{"part1", "part2"}[i], m, err)
	}
	return messages
}
