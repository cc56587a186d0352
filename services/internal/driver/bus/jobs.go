package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/schedule"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// ErrNoJob says that no scheduler has such a job.
var ErrNoJob = errors.New("no scheduler has this job")

// DeclareJob tells the gateway that the configuration of a host has a job, and sets
// its clock unless it runs already. It returns the hosts whose configuration says
// something else about it; what was declared last holds for the clock.
func (b *Bus) DeclareJob(ctx context.Context, j *schedule.Job, host string) (differ []string, err error) {
	err = b.changeDeclared(ctx, j.Name, func(before *schedule.Declared) *schedule.Declared {
		d := j.Declare(host)
		differ = nil
		if before == nil {
			return d
		}
		d.By = before.By
		if string(before.Digest) != string(d.Digest) {
			differ = slices.DeleteFunc(slices.Clone(before.By), func(h string) bool { return h == host })
		}
		if !slices.Contains(d.By, host) {
			d.By = append(slices.Clone(d.By), host)
			slices.Sort(d.By)
		}
		return d
	})
	if err != nil {
		return nil, err
	}
	return differ, b.setClock(ctx, j)
}

// WithdrawJob takes back what a host declared. The last one that does stops the clock.
func (b *Bus) WithdrawJob(ctx context.Context, name, host string) error {
	last := false
	err := b.changeDeclared(ctx, name, func(before *schedule.Declared) *schedule.Declared {
		last = true
		if before == nil {
			return nil
		}
		before.By = slices.DeleteFunc(slices.Clone(before.By), func(h string) bool { return h == host })
		if last = len(before.By) == 0; last {
			return nil
		}
		return before
	})
	if err != nil || !last {
		return err
	}
	clock, err := b.last(ctx, b.space.StreamJobs(), b.space.Tick(name))
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return b.deleteMessage(ctx, b.space.StreamJobs(), clock.Sequence)
}

// changeDeclared changes what is declared of a job by compare-and-set; nil: nothing.
func (b *Bus) changeDeclared(ctx context.Context, name string, change func(*schedule.Declared) *schedule.Declared) error {
	return b.withLeases(ctx, "declaring a job", func(ctx context.Context, kv jetstream.KeyValue) error {
		for {
			err := changeDeclaredOnce(ctx, kv, subject.JobKey(name), change)
			if !conflict(err) && !errors.Is(err, jetstream.ErrKeyExists) {
				return err
			}
		}
	})
}

func changeDeclaredOnce(ctx context.Context, kv jetstream.KeyValue, key string, change func(*schedule.Declared) *schedule.Declared) error {
	var before *schedule.Declared
	entry, err := kv.Get(ctx, key)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
	case err != nil:
		return err
	default:
		// What cannot be read is declared anew.
		before, _ = wire.DecodeJob(entry.Value())
	}
	after := change(before)
	if after == nil {
		if entry == nil {
			return nil
		}
		return kv.Purge(ctx, key, jetstream.LastRevision(entry.Revision()))
	}
	data, err := wire.EncodeJob(after)
	switch {
	case err != nil:
		return err
	case entry == nil:
		_, err = kv.Create(ctx, key, data)
	case string(entry.Value()) != string(data):
		_, err = kv.Update(ctx, key, data, entry.Revision())
	}
	return err
}

// setClock makes the broker tick, from now on, unless it does already: setting a
// clock anew would begin its interval anew.
func (b *Bus) setClock(ctx context.Context, j *schedule.Job) error {
	pattern, zone := j.Clock.Pattern()
	set, err := b.last(ctx, b.space.StreamJobs(), b.space.Tick(j.Name))
	if err == nil && set.Header.Get(subject.HeaderSchedule) == pattern && set.Header.Get(subject.HeaderScheduleZone) == zone {
		return nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return b.startClock(ctx, j)
}

// startClock makes the broker tick, from now on, whatever it did before.
func (b *Bus) startClock(ctx context.Context, j *schedule.Job) error {
	pattern, zone := j.Clock.Pattern()
	data, err := wire.EncodeJobTick(schedule.Tick{Cause: schedule.ByClock})
	if err != nil {
		return err
	}
	m := &nats.Msg{Subject: b.space.Tick(j.Name), Data: data, Header: nats.Header{}}
	m.Header.Set(subject.HeaderSchedule, pattern)
	m.Header.Set(subject.HeaderScheduleTarget, b.space.Run(j.Name))
	if zone != "" {
		m.Header.Set(subject.HeaderScheduleZone, zone)
	}
	if err := b.publishOne(ctx, m); err != nil {
		return fmt.Errorf("setting the clock of job %s: %w", j.Name, err)
	}
	return nil
}

// TriggerJob makes a job due now, in place of a tick that waits, and returns the
// number of the tick.
func (b *Bus) TriggerJob(ctx context.Context, name string, cause schedule.Cause, by string) (seq uint64, err error) {
	data, err := wire.EncodeJobTick(schedule.Tick{Cause: cause, By: by})
	if err != nil {
		return 0, err
	}
	err = b.retry(ctx, func(ctx context.Context) error {
		ack, err := b.js.PublishMsg(ctx, &nats.Msg{Subject: b.space.Run(name), Data: data})
		if err == nil {
			seq = ack.Sequence
		}
		return err
	})
	return seq, err
}

// JobTick is a tick that was handed out; Done it, or it will be handed out again.
type JobTick struct {
	schedule.Tick
	msg jetstream.Msg
}

// Hold says that somebody is at the tick; the error says that the broker did not
// confirm it, and may hand it out again.
func (t *JobTick) Hold(ctx context.Context, b *Bus) error {
	_, err := b.nc.RequestWithContext(ctx, t.msg.Reply(), []byte("+WPI"))
	return err
}

// Done says that the tick is done with.
func (t *JobTick) Done(ctx context.Context) error { return confirmed(ctx, t.msg) }

// Later gives the tick back.
func (t *JobTick) Later() { _ = t.msg.NakWithDelay(redeliveryPause) }

// FollowTicks hands the ticks of a job to handle, one after the other, until ctx ends.
// Several followers share them. ready, if not nil, is called when they are followed.
func (b *Bus) FollowTicks(ctx context.Context, job string, ready func(), handle func(*JobTick)) error {
	var c jetstream.Consumer
	err := b.retry(ctx, func(ctx context.Context) (err error) {
		c, err = b.tickConsumer(ctx, job)
		if overlap(err) {
			// Before there were jobs, one consumer was set up for the ticks of all.
			err = errors.Join(b.js.DeleteConsumer(ctx, b.space.StreamJobs(), "run"), nats.ErrTimeout)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("following job %s: %w", job, err)
	}
	if ready != nil {
		ready()
	}
	return b.consume(ctx, c, func(_ context.Context, m jetstream.Msg) error {
		meta, err := m.Metadata()
		if err != nil {
			return m.Term()
		}
		tick, err := wire.DecodeJobTick(m.Data(), meta.Sequence.Stream)
		if err != nil {
			return m.Term()
		}
		handle(&JobTick{Tick: tick, msg: m})
		return nil
	})
}

func (b *Bus) tickConsumer(ctx context.Context, job string) (jetstream.Consumer, error) {
	const inactive = 30 * 24 * time.Hour
	return b.js.CreateOrUpdateConsumer(ctx, b.space.StreamJobs(), jetstream.ConsumerConfig{
		Durable: subject.ConsumerRun(job), FilterSubject: b.space.Run(job), AckPolicy: jetstream.AckExplicitPolicy,
		AckWait: b.opts.JobWait, MaxDeliver: -1, MaxAckPending: -1, InactiveThreshold: inactive,
	})
}

// overlap reports whether another consumer has the messages of a new one.
func overlap(err error) bool {
	const notUnique jetstream.ErrorCode = 10100
	var api *jetstream.APIError
	return errors.As(err, &api) && api.ErrorCode == notUnique
}

// JobState returns who runs a job, and the revision for ChangeJobState; 0 when it
// has never run.
func (b *Bus) JobState(ctx context.Context, job string) (s schedule.State, revision uint64, err error) {
	err = b.withLeases(ctx, "reading the state of a job", func(ctx context.Context, kv jetstream.KeyValue) error {
		entry, err := kv.Get(ctx, subject.JobStateKey(job))
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			s, revision = schedule.State{}, 0
			return nil
		}
		if err != nil {
			return err
		}
		revision = entry.Revision()
		s, err = wire.DecodeJobState(entry.Value())
		return err
	})
	return s, revision, err
}

// ChangeJobState writes the state of a job unless somebody else has written it
// since revision, which is ErrConflict. It returns the new revision.
func (b *Bus) ChangeJobState(ctx context.Context, job string, s schedule.State, revision uint64) (next uint64, err error) {
	data, err := wire.EncodeJobState(s)
	if err != nil {
		return 0, err
	}
	err = b.withLeases(ctx, "writing the state of a job", func(ctx context.Context, kv jetstream.KeyValue) (err error) {
		if revision == 0 {
			next, err = kv.Create(ctx, subject.JobStateKey(job), data)
		} else {
			next, err = kv.Update(ctx, subject.JobStateKey(job), data, revision)
		}
		if conflict(err) || errors.Is(err, jetstream.ErrKeyExists) {
			next, err = ownState(ctx, kv, subject.JobStateKey(job), data)
		}
		return err
	})
	return next, err
}

// ownState tells a lost race from a lost answer, as ownAttempt does.
func ownState(ctx context.Context, kv jetstream.KeyValue, key string, data []byte) (uint64, error) {
	entry, err := kv.Get(ctx, key)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
		return 0, context.DeadlineExceeded // a cluster has not agreed yet: another try
	case err != nil || string(entry.Value()) != string(data):
		return 0, ErrConflict
	}
	return entry.Revision(), nil
}

// Jobs returns what is declared, by name.
func (b *Bus) Jobs(ctx context.Context) ([]*schedule.Declared, error) {
	var all []*schedule.Declared
	err := b.withLeases(ctx, "reading the jobs", func(ctx context.Context, kv jetstream.KeyValue) error {
		all = nil
		watch, err := kv.Watch(ctx, subject.JobKeys+"*", jetstream.IgnoreDeletes())
		if err != nil {
			return err
		}
		defer func() { _ = watch.Stop() }()
		for {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case entry, open := <-watch.Updates():
				if !open {
					return context.DeadlineExceeded // another try
				}
				if entry == nil {
					return nil
				}
				if d, err := wire.DecodeJob(entry.Value()); err == nil {
					all = append(all, d)
				}
			}
		}
	})
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all, err
}

// JobHistory returns the last runs of a job that are on record, most of them at
// most, oldest first.
func (b *Bus) JobHistory(ctx context.Context, job string, most int) (events []life.Event, err error) {
	filter, next := b.space.EventsOfAccount(subject.JobAccount(job)), uint64(1)
	for more := true; more && err == nil; {
		err = b.retry(ctx, func(ctx context.Context) (err error) {
			var page []life.Event
			if page, more, next, err = b.eventPage(ctx, filter, next); err == nil {
				events = append(events, page...)
				events = events[max(len(events)-most, 0):]
			}
			return err
		})
	}
	return events, err
}

// eventPage returns stored events from a sequence on; more says that there may be
// others from next on.
func (b *Bus) eventPage(ctx context.Context, filter string, from uint64) (page []life.Event, more bool, next uint64, err error) {
	const most = 1000
	all, err := jetstreamext.GetBatch(ctx, b.js, b.space.StreamEvents(), most, jetstreamext.GetBatchSubject(filter), jetstreamext.GetBatchSeq(from))
	if err != nil {
		return nil, true, from, err
	}
	next = from
	for raw, err := range all {
		if errors.Is(err, jetstreamext.ErrNoMessages) {
			return nil, false, from, nil
		}
		if err != nil {
			return nil, true, from, err
		}
		next = raw.Sequence + 1
		if e, err := wire.DecodeEvent(raw.Data); err == nil && e.Kind != nil {
			page = append(page, *e)
		}
	}
	return page, next > from, next, nil
}

// FollowAlarms hands alarms to handle, until ctx ends: those from the first time on
// that anybody followed, and from the minute before, in which services may have been
// starting side by side. Several followers share them, and each has one in hand, for
// five minutes at most.
func (b *Bus) FollowAlarms(ctx context.Context, handle Handler) error {
	var c jetstream.Consumer
	since := time.Now().Add(-time.Minute)
	err := b.retry(ctx, func(ctx context.Context) (err error) {
		c, err = b.js.Consumer(ctx, b.space.StreamEvents(), subject.ConsumerAlarm)
		if !errors.Is(err, jetstream.ErrConsumerNotFound) {
			return err
		}
		c, err = b.js.CreateConsumer(ctx, b.space.StreamEvents(), jetstream.ConsumerConfig{
			Durable: subject.ConsumerAlarm, FilterSubject: b.space.EventsOfType(subject.Alarm), AckPolicy: jetstream.AckExplicitPolicy,
			DeliverPolicy: jetstream.DeliverByStartTimePolicy, OptStartTime: &since, AckWait: alarmWait, MaxDeliver: -1, MaxAckPending: -1,
		})
		if errors.Is(err, jetstream.ErrConsumerExists) { // another host was faster
			c, err = b.js.Consumer(ctx, b.space.StreamEvents(), subject.ConsumerAlarm)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("following alarms: %w", err)
	}
	return b.consumeWith(ctx, c, 1, func(ctx context.Context, m jetstream.Msg) error {
		e, err := wire.DecodeEvent(m.Data())
		if err != nil || e.Kind == nil {
			return m.Term()
		}
		return finish(ctx, m, confirmed, handle(ctx, e))
	})
}

// alarmWait is how long an alarm handler may be silent.
const alarmWait = 5 * time.Minute

// withLeases is withBucket for what one process does at a time.
func (b *Bus) withLeases(ctx context.Context, doing string, f func(context.Context, jetstream.KeyValue) error) error {
	return b.withBucket(ctx, b.space.BucketLeases(), doing, f)
}
