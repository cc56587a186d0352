package smsfile

// stage is a place in the order of tests (smstools spec §1.10).
type stage uint8

const (
	stageDestination stage = iota
	stageAlphabet
	stageContent
	stageNumberType
	stageTransmission
	stages
)

// note keeps the first problem of a stage.
func (o *Outgoing) note(s stage, problem *Rejection) {
	if o.problems[s] == nil {
		o.problems[s] = problem
	}
}

// check returns the problem of a stage as an error.
func (o *Outgoing) check(s stage) error {
	if p := o.problems[s]; p != nil {
		return p
	}
	return nil
}

// CheckDestination gives "No destination". The caller's blacklist and whitelist
// come behind it.
func (o *Outgoing) CheckDestination() error { return o.check(stageDestination) }

// CheckAlphabet gives "Invalid alphabet". The caller's choice of a queue comes
// behind it.
func (o *Outgoing) CheckAlphabet() error { return o.check(stageAlphabet) }

// CheckContent gives "No text or data" and "Too long body".
func (o *Outgoing) CheckContent() error { return o.check(stageContent) }

// CheckNumberType gives "Invalid number type" and "Invalid alternate". It is the
// last test of the spooler; the caller's test of the key of Text_is_pdu comes
// behind it.
func (o *Outgoing) CheckNumberType() error { return o.check(stageNumberType) }

// CheckTransmission gives the reasons of the modem process that the file alone
// decides: message reference, language, header octets, hex notation, macros, no
// text, no data, system message too long.
func (o *Outgoing) CheckTransmission() error { return o.check(stageTransmission) }

// Check does all checks in their order, for callers without tests of their own.
// A nil result means that the file is a message.
func (o *Outgoing) Check() error {
	for s := range stages {
		if err := o.check(s); err != nil {
			return err
		}
	}
	return nil
}
