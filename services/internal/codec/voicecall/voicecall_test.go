package voicecall

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Call{
		"":                           {0, 3, "111#000#11001"},
		"TONE:\n":                    {0, 3, "111#000#11001"},
		"tone: 1,2,3":                {0, 3, "123"},
		"TONE: TIME: 60 5 1,*,#":     {time.Minute, 5, "1*#"},
		"Time:10 0":                  {10 * time.Second, 3, "0"},
		"TIME: 5\n":                  {5 * time.Second, 3, "111#000#11001"},
		"TIME: 5\n1,2":               {5 * time.Second, 3, "12"},
		"TIME: x 1":                  {0, 3, "1"},
		"2 TIME: 5 1":                {5 * time.Second, 2, "1"},
		"TIME: 5TONE: 1":             {5 * time.Second, 3, "1"},
		"TIME: 5 TIME: 6 1":          {5 * time.Second, 3, "61"},
		"TONE: 12\n":                 {0, 3, "12"},
		"5\n":                        {0, 3, "5"},
		"2 \n":                       {0, 3, "2"},
		"0 1":                        {0, 3, "1"},
		"-2 1":                       {0, 3, "1"},
		"2\t1,2":                     {0, 2, "12"},
		"2\n1,2":                     {0, 3, "212"},
		"1,2,3 2":                    {0, 1, "2"},
		"hello 5 1":                  {0, 3, "51"},
		"Hello\n":                    {0, 3, ""},
		"1,a,2;3":                    {0, 3, "123"},
		"TONE:2 #\n":                 {0, 2, "#"},
		"TONE: time: 600 1,1,1 \r\n": {10 * time.Minute, 3, "111"},
	} {
		if got, err := Parse(text); got != want || err != nil {
			t.Errorf("Parse(%q) = %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"TIME: 601", "TIME: 99999999999999999999 1", "101 1", strings.Repeat("1,", 201) + "1"} {
		if _, err := Parse(text); !errors.Is(err, ErrCall) {
			t.Errorf("Parse(%q): %v", text, err)
		}
	}
}

func TestCommand(t *testing.T) {
	t.Parallel()
	c := Call{Tones: "1#"}
	for form, want := range map[Form]string{
		{}: "AT+VTS=1;+VTS=#", {Quoted: true}: `AT+VTS="1";+VTS="#"`, {List: true}: "AT+VTS=1,#", {List: true, Quoted: true}: `AT+VTS="1,#"`,
	} {
		if got := c.Command(form); got != want {
			t.Errorf("%+v: %s, want %s", form, got, want)
		}
	}
	if got := (Call{}).Command(Form{}); got != "" {
		t.Errorf("no tones: %s", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("TONE: TIME: 60 5 1,*,#")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text)
		if err == nil && (c.Time < 0 || c.Time > maxTime || c.Repeat < 0 || c.Repeat > maxRepeat || strings.ContainsAny(c.Command(Form{}), "\r\n\"")) {
			t.Errorf("Parse(%q) = %+v", text, c)
		}
	})
}
