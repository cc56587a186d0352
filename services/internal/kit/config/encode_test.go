package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// preset is a section with defaults of its own.
type preset struct {
	On    bool     `yaml:"on"`
	Wait  Duration `yaml:"wait"`
	Names []string `yaml:"names"`
}

func (p *preset) UnmarshalYAML(unmarshal func(any) error) error {
	type plain preset
	d := plain{On: true, Wait: Duration(5)}
	if err := unmarshal(&d); err != nil {
		return err
	}
	*p = preset(d)
	return nil
}

type whole struct {
	Inner  `yaml:",inline"`
	Code   Text              `yaml:"code"`
	One    *preset           `yaml:"one"`
	Many   []preset          `yaml:"many"`
	Named  map[string]preset `yaml:"named"`
	Maybe  *bool             `yaml:"maybe"`
	Hidden string            `yaml:"-"`
}

// Inner is part of whole.
type Inner struct {
	A int `yaml:"a"`
	B int `yaml:"b"`
}

// TestEncode: what differs from the defaults is written, nothing else, and comes back.
func TestEncode(t *testing.T) {
	no := false
	for want, v := range map[string]whole{
		"{}\n":           {Hidden: "x"},
		"b: 2\n":         {Inner: Inner{B: 2}},
		"one: {}\n":      {One: &preset{On: true, Wait: 5}},
		"maybe: false\n": {Maybe: &no},
		"code: \"0123\"\none:\n  \"on\": false\nmany:\n  - wait: 1s\n    names:\n      - \"@x\"\nnamed:\n  a:\n    \"on\": false\n": {
			Code: "0123", One: &preset{Wait: 5}, Many: []preset{{On: true, Wait: Duration(1e9), Names: []string{"@x"}}},
			Named: map[string]preset{"a": {Wait: 5}},
		},
	} {
		got, err := Encode(&v)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
		var back whole
		if err := Decode(got, &back); err != nil {
			t.Fatal(err)
		}
		v.Hidden = ""
		if diff := cmp.Diff(v, back); diff != "" {
			t.Error(diff)
		}
	}
}

// TestEncodeNoEntries: a map without entries says nothing.
func TestEncodeNoEntries(t *testing.T) {
	got, err := Encode(&whole{Named: map[string]preset{}, One: &preset{On: true, Wait: 6, Names: []string{}}})
	if err != nil || string(got) != "one:\n  wait: 6ns\n  names: []\n" {
		t.Errorf("%v:\n%s", err, got)
	}
}

// TestTextAnyContent: a text comes back whatever is in it.
func TestTextAnyContent(t *testing.T) {
	for _, text := range []Text{"", "0123", "1e3", "a\"b", `a'b: #c`, `\`, "ä€", " x ", "yes", "null", "~"} {
		v := whole{Code: text}
		data, err := Encode(&v)
		if err != nil {
			t.Fatal(err)
		}
		var back whole
		if err := Decode(data, &back); err != nil || back.Code != text {
			t.Errorf("%q came back as %q, %v: %s", text, back.Code, err, data)
		}
	}
}
