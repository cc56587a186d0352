package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestErrorsShowNoSecrets: what is around a mistake may be secret, and the error goes into
// the log.
func TestErrorsShowNoSecrets(t *testing.T) {
	t.Parallel()
	var v struct {
		Modems []struct {
			Name     string   `yaml:"name"`
			PIN      Text     `yaml:"pin"`
			Password string   `yaml:"telnet_password"`
			Wait     Duration `yaml:"wait"`
			To       []string `yaml:"to"`
		} `yaml:"modems"`
	}
	const text = `modems:
  - name: GSM1
    pin: 4711
    telnet_password: "gehe im"
    pinn: 4712
    to:
      - "358401234567"
`
	err := Decode([]byte(text), &v)
	want := `invalid configuration: [5:5] unknown field "pinn"
    2 |   - name: GSM1
    3 |     pin: …
    4 |     telnet_password: …
>   5 |     pinn: …
      |     ^
    6 |     to:`
	if err == nil || err.Error() != want {
		t.Error(cmp.Diff(want, err.Error()))
	}
	for line, want := range map[string]string{
		"": "", "  # pin: 4711": "  # …", "- 4711": "- …", "4711": "…", "a: {pin: 4711}": "a: …", "'pin':  4711": "'pin': …", "- - pin: 4711": "- - pin: …",
		"{name: a, pin: 4711}": "…", "pin:4711": "…", "pin:": "pin:",
	} {
		if got := masked(line); got != want {
			t.Errorf("%q is shown as %q, want %q", line, got, want)
		}
	}
	for text, want := range map[string]string{
		"list: 5":              "[1:7] it is a number, want a list\n",
		"below: [a]":           "[1:8] it is a list, want a section with keys\n",
		"name: [a]":            "[1:7] it is a list, want a text\n",
		"below: {n: many}":     "[1:12] it is a text, want a number\n",
		"below: {n: {a: b}}":   "[1:12] it is a section with keys, want a number\n",
		"list: [[a]]\nname: b": "[1:8] it is a list, want a text\n",
		"below: {yes: 5}":      "[1:14] it is a number, want true or false\n",
	} {
		var v struct {
			Name  string   `yaml:"name"`
			List  []string `yaml:"list"`
			Below struct {
				N   int  `yaml:"n"`
				Yes bool `yaml:"yes"`
			} `yaml:"below"`
		}
		if err := Decode([]byte(text), &v); err == nil || !strings.HasPrefix(err.Error(), "invalid configuration: "+want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	// A duration tells where it stands, also in a part that is read by itself.
	err = Decode([]byte(strings.Replace(text, "pinn: 4712", "wait: 5", 1)), &v)
	if err == nil || !strings.HasPrefix(err.Error(), `invalid configuration: [5:11] "5" is not a time like 10s, 5m or 1h`) || !strings.Contains(err.Error(), ">   5 |     wait: …") {
		t.Errorf("%v", err)
	}
}
