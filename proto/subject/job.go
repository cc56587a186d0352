package subject

// Tick is the subject of the clock of a job: a schedule that repeats.
func (s Space) Tick(job string) string { return s.join("tick", Token(job)) }

// Run is the subject on which a job becomes due.
func (s Space) Run(job string) string { return s.join("run", Token(job)) }

// Pulses are the schedules, and PulseTargets where they lead to, that keep the timers of
// StreamOut and StreamJobs awake. No queue, account, message or job has the empty name.
func (s Space) Pulses() (out, jobs string) {
	return s.Later(pulse), s.Tick("")
}

// PulseTargets are the targets of Pulses.
func (s Space) PulseTargets() (out, jobs string) { return s.Out(pulse), s.Run("") }

// pulse is the message that nobody sends.
var pulse = Queued{Priority: Normal, ID: "_"}

// Alternate is the subject of the timer of a message with alternates. It holds the
// message itself, which is gone from the queue when the timer is needed.
func (s Space) Alternate(account, id string) string { return s.join("alt", Token(account), id) }

// AlternateDue is the subject on which that timer fires.
func (s Space) AlternateDue(account, id string) string { return s.join("altdue", Token(account), id) }

// Expiry is the subject of the timer that ends the validity of a message.
func (s Space) Expiry(account, id string) string { return s.join("exp", Token(account), id) }

// ExpiryDue is the subject on which that timer fires.
func (s Space) ExpiryDue(account, id string) string { return s.join("expdue", Token(account), id) }

// ExpiryDueAll matches every expiry that is due.
func (s Space) ExpiryDueAll() string { return s.join("expdue", "*", "*") }

// ParseExpiryDue reads a subject made by ExpiryDue.
func (s Space) ParseExpiryDue(subject string) (account, id string, ok bool) {
	t, ok := s.split(subject, "expdue", 2)
	if !ok {
		return "", "", false
	}
	account, ok = Name(t[0])
	return account, t[1], ok
}

// AlternateDueAll matches every alternate that is due.
func (s Space) AlternateDueAll() string { return s.join("altdue", "*", "*") }

// Counter is the subject of a usage counter of an account; period is a UTC day
// as YYYYMMDD.
func (s Space) Counter(account, period string) string {
	return s.join("ctr", Token(account), Token(period))
}

// ModemCommand is the subject on which the worker of a modem answers one verb.
func (s Space) ModemCommand(host, modem, verb string) string {
	return s.join("cmd", "modem", Token(host), Token(modem), verb)
}

// ModemCommands matches all verbs for one modem.
func (s Space) ModemCommands(host, modem string) string {
	return s.join("cmd", "modem", Token(host), Token(modem), "*")
}
