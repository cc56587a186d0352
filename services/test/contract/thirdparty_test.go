package contract_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/viesti-sms/viesti/proto/subject"
	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/natsd"
)

func submit(ctx context.Context, js jetstream.JetStream, s *viestiv1.Submission) error {
	payload, err := proto.Marshal(s)
	if err != nil {
		return err
	}
	m := nats.NewMsg(subject.Default().Out(subject.Queued{
		Queue: s.GetQueue(), Priority: subject.Normal, Account: s.GetAccount(), ID: s.GetId(),
	}))
	m.Data = payload
	m.Header.Set(subject.HeaderMessageID, s.GetId())
	m.Header.Set(subject.HeaderExpectedSubjectSeq, "0")
	_, err = js.PublishMsg(ctx, m) // nil: accepted, and durable
	return err
}

func follow(ctx context.Context, js jetstream.JetStream, account string, handle func(*viestiv1.Event) error) error {
	names := subject.Default()
	consumer, err := js.CreateOrUpdateConsumer(ctx, names.StreamEvents(), jetstream.ConsumerConfig{
		Durable: subject.ConsumerAccount(account), FilterSubject: names.EventsOfAccount(account),
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: 30 * time.Second, MaxDeliver: -1, MaxAckPending: 500,
		InactiveThreshold: 30 * 24 * time.Hour,
	})
	if err != nil {
		return err
	}
	messages, err := consumer.Messages(jetstream.PullExpiry(5*time.Second), jetstream.PullHeartbeat(time.Second))
	if err != nil {
		return err
	}
	defer messages.Stop()
	for {
		m, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return err
		}
		event := &viestiv1.Event{}
		if err := proto.Unmarshal(m.Data(), event); err != nil {
			return err
		}
		if err := handle(event); err != nil {
			_ = m.NakWithDelay(2 * time.Second) // again, later
			continue
		}
		if err := m.DoubleAck(ctx); err != nil {
			return err
		}
	}
}

// TestThirdParty submits and follows as the README shows it, without any code of
// the services, and wants a worker to get the message and the program its event.
func TestThirdParty(t *testing.T) {
	b, js := setUpBus(t)
	const patience = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s := &viestiv1.Submission{Id: "1", Account: "shop", Queue: "default", Recipient: "358401234567", Body: []byte("Hello")}
	if err := submit(ctx, js, s); err != nil {
		t.Fatal(err)
	}
	work(ctx, t, b)
	err := follow(ctx, js, "shop", func(e *viestiv1.Event) error {
		if e.GetId() == "1" && e.GetSent() != nil {
			cancel()
		}
		return nil
	})
	if ctx.Err() != context.Canceled {
		t.Errorf("the event did not come: %v", err)
	}
}

// work is what a modem worker does, without a modem.
func work(ctx context.Context, t *testing.T, b *bus.Bus) {
	t.Helper()
	taker, err := b.Taker(ctx, []string{"default"})
	if err != nil {
		t.Fatal(err)
	}
	w, err := taker.Take(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s := w.Submission
	if s.ID != "1" || string(s.Body.Reveal()) != "Hello" || s.Recipient.Reveal() != "358401234567" {
		t.Errorf("the worker got %+v", s)
	}
	if err := b.Publish(ctx, &life.Event{ID: s.ID, Account: s.Account, Time: time.Now(), Kind: life.Sent{}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Done(ctx); err != nil {
		t.Fatal(err)
	}
}

// TestReadmeCode wants the code of the README to be that of this file.
func TestReadmeCode(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(protoDir(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("thirdparty_test.go")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(readme), "```go\n")[1:]
	if len(blocks) == 0 {
		t.Error("the README shows no code")
	}
	for i, block := range blocks {
		code, _, _ := strings.Cut(block, "```")
		if !strings.Contains(string(source), code) {
			t.Errorf("block %d is not code of this file", i+1)
		}
	}
}

func setUpBus(t *testing.T) (*bus.Bus, jetstream.JetStream) {
	t.Helper()
	server, err := natsd.Start(natsd.Config{Dir: t.TempDir(), Name: "contract", SyncInterval: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	nc, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	b, err := bus.New(nc, bus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return b, js
}
