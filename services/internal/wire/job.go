package wire

import (
	"google.golang.org/protobuf/proto"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/schedule"
)

func jobRanOut(k life.JobRan) *viestiv1.JobRan {
	p := &viestiv1.JobRan{
		Job: text(k.Job), Outcome: viestiv1.JobRan_Outcome(k.Outcome), Started: stamp(k.Started), Took: span(k.Took),
		Output: []byte(k.Output), Truncated: k.Truncated, Host: text(k.Host), Attempt: uint32(k.Attempt), Tick: k.Tick,
		Cause: viestiv1.JobTick_Cause(k.Cause), By: text(k.By), Problem: text(k.Problem),
	}
	if k.Code != nil {
		p.ExitCode = proto.Int32(int32(*k.Code))
	}
	return p
}

func jobRanIn(p *viestiv1.JobRan) life.JobRan {
	k := life.JobRan{
		Job: p.GetJob(), Outcome: life.JobOutcome(known(p.GetOutcome())), Started: instant(p.GetStarted()), Took: p.GetTook().AsDuration(),
		Output: string(p.GetOutput()), Truncated: p.GetTruncated(), Host: p.GetHost(), Attempt: int(p.GetAttempt()), Tick: p.GetTick(),
		Cause: schedule.Cause(known(p.GetCause())), By: p.GetBy(), Problem: p.GetProblem(),
	}
	if p.ExitCode != nil {
		code := int(p.GetExitCode())
		k.Code = &code
	}
	return k
}

// EncodeJob returns the octets of what the broker knows of a job.
func EncodeJob(d *schedule.Declared) ([]byte, error) {
	return marshal(&viestiv1.Job{
		Name: text(d.Name), What: text(d.What), Modem: text(d.Modem), Interval: span(d.Clock.Every), Cron: text(d.Clock.Cron),
		Zone: text(d.Clock.Zone), AtStart: d.AtStart, Timeout: span(d.Timeout), Rerun: d.Rerun, Hosts: each(d.By, text), Digest: d.Digest,
	})
}

// DecodeJob reads octets written by EncodeJob.
func DecodeJob(data []byte) (*schedule.Declared, error) {
	var p viestiv1.Job
	if err := proto.Unmarshal(data, &p); err != nil {
		return nil, malformed("Job", err)
	}
	if p.GetName() == "" {
		return nil, invalid("a job has no name")
	}
	return &schedule.Declared{
		Job: schedule.Job{
			Name: p.GetName(), Modem: p.GetModem(), AtStart: p.GetAtStart(), Timeout: p.GetTimeout().AsDuration(), Rerun: p.GetRerun(),
			Clock: schedule.Clock{Every: p.GetInterval().AsDuration(), Cron: p.GetCron(), Zone: p.GetZone()},
		},
		What: p.GetWhat(), By: p.GetHosts(), Digest: p.GetDigest(),
	}, nil
}

// EncodeJobState returns the octets of the state of a job.
func EncodeJobState(s schedule.State) ([]byte, error) {
	return marshal(&viestiv1.JobState{
		Run: text(s.Run), Tick: s.Tick, Host: text(s.Host), Started: stamp(s.Started), Attempt: uint32(s.Attempt), Running: s.Running, Beat: s.Beat,
	})
}

// DecodeJobState reads octets written by EncodeJobState.
func DecodeJobState(data []byte) (schedule.State, error) {
	var p viestiv1.JobState
	if err := proto.Unmarshal(data, &p); err != nil {
		return schedule.State{}, malformed("JobState", err)
	}
	return schedule.State{
		Run: p.GetRun(), Tick: p.GetTick(), Host: p.GetHost(), Started: instant(p.GetStarted()), Attempt: int(p.GetAttempt()),
		Running: p.GetRunning(), Beat: p.GetBeat(),
	}, nil
}

// EncodeJobTick returns the octets of a tick, which does not hold its number.
func EncodeJobTick(t schedule.Tick) ([]byte, error) {
	return marshal(&viestiv1.JobTick{Cause: viestiv1.JobTick_Cause(t.Cause), By: text(t.By)})
}

// DecodeJobTick reads octets written by EncodeJobTick. Nothing is a tick of the clock.
func DecodeJobTick(data []byte, seq uint64) (schedule.Tick, error) {
	var p viestiv1.JobTick
	if err := proto.Unmarshal(data, &p); err != nil {
		return schedule.Tick{}, malformed("JobTick", err)
	}
	t := schedule.Tick{Seq: seq, Cause: schedule.Cause(known(p.GetCause())), By: p.GetBy()}
	if t.Cause == 0 {
		t.Cause = schedule.ByClock
	}
	return t, nil
}
