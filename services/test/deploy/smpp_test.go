package deploy_test

import (
	"net/netip"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/driver/secret"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
	server "github.com/viesti-sms/viesti/services/smpp"
)

// partner is an account of a client on this machine.
func partner(password string) *account.Account {
	return &account.Account{
		Name: "partner", SecretHash: secret.Hash(password), Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Modes: account.KnownModes, Sources: []string{account.Any}, Destinations: []string{account.Any}, Codings: account.KnownCodings,
		Commands: account.KnownCommands, DailyQuota: 1000, Deduplicate: time.Minute,
	}
}

// TestSMPP runs the SMPP server and a modem with the users of nats.conf: a client
// does everything that a client can do, and nothing of it is refused by the broker.
func TestSMPP(t *testing.T) {
	b := startBroker(t)
	b.setUp(t)
	s := &site{broker: b}
	admin, ctx := b.connect(t, asAdmin)
	const password = "geheim12"
	if err := admin.bus.PutAccount(ctx, partner(password)); err != nil {
		t.Fatal(err)
	}
	s.startModem(t)
	c, _ := b.connect(t, asSMPP)
	cfg := server.DefaultConfig()
	cfg.Host, cfg.Listeners = asSMPP, []server.Listener{{Address: "127.0.0.1:0"}}
	served, err := boot.Bus(t.Context(), c.nc, &boot.Config{Host: asSMPP})
	if err != nil {
		t.Fatal(err)
	}
	srv := server.New(cfg, server.OnBus(served), zaptest.NewLogger(t, zaptest.Level(zap.WarnLevel)))
	s.users = append(s.users, c)
	serve(t, srv.Run)
	addresses, err := srv.Addresses(ctx)
	if err != nil {
		t.Fatal(err)
	}
	client, err := esme.Dial(ctx, esme.Config{Addr: addresses[0].String(), SystemID: "partner", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })

	const from = "4917"
	sent, err := client.Submit(ctx, esme.Numbered(esme.Text(from, ownNumber, "hello", true), 7))
	if err != nil {
		t.Fatal(err)
	}
	later := esme.Text(from, ownNumber, "later", true)
	later.ScheduleDeliveryTime, later.ReplaceIfPresent = []byte("000000010000000R"), 1
	id, err := client.Submit(ctx, later)
	if err != nil {
		t.Fatal(err)
	}
	source := smpp.Address{Addr: []byte(from)}
	for _, r := range []struct {
		id   smpp.ID
		body smpp.Body
	}{
		{smpp.QuerySMID, &smpp.QuerySM{MessageID: []byte(id), Source: source}},
		{smpp.ReplaceSMID, &smpp.ReplaceSM{MessageID: []byte(id), Source: source, RegisteredDelivery: 1, Text: []byte("changed")}},
		{smpp.CancelSMID, &smpp.CancelSM{MessageID: []byte(id), Source: source}},
	} {
		if reply, err := client.Request(ctx, r.id, r.body); err != nil || reply.Status != smpp.OK {
			t.Errorf("%v: %#02x, %v, refused %q", r.id, uint32(reply.Status), err, c.refusals())
		}
	}
	for _, want := range []string{sent, id} {
		if _, err := client.Inbox().Find(ctx, func(d *esme.Delivery) bool { r, _ := d.Receipt(); return r.MessageID == want }); err != nil {
			t.Errorf("receipt of %s: %v, refused %q", want, err, c.refusals())
		}
	}
	if err := client.Unbind(ctx); err != nil {
		t.Error(err)
	}
	until(t, "the session is not shown any more", func() bool {
		all, err := admin.bus.Sessions(ctx)
		return err == nil && len(all) == 0
	})
	for _, c := range s.users {
		if refusals := c.refusals(); len(refusals) > 0 {
			t.Errorf("%s: refused %q", c.nc.Opts.Name, refusals)
		}
	}
}
