// Package join says which parts of received concatenated messages belong
// together (3GPP TS 23.040 §9.2.3.24.1, .8; smstools spec §2.5, §2.6).
//
// A Group holds what one sender has sent with one reference and one total. A part
// waits in it until the others are there, until another message takes its place,
// or until its time is up; then it moves into a Delivery, which one process
// writes as files and then finishes. Whoever changes a group stores it by
// compare-and-set, so every step may be repeated after a crash, on any host:
// nothing leaves a group before it was written.
//
// It is pure: the time is an argument.
package join
