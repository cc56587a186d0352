package stress

import (
	"sync"
	"testing"
	"time"

	"github.com/fiorix/go-smpp/smpp"
	"github.com/fiorix/go-smpp/smpp/pdu"
	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutext"

	"github.com/viesti-sms/viesti/services/internal/core/account"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/partner"
)

// TestSequenceCollision has a client of go-smpp submit and receive at once. It takes
// a delivery with the sequence number of one of its own requests for the response, and
// the delivery is lost: the server's numbers must be none that a client begins with.
func TestSequenceCollision(t *testing.T) {
	const messages, window = 200, 20
	s := partner.Start(t, viestid, partner.Options{
		Modem: &sim.Config{ReportDelay: time.Millisecond}, Account: func(a *account.Account) { a.Window = window },
	})
	var mu sync.Mutex
	delivered := map[string]bool{}
	trx := &smpp.Transceiver{
		Addr: s.Plain, User: partner.SystemID, Passwd: s.Secret, RespTimeout: gateway.Patience, WindowSize: window,
		Handler: func(p pdu.Body) {
			if p.Header().ID != pdu.DeliverSMID {
				return
			}
			if p.Header().Seq <= 0x40000000 {
				t.Errorf("a delivery has the sequence number %d", p.Header().Seq)
			}
			mu.Lock()
			defer mu.Unlock()
			delivered[string(p.Fields()[pdufield.ShortMessage].Bytes())] = true
		},
	}
	if status := <-trx.Bind(); status.Status() != smpp.Connected {
		t.Fatalf("binding: %v, %v", status.Status(), status.Error())
	}
	defer trx.Close()
	var all sync.WaitGroup
	for range window {
		all.Go(func() {
			for range messages / window {
				_, err := trx.Submit(&smpp.ShortMessage{
					Src: "Viesti", SourceAddrTON: 5, Dst: "358401234567", DestAddrTON: 1, Register: pdufield.FinalDeliveryReceipt,
					Text: pdutext.GSM7("Test"),
				})
				if err != nil {
					t.Errorf("submitting: %v", err)
				}
			}
		})
	}
	all.Wait()
	gateway.Wait(t, "all receipts", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(delivered) == messages
	})
}
