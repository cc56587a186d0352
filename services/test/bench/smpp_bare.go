package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/esme"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/natsd"
	sim "github.com/viesti-sms/viesti/services/internal/sim/esme"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// bare measures what JetStream itself takes, on the embedded broker in this process
// and on the stream of waiting messages: messages a second, published
// asynchronously, each with a subject and an id of its own.
func (b *bench) bare(ctx context.Context, setting smppSetting, span time.Duration) (rate float64, err error) {
	b.runs++
	srv, err := natsd.Start(natsd.Config{
		Dir: filepath.Join(b.dir, fmt.Sprintf("run%d", b.runs), "nats"), Name: "bench", SyncInterval: setting.interval,
	})
	if err != nil {
		return 0, err
	}
	defer srv.Close()
	nc, err := srv.Connect(nats.Name("bench"))
	if err != nil {
		return 0, err
	}
	defer nc.Close()
	return publishBare(ctx, nc, span)
}

// barePlain is bare on a server as it comes, which syncs each write by itself.
func (b *bench) barePlain(ctx context.Context, span time.Duration) (rate float64, err error) {
	b.runs++
	srv, err := server.NewServer(&server.Options{
		JetStream: true, StoreDir: filepath.Join(b.dir, fmt.Sprintf("run%d", b.runs)), SyncAlways: true, DontListen: true, NoSigs: true, NoLog: true,
	})
	if err != nil {
		return 0, err
	}
	go srv.Start()
	defer func() {
		srv.Shutdown()
		srv.WaitForShutdown()
	}()
	if !srv.ReadyForConnections(b.patience) {
		return 0, errors.New("the bare nats-server does not start")
	}
	nc, err := nats.Connect("", nats.InProcessServer(srv))
	if err != nil {
		return 0, err
	}
	defer nc.Close()
	return publishBare(ctx, nc, span)
}

// publishBare publishes for a span and waits for all acknowledgements. As much is
// under way as the client library allows by default.
func publishBare(ctx context.Context, nc *nats.Conn, span time.Duration) (rate float64, err error) {
	const underWay = 4000
	space, err := subject.New("")
	if err != nil {
		return 0, err
	}
	opened, err := bus.New(nc, bus.Options{Space: space})
	if err != nil {
		return 0, err
	}
	if err := opened.Ensure(ctx); err != nil {
		return 0, err
	}
	js, err := jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(underWay))
	if err != nil {
		return 0, err
	}
	data, err := submissionOctets()
	if err != nil {
		return 0, err
	}
	began, n := time.Now(), 0
	for time.Since(began) < span && ctx.Err() == nil {
		n++
		id := strconv.Itoa(smppFirstID + n)
		m := &nats.Msg{
			Subject: space.Out(subject.Queued{Queue: message.DefaultQueue, Priority: subject.Normal, Account: smppAccount, ID: id}),
			Data:    data, Header: nats.Header{subject.HeaderMessageID: {id}},
		}
		if _, err := js.PublishMsgAsync(m, jetstream.WithStallWait(time.Minute)); err != nil {
			return 0, fmt.Errorf("publishing: %w", err)
		}
	}
	select {
	case <-js.PublishAsyncComplete():
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

// smppFirstID is as long as the ids of the server.
const smppFirstID = 400_000_000_000_000_000

// submissionOctets is one of the messages of the load, as it is stored.
func submissionOctets() ([]byte, error) {
	rules := esme.Rules{}
	s, _, err := rules.Submission(sim.Text(smppSource, number(0), smppText, true), time.Now())
	if err != nil {
		return nil, err
	}
	s.ID, s.Account, s.Queue, s.Origin.Host = strconv.Itoa(smppFirstID), smppAccount, message.DefaultQueue, "bench"
	s.SMPP.MessageID = s.ID
	return wire.EncodeSubmission(s)
}
