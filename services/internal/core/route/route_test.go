package route

import (
	"errors"
	"testing"

	"github.com/viesti-sms/viesti/services/internal/core/message"
)

func TestChoose(t *testing.T) {
	p := &Policy{Queues: []Queue{
		{Name: "D1", Prefixes: []string{"49171", "s12"}},
		{Name: "D2", Prefixes: []string{"4917", "49172"}},
		{Name: "Rest", Prefixes: []string{"3", "s"}},
	}}
	for _, c := range []struct {
		asked, number, want string
		err                 error
	}{
		{"", "491715", "D1", nil},
		{"", "491725", "D2", nil},
		{"", "s123", "D1", nil},
		{"", "s99", "Rest", nil},
		{"", "1234", "", ErrNoMatch},
		{"D2", "491715", "D2", nil},
		{"d2", "491715", "", ErrQueue},
		{"358", "491715", "Rest", nil},
		{"99", "491715", "", ErrQueue},
		{"s12", "491715", "D1", nil},
		{"spare", "491715", "", ErrQueue},
	} {
		got, err := p.Choose(c.asked, message.NewAddress(c.number))
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("Choose(%q, %q) = %q, %v; want %q, %v", c.asked, c.number, got, err, c.want, c.err)
		}
	}
}

func TestChooseWithoutQueues(t *testing.T) {
	var p Policy
	got, err := p.Choose("whatever", message.NewAddress("1"))
	if got != message.DefaultQueue || err != nil {
		t.Errorf("Choose = %q, %v", got, err)
	}
}

func TestQueueWithoutPrefixesTakesEverything(t *testing.T) {
	p := &Policy{Queues: []Queue{{Name: "only"}}}
	for _, number := range []string{"0", "358", "s1"} {
		if got, err := p.Choose("", message.NewAddress(number)); got != "only" || err != nil {
			t.Errorf("Choose(%q) = %q, %v", number, got, err)
		}
	}
	if _, err := p.Choose("", message.NewAddress("*123#")); !errors.Is(err, ErrNoMatch) {
		t.Errorf("Choose(*123#): %v, want ErrNoMatch", err)
	}
}
