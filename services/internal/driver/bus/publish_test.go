package bus

import (
	"errors"
	"testing"

	"github.com/nats-io/nats.go/jetstream"
)

func TestStoredAs(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]uint64{
		`{"stream":"SMS_EVT","seq":12}`:                        12,
		`{"stream":"SMS_EVT", "seq":13}`:                       13,
		`{"stream":"SMS_EVT","seq":14,"duplicate":true}`:       14,
		`{"stream":"S","domain":"hub","seq":15}`:               15,
		`{"seq":16,"stream":"S"}`:                              16,
		`{"stream":"SMS_EVT","seq":18446744073709551615}`:      1<<64 - 1,
		`{"type":"io.nats.jetstream.api.v1.pub_ack_response"}`: 0,
		`{"stream":"SMS_EVT","seq":184467440737095516150}`:     0,
		`{"stream":"SMS_EVT","seq":`:                           0,
		`{"stream":"","seq":0}`:                                0,
		`+OK`:                                                  0,
		``:                                                     0,
	} {
		got, err := storedAs([]byte(answer))
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%s: %d, %v, want %d", answer, got, err, want)
		}
	}
	_, err := storedAs([]byte(`{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 7"},"stream":"SMS_EVT","seq":0}`))
	if !conflict(err) {
		t.Errorf("a lost compare-and-set: %v", err)
	}
	var api *jetstream.APIError
	if _, err = storedAs([]byte(`{"error":{"code":503,"err_code":10008},"stream":"S","seq":0}`)); !errors.As(err, &api) || !transient(err) {
		t.Errorf("a server that is not there yet: %v", err)
	}
}
