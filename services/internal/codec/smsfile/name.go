package smsfile

import "strings"

// MinSize is the size in octets below which smsd passes over a file for ever
// (smstools spec §4.2). Whether a file is complete is for the caller to find out.
const MinSize = 8

// LockSuffix ends the name of the lock of a file (smstools spec §4.3).
const LockSuffix = ".LOCK"

// Eligible reports whether a file of this name, without directory, can be a
// message: not hidden, not beginning with LOCKED, not itself a lock (smstools
// spec §4.2).
func Eligible(name string) bool {
	return name != "" &&
		!strings.HasPrefix(name, ".") &&
		!strings.HasPrefix(name, "LOCKED") &&
		!strings.HasSuffix(name, LockSuffix)
}

// Urgent reports whether the headers at the beginning of a file ask for high priority.
func Urgent(head []byte, opt Options) bool {
	f := ParseHeaders(head)
	v, ok := f.Get("Priority")
	return ok && highPriority([]byte(v), opt.Locale.yes)
}

// highPriority reads the value of a header Priority.
func highPriority(v []byte, yes func([]byte) bool) bool { return equalFold(v, "high") || yes(v) }
