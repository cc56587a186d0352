package contract_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// setUp sets up a fresh broker as every service does, with one queue and one
// follower of events.
func setUp(t *testing.T) jetstream.JetStream {
	t.Helper()
	b, js := setUpBus(t)
	if _, err := b.EnsureQueue(t.Context(), "queue"); err != nil {
		t.Fatal(err)
	}
	followAccount(t, b)
	followOnce(t, func(ctx context.Context, stop func()) error {
		return b.FollowTicks(ctx, "job", stop, func(*bus.JobTick) {})
	})
	followOnce(t, func(ctx context.Context, stop func()) error {
		e := &life.Event{ID: "alarm", Account: subject.System, Time: time.Now(), Kind: life.Alarm{Text: "a test"}}
		go func() { // alarms from before the first follower are passed over
			for ctx.Err() == nil {
				e.ID += "x"
				_ = b.Publish(ctx, e)
			}
		}()
		return b.FollowAlarms(ctx, func(context.Context, *life.Event) error {
			stop()
			return nil
		})
	})
	return js
}

// followOnce follows something until it is called to stop.
func followOnce(t *testing.T, follow func(ctx context.Context, stop func()) error) {
	t.Helper()
	const patience = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := follow(ctx, cancel); err != nil {
		t.Fatal(err)
	}
}

// followAccount makes the consumer of an account, and stops with its first event.
func followAccount(t *testing.T, b *bus.Bus) {
	t.Helper()
	e := &life.Event{ID: "id", Account: "account", Time: time.Now(), Kind: life.Rejected{Reason: "a test"}}
	if err := b.Publish(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	const patience = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	seen := false
	err := b.FollowAccount(ctx, "account", func(context.Context, *life.Event) error {
		seen = true
		cancel()
		return nil
	})
	if err != nil || !seen {
		t.Fatalf("the event did not come: %v", err)
	}
}

// TestAssets compares the streams, buckets and consumers of the document with
// those of a broker that the code has set up.
func TestAssets(t *testing.T) {
	js, want := setUp(t), readDocument(t).Assets
	if want.Version != bus.AssetVersion {
		t.Errorf("version %d, the code makes %d", want.Version, bus.AssetVersion)
	}
	got := assets{Version: want.Version}
	list := js.ListStreams(t.Context())
	for info := range list.Info() {
		if strings.HasPrefix(info.Config.Name, "KV_") {
			got.Buckets = append(got.Buckets, bucketOf(info.Config))
			continue
		}
		got.Streams = append(got.Streams, streamOf(info.Config))
		if version := info.Config.Metadata[subject.MetadataVersion]; version != strconv.Itoa(want.Version) {
			t.Errorf("%s: version %q", info.Config.Name, version)
		}
		if info.Config.Name == subject.Default().StreamEvents() && (info.Config.AllowRollup || info.Config.AllowMsgSchedules) {
			t.Error("events can be wiped by whoever may publish one")
		}
		got.Consumers = append(got.Consumers, consumersOf(t, js, info.Config.Name)...)
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	for i := range want.Buckets { // what keys and values mean is not in the broker
		want.Buckets[i].Keys, want.Buckets[i].Message = "", reference{}
	}
	want.Consumers = spelledOut(want.Consumers)
	byName := func(a, b string) bool { return a < b }
	if diff := cmp.Diff(want.Streams, got.Streams, sorted(func(a, b streamRow) bool { return byName(a.Name, b.Name) })); diff != "" {
		t.Errorf("streams (-document +broker):\n%s", diff)
	}
	if diff := cmp.Diff(want.Buckets, got.Buckets, sorted(func(a, b bucketRow) bool { return byName(a.Name, b.Name) })); diff != "" {
		t.Errorf("buckets (-document +broker):\n%s", diff)
	}
	if diff := cmp.Diff(want.Consumers, got.Consumers, sorted(func(a, b consumerRow) bool { return byName(a.Name, b.Name) })); diff != "" {
		t.Errorf("consumers (-document +broker):\n%s", diff)
	}
}

func streamOf(c jetstream.StreamConfig) streamRow {
	row := streamRow{
		Name: c.Name, Retention: strings.ToLower(c.Retention.String()), Storage: strings.ToLower(c.Storage.String()),
		MaxAge: c.MaxAge, MaxSubject: max(c.MaxMsgsPerSubject, 0), MaxSize: max(c.MaxMsgSize, 0), Duplicates: c.Duplicates,
		Schedules: c.AllowMsgSchedules, TTL: c.AllowMsgTTL, Counters: c.AllowMsgCounter,
	}
	if c.AllowMsgCounter {
		row.Duplicates = 0 // the broker's default, without effect: increments have no ids
	}
	return row
}

func bucketOf(c jetstream.StreamConfig) bucketRow {
	return bucketRow{
		Name: strings.TrimPrefix(c.Name, "KV_"), Storage: strings.ToLower(c.Storage.String()),
		History: c.MaxMsgsPerSubject, Marker: c.SubjectDeleteMarkerTTL,
	}
}

func consumersOf(t *testing.T, js jetstream.JetStream, stream string) []consumerRow {
	t.Helper()
	s, err := js.Stream(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	var rows []consumerRow
	list := s.ListConsumers(t.Context())
	for info := range list.Info() {
		c := info.Config
		rows = append(rows, consumerRow{
			Stream: stream, Name: c.Durable, Filter: c.FilterSubject, AckWait: c.AckWait, Inactive: c.InactiveThreshold,
		})
		if c.MaxDeliver != -1 {
			t.Errorf("consumer %s gives up after %d deliveries", c.Durable, c.MaxDeliver)
		}
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// spelledOut puts values into the consumers that have parameters.
func spelledOut(rows []consumerRow) []consumerRow {
	var out []consumerRow
	for _, row := range rows {
		priorities := []subject.Priority{""}
		if strings.Contains(row.Name, "{priority}") {
			priorities = subject.Priorities()
		}
		for _, p := range priorities {
			values := strings.NewReplacer("{queue}", "queue", "{account}", "account", "{job}", "job", "{priority}", string(p))
			one := row
			one.Name, one.Filter = values.Replace(row.Name), values.Replace(row.Filter)
			out = append(out, one)
		}
	}
	return out
}
