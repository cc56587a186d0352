package config

import "testing"

func TestTextStaysAsWritten(t *testing.T) {
	for yaml, want := range map[string]Text{
		"pin: 0123": "0123", "pin: '0123'": "0123", `pin: "0123"`: "0123", "pin: 1e3": "1e3", "pin: ignore": "ignore", "pin: ''": "",
		"pin: 0123 # the old one": "0123",
	} {
		var v struct {
			PIN Text `yaml:"pin"`
		}
		if err := Decode([]byte(yaml), &v); err != nil || v.PIN != want {
			t.Errorf("%s: %q, %v; want %q", yaml, v.PIN, err, want)
		}
	}
}
