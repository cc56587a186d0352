package ussd

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEncode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		coding Coding
		want   string
	}{
		{"*100#", Plain, "*100#"},
		// As the packed form is quoted for Huawei sticks.
		{"*100#", Packed, "AA180C3602"},
		{"*101#", Packed, "AA182C3602"},
		{"*100#", UCS2, "002A0031003000300023"},
		// Seven characters leave room for an @ that is none.
		{"1234567", Packed, "31D98C56B3DD1A"},
	} {
		if got := Encode(c.text, c.coding); got != c.want {
			t.Errorf("Encode(%q, %d) = %s, want %s", c.text, c.coding, got, c.want)
		}
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, answer string
		dcs          int
		want         string
	}{
		{"as it is", "Your balance is 12.50 EUR", 15, "Your balance is 12.50 EUR"},
		{"as it is, several lines", "1 Balance\n2 Offers", 15, "1 Balance\n2 Offers"},
		{"packed", "AA180C3602", 15, "*100#"},
		{"UCS2 by its coding", "04110430043B0430043D0441", 72, "Баланс"},
		{"UCS2 with another coding", "00420061006C0061006E006300650020003500200045", 15, "Balance 5 E"},
		{"UCS2 without one", "00420061006C0061006E00630065", -1, "Balance"},
		{"eight bit", "42616C616E6365", 0x44, "Balance"},
		{"a number", "12345678", 15, "12345678"},
		{"nothing", "", 15, ""},
		{"no hexadecimal", "BEEF!", 15, "BEEF!"},
		{"an odd number of digits", "ABC", 15, "ABC"},
	} {
		if got := Decode(c.answer, c.dcs); got != c.want {
			t.Errorf("%s: Decode(%q, %d) = %q, want %q", c.what, c.answer, c.dcs, got, c.want)
		}
	}
}

// TestDecodeUndoesEncode: what a person could be answered is read again.
func TestDecodeUndoesEncode(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[A-Z][a-z]{3,8} [a-z0-9 .,:*#+-]{4,60}[a-z.]`).Draw(t, "text")
		for coding, dcs := range map[Coding]int{Plain: 15, Packed: 15, UCS2: 72} {
			if got := Decode(Encode(text, coding), dcs); got != text {
				t.Errorf("coding %d: %q became %q", coding, text, got)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add("AA180C3602", 15)
	f.Add("002A0031", 72)
	f.Add("text", -1)
	f.Fuzz(func(t *testing.T, answer string, dcs int) {
		if got := Decode(answer, dcs); answer != "" && got == "" {
			t.Errorf("Decode(%q, %d) lost everything", answer, dcs)
		}
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{
		"*100#": true, "1": true, "balance": true, "": false, "a\"b": false, "*1\r": false, "ä": false,
		strings.Repeat("1", MaxCode): true, strings.Repeat("1", MaxCode+1): false,
	} {
		if err := Check(text); (err == nil) != good || err != nil && !errors.Is(err, ErrCode) {
			t.Errorf("Check(%q) = %v", text, err)
		}
	}
}
