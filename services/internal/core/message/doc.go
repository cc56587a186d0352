// Package message holds what Viesti knows about one message: the submission
// that an ingress accepted and the options that go with it.
//
// It is pure: values only, no I/O, no clock, no goroutines. The smstools file
// format, SMPP submit_sm and the command line are all expressed in these types;
// internal/wire carries them over the broker and internal/core/compose turns
// them into TPDUs. A value that was not given stays absent (a nil pointer, an
// empty string, Unset), so that a modem's own default can still apply.
//
// Numbers and texts redact themselves when printed; an explicit Reveal shows them.
package message
