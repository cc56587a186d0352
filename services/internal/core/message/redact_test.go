package message

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// verbs are those of package fmt, and one that is none of it. %p is not among
// them: fmt asks no Formatter for it, and go vet refuses it for what is no pointer.
var verbs = []string{
	"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "% x", "%#x", "%b", "%c", "%o", "%O", "%U", "%t", "%e", "%g", "%T%v", "%20s",
	"%-20q", "%.50s", "%z",
}

// TestPrintingHidesAddresses: whatever a number is in and however it is printed,
// no more of it shows than Mask leaves.
func TestPrintingHidesAddresses(t *testing.T) {
	t.Parallel()
	a := NewAddress("358401234567")
	secret := []string{"0123", "3584012", "01234567", fmt.Sprintf("%x", "01234567"), fmt.Sprintf("%X", "01234567"), fmt.Sprintf("% x", "01234567")}
	containers := []any{
		a, &a, []Address{a}, map[string]Address{"k": a}, map[Address]int{a: 1}, Submission{Recipient: a}, &Submission{Recipient: a},
		Options{SMSC: a}, []Alternate{{Recipient: a}}, struct{ A *Address }{&a}, struct{ A any }{a},
	}
	for i, c := range containers {
		checkHidden(t, fmt.Sprintf("container %d", i), c, secret)
	}
	if got := fmt.Sprintf("%s %v %d", a, a, a); got != "3584****67 3584****67 3584****67" {
		t.Errorf("got %q", got)
	}
}

func TestPrintingHidesBodies(t *testing.T) {
	t.Parallel()
	b := NewBody([]byte("secret text"))
	secret := []string{"secret", "text", "115 101", "0x73, 0x65", fmt.Sprintf("%x", "secret"), fmt.Sprintf("%X", "secret"), fmt.Sprintf("% x", "secret"), "c2VjcmV0"}
	for i, c := range []any{b, &b, []Body{b}, map[string]Body{"k": b}, Submission{Body: b}, &Submission{Body: b}, struct{ B any }{b}} {
		checkHidden(t, fmt.Sprintf("container %d", i), c, secret)
	}
	if got := fmt.Sprint(b); got != "[11 octets]" || b.Len() != 11 || string(b.Reveal()) != "secret text" {
		t.Errorf("got %q", got)
	}
}

func checkHidden(t *testing.T, name string, v any, secret []string) {
	t.Helper()
	check := func(how, text string) {
		for _, s := range secret {
			if strings.Contains(text, s) {
				t.Errorf("%s under %s shows %q", name, how, s)
			}
		}
	}
	for _, verb := range verbs {
		if verb == "%T%v" {
			check(verb, fmt.Sprintf(verb, v, v))
			continue
		}
		check(verb, fmt.Sprintf(verb, v))
	}
	check("Sprint", fmt.Sprint(v))
	check("Sprintln", fmt.Sprintln(v))
	check("an error", fmt.Errorf("about %v", v).Error())
	if data, err := json.Marshal(v); err == nil {
		check("JSON", string(data))
	} else if _, keyed := v.(map[Address]int); !keyed {
		t.Errorf("%s in JSON: %v", name, err)
	}
}

// hidden is how many characters of number a mask does not show. A number may have
// asterisks of its own, so that each row of four may be the mask's.
func hidden(number, masked string) (n int, ok bool) {
	const stars = "****"
	for i := 0; i+len(stars) <= len(masked); i++ {
		head, rest := masked[:i], masked[i:]
		tail, found := strings.CutPrefix(rest, stars)
		ok = ok || found && strings.HasPrefix(number, head) && strings.HasSuffix(number, tail)
	}
	return utf8.RuneCountInString(number) - utf8.RuneCountInString(masked) + len(stars), ok
}

func TestMaskHidesHalf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.OneOf(rapid.StringMatching(`s?[0-9]{1,20}`), rapid.StringN(1, 40, -1)).Draw(t, "number")
		masked := Mask(number)
		n, ok := hidden(number, masked)
		whole := utf8.RuneCountInString(number)
		if !ok || 2*n < whole || !utf8.ValidString(masked) {
			t.Fatalf("Mask(%q) = %q hides %d of %d", number, masked, n, whole)
		}
	})
	for number, want := range map[string]string{
		"": "", "1": "****", "123": "****", "1234": "1****4", "12345678901": "1****1", "123456789012": "1234****12", "s12345": "s****5",
	} {
		if got := Mask(number); got != want {
			t.Errorf("Mask(%q) = %q, want %q", number, got, want)
		}
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]struct{ zero, short bool }{
		"": {zero: true}, "s123": {short: true}, "358": {}, "Operator": {},
	} {
		a := NewAddress(value)
		if a.Reveal() != value || a.IsZero() != want.zero || a.IsShort() != want.short || a != NewAddress(value) {
			t.Errorf("NewAddress(%q): zero %v, short %v", value, a.IsZero(), a.IsShort())
		}
	}
}

func TestTri(t *testing.T) {
	t.Parallel()
	for _, def := range []bool{true, false} {
		if Unset.Or(def) != def || Yes.Or(def) != true || No.Or(def) != false || TriOf(def).Or(!def) != def {
			t.Errorf("with the default %v", def)
		}
	}
	var zero Tri
	if zero != Unset {
		t.Error("the zero value was given")
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v    fmt.Stringer
		want string
	}{
		{Normal, "normal"}, {High, "high"}, {Priority(7), "unknown(7)"}, {UTF8, "utf-8"}, {Binary, "binary"}, {Alphabet(9), "unknown(9)"},
		{OnUnknownDefault, "default"}, {Hold, "hold"},
	} {
		if got := c.v.String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
