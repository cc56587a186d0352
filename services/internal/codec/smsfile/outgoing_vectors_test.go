package smsfile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// failDivergences are the recorded failures that end differently here, with the reason.
var failDivergences = map[string]struct{ reason, why string }{
	"gsm-cr-only":     {ReasonNoTextOrData, "smsd glues Fail_reason to the last line, so that no header is recorded"},
	"text-is-pdu-bad": {ReasonInvalidPDU, "smsd sends an empty PDU and shows the modem's answer"},
	"split3-256parts": {ReasonTooLongBody, "smsd cuts the body at 39016 octets and sends a PDU that the network refuses"},
	"nofailed":        {ReasonNoDestination, "the file is deleted, so that no header is recorded"},
}

// foreignReasons are given by lists, queues, keys and modems, not by the file.
func foreignReason(reason string) bool {
	switch reason {
	case ReasonBlacklisted, ReasonNotWhitelisted, ReasonWrongQueue, ReasonNoProvider, ReasonPDUKey:
		return true
	default:
		return strings.HasPrefix(reason, "+CM")
	}
}

// options are those of the configuration of a case.
func (c *outgoingCase) options(tb testing.TB) Options {
	opt := Options{Include: includeFrom(tb)}
	if c.Config == "utf" {
		opt.Alphabet = UTF8
	}
	return opt
}

func includeFrom(tb testing.TB) func(string) ([]byte, error) {
	dir := filepath.Join(vectorDir(tb), "include")
	return func(path string) ([]byte, error) {
		data, err := os.ReadFile(strings.Replace(path, "@INCLUDE@", dir, 1))
		return bytes.ReplaceAll(data, []byte("@INCLUDE@"), []byte(dir)), err
	}
}

// wantReason is the Fail_reason that a case must get from the file alone.
func (c *outgoingCase) wantReason() string {
	if d, ok := failDivergences[c.Name]; ok {
		return d.reason
	}
	if foreignReason(c.FailReason) {
		return ""
	}
	return c.FailReason
}

// TestRecordedReasons gives every recorded file the reason that smsd gave it.
func TestRecordedReasons(t *testing.T) {
	for name, c := range loadCases[outgoingCase](t, "outgoing") {
		if c.Outcome == "left in outgoing" {
			continue // too short or not eligible; the reader never sees it
		}
		t.Run(name, func(t *testing.T) {
			if got := reasonOf(Parse(c.Input, c.options(t))); got != c.wantReason() {
				t.Errorf("reason %q, want %q", got, c.wantReason())
			}
		})
	}
}

// reasonOf is the Fail_reason of a parse result; empty when it is a message.
func reasonOf(o *Outgoing, err error) string {
	if err == nil {
		err = o.Check()
	}
	var r *Rejection
	if errors.As(err, &r) {
		return r.FailReason()
	}
	return ""
}
