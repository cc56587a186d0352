package account

import (
	"errors"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/core/message"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func shop() *Account {
	return &Account{
		Name: "shop", Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")},
		Modes: []Mode{Transmitter}, Sources: []string{"Shop", "358*"}, Destinations: []string{"358", "s1"}, Codings: []string{"gsm"},
		Classes: []uint8{1}, Commands: []string{"submit_sm"}, MaxParts: 3, MaxValidity: time.Hour, ExpiresAt: now.Add(time.Hour),
	}
}

func TestBind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from string
		mode       Mode
		at         time.Time
		change     func(*Account)
		want       error
	}{
		{"allowed", "192.0.2.7", Transmitter, now, nil, nil},
		{"mapped", "::ffff:192.0.2.7", Transmitter, now, nil, nil},
		{"zone", "2001:db8::1%eth0", Transmitter, now, nil, nil},
		{"other network", "192.0.3.7", Transmitter, now, nil, WrongNetwork},
		{"no networks", "192.0.2.7", Transmitter, now, func(a *Account) { a.Networks = nil }, WrongNetwork},
		{"mode", "192.0.2.7", Receiver, now, nil, WrongMode},
		{"last moment", "192.0.2.7", Transmitter, now.Add(time.Hour - 1), nil, nil},
		{"expired", "192.0.2.7", Transmitter, now.Add(time.Hour), nil, Expired},
		{"disabled", "192.0.2.7", Transmitter, now, func(a *Account) { a.Disabled = true }, Disabled},
	} {
		a := shop()
		if c.change != nil {
			c.change(a)
		}
		if got := a.Bind(netip.MustParseAddr(c.from), c.mode, c.at); got != c.want { //nolint:errorlint // the very value
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if got := shop().Bind(netip.Addr{}, Transmitter, now); !errors.Is(got, WrongNetwork) {
		t.Errorf("no address: %v", got)
	}
}

func TestSubmit(t *testing.T) {
	t.Parallel()
	one, two := uint8(1), uint8(2)
	for name, c := range map[string]struct {
		change func(*Message)
		want   error
	}{
		"allowed":       {func(*Message) {}, nil},
		"no source":     {func(m *Message) { m.Source = "" }, nil},
		"source prefix": {func(m *Message) { m.Source = "35840" }, nil},
		"source":        {func(m *Message) { m.Source = "Shopping" }, WrongSource},
		"short number":  {func(m *Message) { m.Destination = message.NewAddress("s12") }, nil},
		"destination":   {func(m *Message) { m.Destination = message.NewAddress("4912") }, WrongDestination},
		"no number":     {func(m *Message) { m.Destination = message.Address{} }, WrongDestination},
		"coding":        {func(m *Message) { m.Coding = "binary" }, WrongCoding},
		"class":         {func(m *Message) { m.Class = &one }, nil},
		"other class":   {func(m *Message) { m.Class = &two }, WrongClass},
		"parts":         {func(m *Message) { m.Parts = 4 }, TooManyParts},
		"validity":      {func(m *Message) { m.Validity = time.Hour + 1 }, TooLongValidity},
	} {
		m := Message{Source: "Shop", Destination: message.NewAddress("358401234567"), Coding: "gsm", Parts: 3, Validity: time.Hour}
		c.change(&m)
		if got := shop().Submit(m); got != c.want { //nolint:errorlint // the very value
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestClosedByDefault: an account without rules may do nothing.
func TestClosedByDefault(t *testing.T) {
	t.Parallel()
	var a Account
	if err := a.Bind(netip.MustParseAddr("127.0.0.1"), Transceiver, now); err == nil {
		t.Error("it binds")
	}
	if err := a.Submit(Message{Destination: message.NewAddress("358401234567"), Coding: "gsm"}); err == nil {
		t.Error("it sends")
	}
	for _, c := range KnownCommands {
		if !errors.Is(a.Command(c), WrongCommand) {
			t.Errorf("it uses %s", c)
		}
	}
	if err := shop().Command("submit_sm"); err != nil {
		t.Error(err)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	if err := shop().Validate(); err != nil {
		t.Error(err)
	}
	for rule, change := range map[string]func(*Account){
		"name":                 func(a *Account) { a.Name = "a.b" },
		"cidrs":                func(a *Account) { a.Networks = []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24")} },
		"bind_modes":           func(a *Account) { a.Modes = []Mode{"any"} },
		"source_addresses":     func(a *Account) { a.Sources = []string{"a*b"} },
		"destination_prefixes": func(a *Account) { a.Destinations = []string{"+358"} },
		"codings":              func(a *Account) { a.Codings = []string{"gsm7"} },
		"classes":              func(a *Account) { a.Classes = []uint8{4} },
		"commands":             func(a *Account) { a.Commands = []string{"bind"} },
		"window":               func(a *Account) { a.Window = MaxWindow + 1 },
		"rate":                 func(a *Account) { a.Rate = math.NaN() },
		"max_parts":            func(a *Account) { a.MaxParts = 256 },
		"max_validity":         func(a *Account) { a.MaxValidity = -1 },
		"default_coding":       func(a *Account) { a.DefaultCoding = "gsm7" },
		"default_source":       func(a *Account) { a.DefaultSource = "491701234567890123456" },
		"country":              func(a *Account) { a.Country = "+49" },
		"service_types":        func(a *Account) { a.ServiceTypes = []string{"SIX123"} },
		"deduplicate":          func(a *Account) { a.Deduplicate = 73 * time.Hour },
	} {
		a := shop()
		change(a)
		if err := a.Validate(); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), ": "+rule+": ") {
			t.Errorf("%s: %v", rule, err)
		}
	}
}

func TestRefusalsAreTold(t *testing.T) {
	t.Parallel()
	seen := map[string]Refusal{}
	for r := range refusals {
		if other, ok := seen[r.Error()]; ok {
			t.Errorf("%d and %d read alike", r, other)
		}
		seen[r.Error()] = r
		if r.OfBind() != (r < WrongCommand) {
			t.Errorf("%v: of a bind: %v", r, r.OfBind())
		}
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	a := &Account{}
	if a.WindowSize() != DefaultWindow || a.BindLimit() != DefaultMaxBinds || a.BurstSize() != DefaultWindow {
		t.Errorf("%d, %d, %d", a.WindowSize(), a.BindLimit(), a.BurstSize())
	}
	a = &Account{Window: 5, MaxBinds: 7, Burst: 9}
	if a.WindowSize() != 5 || a.BindLimit() != 7 || a.BurstSize() != 9 {
		t.Errorf("%d, %d, %d", a.WindowSize(), a.BindLimit(), a.BurstSize())
	}
}

// TestShare: two that both want more than there is end with half each, whatever they
// begin with; what one does not use the other has.
func TestShare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		limit, own float64
		e          Elsewhere
		want       float64
	}{
		{20, 0, Elsewhere{}, 20}, {20, 5, Elsewhere{}, 20}, {20, 17, Elsewhere{Rate: 3, Instances: 1}, 17}, {20, 20, Elsewhere{Rate: 20, Instances: 1}, 10},
		{20, 0, Elsewhere{Rate: 20, Instances: 1}, 10}, {20, 6, Elsewhere{Rate: 4, Instances: 1}, 11}, {20, 5, Elsewhere{Rate: 100, Instances: 3}, 5},
	} {
		if got := Share(c.limit, c.own, c.e); got != c.want {
			t.Errorf("of %v, %v here and %+v elsewhere: %v, want %v", c.limit, c.own, c.e, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.Float64Range(1, 1000).Draw(t, "limit")
		wants := rapid.SliceOfN(rapid.Float64Range(0, 2000), 2, 5).Draw(t, "wants")
		used := make([]float64, len(wants))
		for range 60 {
			next := make([]float64, len(wants))
			for i, want := range wants {
				var e Elsewhere
				for j, rate := range used {
					if j != i && rate > 0 {
						e.Rate, e.Instances = e.Rate+rate, e.Instances+1
					}
				}
				next[i] = min(want, Share(limit, used[i], e))
			}
			used = next
		}
		sum, wanted := 0.0, 0.0
		for i := range used {
			sum, wanted = sum+used[i], wanted+wants[i]
		}
		if sum > limit*1.01 {
			t.Fatalf("%v of %v use %v of %v", used, wants, sum, limit)
		}
		if sum < min(limit, wanted)*0.99 {
			t.Fatalf("%v of %v use only %v of %v", used, wants, sum, limit)
		}
	})
}
