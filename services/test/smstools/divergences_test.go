package smstools

import "testing"

// divergence is a recorded case in which Viesti deliberately differs.
type divergence struct {
	reason string
	check  func(t *testing.T, got, want observed)
}

var divergences = map[string]divergence{}
