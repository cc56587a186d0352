package subject

import (
	"strconv"
	"strings"
)

// Streams. The names follow the prefix: SMS_OUT below "sms".
func (s Space) stream(suffix string) string {
	return strings.ToUpper(strings.ReplaceAll(s.prefix, ".", "_")) + "_" + suffix
}

// StreamOut is the queue of messages to send.
func (s Space) StreamOut() string { return s.stream("OUT") }

// StreamEvents holds what happened.
func (s Space) StreamEvents() string { return s.stream("EVT") }

// StreamJobs holds timers and what they make due.
func (s Space) StreamJobs() string { return s.stream("JOB") }

// StreamCounters holds usage counters.
func (s Space) StreamCounters() string { return s.stream("CTR") }

// StreamAudit holds who got in, who did not, and who changed what.
func (s Space) StreamAudit() string { return s.stream("AUD") }

func (s Space) bucket(suffix string) string {
	return strings.ReplaceAll(s.prefix, ".", "_") + "_" + suffix
}

// BucketConfig holds shared policy.
func (s Space) BucketConfig() string { return s.bucket("cfg") }

// Keys of BucketConfig: the shared rules, and each account by itself.
const (
	KeyPolicy = "policy"
	// AccountKeys begins the keys of accounts.
	AccountKeys = "account."
)

// AccountKey is the key in BucketConfig of an account.
func AccountKey(name string) string { return AccountKeys + Token(name) }

// FileKey is the key in BucketConfig of the mark of what the configuration file of
// a host gave last.
func FileKey(host string) string { return "file." + Token(host) }

// BucketModems holds the live state of modems.
func (s Space) BucketModems() string { return s.bucket("modem") }

// BucketSessions holds the live SMPP sessions.
func (s Space) BucketSessions() string { return s.bucket("sess") }

// BucketLeases holds what only one process may do at a time: the jobs.
func (s Space) BucketLeases() string { return s.bucket("lease") }

// BucketJoin holds parts of received messages that wait for the others.
func (s Space) BucketJoin() string { return s.bucket("join") }

// BucketState holds what the workers of modems must still know after a restart.
func (s Space) BucketState() string { return s.bucket("state") }

// SuspensionKey is the key in BucketState of the suspension of a modem.
func SuspensionKey(host, modem string) string { return "modem." + Token(host) + "." + Token(modem) }

// KeyTroubles is the key in BucketState of what should have moved on.
const KeyTroubles = "troubles"

// ModemTallyKey and SIMTallyKey are keys in BucketState of what a modem, and what a
// SIM by its IMSI, did in a span of a name.
func ModemTallyKey(host, modem, span string) string {
	return "tally.modem." + Token(host) + "." + Token(modem) + "." + Token(span)
}

// SIMTallyKey is the same for a SIM.
func SIMTallyKey(imsi, span string) string { return "tally.sim." + Token(imsi) + "." + Token(span) }

// RememberedKey is the key in BucketState of what is remembered for an account for a
// while: what is the kind of thing, key one of them.
func RememberedKey(account, what, key string) string {
	return "once." + Token(account) + "." + Token(what) + "." + Token(key)
}

// InboundKey is the key in BucketState of who gets the parts of a message that a SIM
// receives from one sender, with one concatenation reference and one total.
func InboundKey(sim, sender string, wide bool, reference uint16, total uint8) string {
	return "inbound." + Token(sim) + "." + Token(sender) + "." + concatenation(wide, reference, total)
}

// PartsKey is the key in BucketState of which modem sends the parts of a message that
// its client has cut: parts is a hash of what they have in common.
func PartsKey(parts string) string { return "parts." + Token(parts) }

func concatenation(wide bool, reference uint16, total uint8) string {
	width := "8"
	if wide {
		width = "16"
	}
	return width + "-" + strconv.Itoa(int(reference)) + "-" + strconv.Itoa(int(total))
}

// JoinKey is the key in BucketJoin of the parts that an account got from one
// sender with one concatenation reference, of 8 bits or wide, and one total.
func JoinKey(account, sender string, wide bool, reference uint16, total uint8) string {
	return Token(account) + "." + Token(sender) + "." + concatenation(wide, reference, total)
}

// ModemKey is the key of a modem in BucketModems.
func ModemKey(host, modem string) string { return Token(host) + "." + Token(modem) }

// SessionKey is the key of a live session in BucketSessions.
func SessionKey(host, account, id string) string {
	return Token(host) + "." + Token(account) + "." + Token(id)
}

// BindsKey is the key in BucketLeases of the sessions of an account, and InstanceKey
// that of a running process that has some.
func BindsKey(account string) string { return "bind." + Token(account) }

// InstanceKey is the key in BucketLeases of a running process.
func InstanceKey(instance string) string { return "instance." + Token(instance) }

// InstancesFilter matches the keys of all running processes.
const InstancesFilter = "instance.*"

// StreamOfBucket is the stream behind a bucket, for reads that the key-value interface
// does not offer.
func StreamOfBucket(bucket string) string { return "KV_" + bucket }

// BucketKey is the subject on which a bucket stores a key, for writes that need
// headers which the key-value interface does not offer.
func BucketKey(bucket, key string) string { return "$KV." + bucket + "." + key }

// OutSubjects are the subjects of StreamOut.
func (s Space) OutSubjects() []string { return s.all("out.*.*.*.*", "later.*.*.*.*") }

// EventSubjects are the subjects of StreamEvents.
func (s Space) EventSubjects() []string {
	return s.all("evt.*.*.*", "part.*.*.*.*.*.*", "try.*.*.*", "chain.*.*.*")
}

// JobSubjects are the subjects of StreamJobs.
func (s Space) JobSubjects() []string {
	return s.all("tick.*", "run.*", "alt.*.*", "altdue.*.*", "exp.*.*", "expdue.*.*")
}

// AuditSubjects are the subjects of StreamAudit.
func (s Space) AuditSubjects() []string { return s.all("aud.*.*") }

// CounterSubjects are the subjects of StreamCounters.
func (s Space) CounterSubjects() []string { return s.all("ctr.>") }

func (s Space) all(patterns ...string) []string {
	out := make([]string, len(patterns))
	for i, p := range patterns {
		out[i] = s.prefix + "." + p
	}
	return out
}

// ConsumerQueue is the durable consumer of one queue and priority on StreamOut.
func ConsumerQueue(queue string, p Priority) string { return "q-" + Token(queue) + "-" + string(p) }

// ConsumerRun is the durable consumer of the ticks of a job on StreamJobs: those
// schedulers share it whose configuration has the job.
func ConsumerRun(job string) string { return "run-" + Token(job) }

// ConsumerAlarm is the durable consumer of alarms on StreamEvents, which all hosts
// share that have an alarm handler.
const ConsumerAlarm = "alarm"

// Keys of jobs in BucketLeases begin with these: what a job is, and who runs it.
const (
	JobKeys   = "job."
	jobStates = "run."
)

// JobKey is the key in BucketLeases of what a job is.
func JobKey(job string) string { return JobKeys + Token(job) }

// JobStateKey is the key in BucketLeases of who runs a job.
func JobStateKey(job string) string { return jobStates + Token(job) }

// ConsumerAccount is the durable consumer of a submitter's events on StreamEvents.
func ConsumerAccount(account string) string { return "acct-" + Token(account) }

// Durable consumers of the scheduler on StreamJobs.
const (
	ConsumerAlternateDue = "altdue"
	ConsumerExpiryDue    = "expdue"
)

// ConsumerChain is the durable consumer of the scheduler on StreamEvents.
const ConsumerChain = "chain"

// Headers of NATS that Viesti sets.
const (
	HeaderMessageID          = "Nats-Msg-Id"
	HeaderSchedule           = "Nats-Schedule"
	HeaderScheduleTarget     = "Nats-Schedule-Target"
	HeaderScheduleZone       = "Nats-Schedule-Time-Zone"
	HeaderScheduleTTL        = "Nats-Schedule-TTL"
	HeaderTTL                = "Nats-TTL"
	HeaderIncrement          = "Nats-Incr"
	HeaderExpectedSubjectSeq = "Nats-Expected-Last-Subject-Sequence"
	HeaderExpectedSubject    = "Nats-Expected-Last-Subject-Sequence-Subject"
)

// HeaderArmed tells for what the timer of an alternate was set: ArmedAccepted when the
// message was accepted, ArmedSent when it was sent.
const (
	HeaderArmed   = "Viesti-Armed"
	ArmedAccepted = "accepted"
	ArmedSent     = "sent"
)

// MetadataVersion is the key in a stream's metadata that says which version of
// its definition is in force.
const MetadataVersion = "viesti-version"
