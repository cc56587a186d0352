package smsdconf

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type valueCase[V comparable] struct {
	in     string
	want   V
	result outcome
}

func tryValues[V comparable](t *testing.T, p parser[V], cases []valueCase[V]) {
	t.Helper()
	for _, c := range cases {
		got, result := p.parse(c.in)
		if result != c.result || result != refused && got != c.want {
			t.Errorf("parse(%q) = %v, %v; want %v, %v", c.in, got, result, c.want, c.result)
		}
	}
}

func TestBooleans(t *testing.T) {
	tryValues(t, booleans(), []valueCase[bool]{
		{"yes", true, taken}, {"Y", true, taken}, {"true", true, taken}, {"1", true, taken}, {"on", true, taken},
		{"ON", true, taken}, {"no", false, taken}, {"False", false, taken}, {"0", false, taken}, {"of", false, taken},
		{"off", false, taken}, {"", false, refused}, {"o", false, refused}, {"2", false, refused}, {"ja", false, refused},
		{"\xff", false, refused},
	})
}

func TestIntegers(t *testing.T) {
	tryValues(t, integers(-1, 100), []valueCase[int]{
		{"5", 5, taken}, {"-1", -1, taken}, {"+7", 7, taken}, {"007", 7, taken}, {"10 # often", 10, takenInPart},
		{"10s", 10, takenInPart}, {"", 0, takenAsZero}, {"x", 0, refused}, {"-", 0, refused}, {"101", 0, refused},
		{"-2", 0, refused}, {"99999999999999999999", 0, refused}, {"101 x", 0, refused},
	})
}

func TestNumbered(t *testing.T) {
	tryValues(t, numbered(0, 1, 31), []valueCase[int]{
		{"31", 31, taken}, {"0", 0, taken}, {"2", 0, refused}, {"", 0, takenAsZero}, {"1 x", 1, takenInPart},
	})
}

func TestDurations(t *testing.T) {
	tryValues(t, durations(time.Minute, 1), []valueCase[time.Duration]{
		{"3", 3 * time.Minute, taken}, {"0", 0, refused}, {"153722867", 153722867 * time.Minute, taken},
		{"153722868", 0, refused},
	})
	tryValues(t, durations(time.Second, -1), []valueCase[time.Duration]{
		{"2147483647", 2147483647 * time.Second, taken}, {"2147483648", 0, refused}, {"-1", -time.Second, taken},
	})
}

func TestYesNoOr(t *testing.T) {
	tryValues(t, yesNoOr[SIMCheck]("once", "on"), []valueCase[SIMCheck]{
		{"once", SIMCheckOnce, taken}, {"on", SIMCheckOnce, taken}, {"yes", SIMCheckYes, taken},
		{"off", SIMCheckNo, taken}, {"never", SIMCheckNo, taken}, {"x", 0, refused},
	})
	tryValues(t, yesNoOr[Receiving]("high", "2"), []valueCase[Receiving]{
		{"High", ReceiveHigh, taken}, {"2", ReceiveHigh, taken}, {"1", ReceiveWhenIdle, taken}, {"0", ReceiveNever, taken},
		{"3", 0, refused},
	})
}

func TestLevels(t *testing.T) {
	tryValues(t, levels(2, 7), []valueCase[int]{
		{"CRITICAL", 2, taken}, {"error", 3, taken}, {"LOG_WARNING", 4, taken}, {"Notice", 5, taken}, {"INFO", 6, taken},
		{"DEBUG", 7, taken}, {"2", 2, taken}, {"1", 0, refused}, {"8", 0, refused}, {"loud", 0, refused},
	})
	tryValues(t, levels(0, 9), []valueCase[int]{{"0", 0, taken}, {"8", 8, taken}, {"", 0, refused}, {"loud", 0, refused}})
	tryValues(t, levels(4, 7), []valueCase[int]{{"ERROR", 0, refused}})
}

func TestUmasks(t *testing.T) {
	for in, want := range map[string]string{"022": "18", "0x12": "18", "18": "18", "": "nil", "0": "0",
		"0777": "511", "01000": "refused", "089": "refused", "-1": "refused"} {
		mask, result := umasks().parse(in)
		got := "nil"
		if result == refused {
			got = "refused"
		} else if mask != nil {
			got = fmt.Sprint(*mask)
		}
		if got != want {
			t.Errorf("umask %q = %s, want %s", in, got, want)
		}
	}
}

func TestAlphabets(t *testing.T) {
	tryValues(t, alphabets(), []valueCase[Alphabet]{
		{"iso", AlphabetISO, taken}, {"Latin", AlphabetISO, taken}, {"ANSI", AlphabetISO, taken},
		{"utf-8", AlphabetUTF8, taken}, {"UTF", AlphabetUTF8, taken}, {"GSM", 0, refused}, {"UCS2", 0, refused},
		{"binary", 0, refused}, {"", 0, refused},
	})
}

func TestLogTargets(t *testing.T) {
	tryValues(t, logTargets(), []valueCase[string]{
		{"/x", "/x", taken}, {"1", LogToStdout, taken}, {"2", LogToStderr, taken}, {"0", "", taken},
		{"", "", taken}, {"Syslog", "", taken},
	})
}

func TestDeviceValues(t *testing.T) {
	tryValues(t, devices(), []valueCase[string]{
		{"/dev/ttyS0", "/dev/ttyS0", taken}, {"", "", taken}, {"@host:1", "@host:1", taken},
		{"@[::1]:65535", "@[::1]:65535", taken}, {"@host", "", refused}, {"@host:", "", refused}, {"@:1", "", refused},
		{"@host:65536", "", refused}, {"@host:0", "", refused},
	})
}

func TestLanguages(t *testing.T) {
	for in, want := range map[string]int{"Spanish": 2, "assemese": 4, "Bengali": 4, "Bengali and Assemese": 4, "urdu": 13,
		"0": 0, "13": 13, "span": 2, "Bengali rubbish": 4, "P": 3, "pu": 10, "14": -1, "Finnish": -1, "-1": -1, "": -2} {
		language, result := languages().parse(in)
		got := -1
		if language != nil {
			got = int(*language)
		} else if result == taken {
			got = -2
		}
		if got != want {
			t.Errorf("language %q = %d, want %d", in, got, want)
		}
	}
}

func TestModes(t *testing.T) {
	tryValues(t, modes(), []valueCase[Mode]{{"NEW", ModeNew, taken}, {"old", ModeOld, taken}, {"", 0, refused}, {"1", 0, refused}})
}

func TestQuoteShowsTheBeginningOfLongTexts(t *testing.T) {
	if got, want := quote(strings.Repeat("x", 61)), `"`+strings.Repeat("x", 60)+`..."`; got != want {
		t.Errorf("quote = %s, want %s", got, want)
	}
	if got, want := quote("\xff\n"), `"\xff\n"`; got != want {
		t.Errorf("quote = %s, want %s", got, want)
	}
}

func TestRetriesOrForever(t *testing.T) {
	tryValues(t, retriesOrForever(), []valueCase[int]{{"Forever", Endless, taken}, {"3", 3, taken}, {"-1", 0, refused}})
}

func TestServiceCentres(t *testing.T) {
	tryValues(t, serviceCentres(), []valueCase[Secret]{
		{"358501234567", Secret{"358501234567"}, taken}, {"+358501234567", Secret{"358501234567"}, taken},
		{"", Secret{}, taken}, {"+358 50", Secret{}, refused},
	})
}

// The octets of smstools spec §1.8.
func TestValidities(t *testing.T) {
	tryValues(t, validities(), []valueCase[uint8]{
		{"0", 0, taken}, {"204", 204, taken}, {"255", 255, taken}, {"256", 0, refused}, {"", 0, refused},
		{"4 min", 0, taken}, {"5 min", 0, taken}, {"10 minutes", 1, taken}, {"720 min", 143, taken}, {"721 min", 143, taken},
		{"12 hours", 143, taken}, {"13 hours", 145, taken}, {"24 hours", 167, taken}, {"25 hours", 167, taken},
		{"1 day", 167, taken}, {"3 days", 0xA9, taken}, {"30 days", 196, taken}, {"34 days", 196, taken}, {"35 days", 197, taken},
		{"4 weeks", 194, taken}, {"5 weeks", 197, taken}, {"63 weeks", 255, taken}, {"64 weeks", 255, taken},
		{"MONTH", 0xC4, taken}, {"1 month", 0xC4, taken}, {"12 months", 244, taken}, {"1 year", 244, taken}, {"year", 244, taken},
		{"2 years", 255, taken}, {"0 years", 0, refused}, {"2 HOURS", 0, refused}, {"nonsense", 0, refused}, {"-1 day", 0, refused},
		{"a day", 0, refused}, {"in 3 days", 0, refused}, {"13 months", 247, taken}, {"99999999 years", 255, taken},
	})
}

func TestValidityGrowsWithItsPeriod(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]string{"min", "hour", "day", "week", "year"}).Draw(t, "unit")
		n := rapid.IntRange(1, 1<<21).Draw(t, "n")
		shorter, ok1 := validities().parse(fmt.Sprintf("%d %s", n, unit))
		longer, ok2 := validities().parse(fmt.Sprintf("%d %s", n+1, unit))
		if ok1 != taken || ok2 != taken || shorter > longer {
			t.Fatalf("%d %s = %d, one more = %d", n, unit, shorter, longer)
		}
	})
}

func TestNearestName(t *testing.T) {
	names := []string{"incoming", "outgoing", "pin", "init", "init2", "read_timeout_cmgl"}
	for in, want := range map[string]string{"incomming": "incoming", "INCOMNG": "incoming", "pni": "pin", "int": "init",
		"init3": "init", "x": "", "elephant": "", "READ_TIMEOUT_CMGL": "read_timeout_cmgl"} {
		if got, _ := nearestName(in, names); got != want {
			t.Errorf("nearestName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEditDistanceIsAMetric(t *testing.T) {
	word := rapid.StringMatching(`[ab]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		ab, ba := editDistance(a, b), editDistance(b, a)
		if ab != ba || (ab == 0) != (a == b) || editDistance(a, c) > ab+editDistance(b, c) {
			t.Fatalf("distances of %q, %q, %q are inconsistent", a, b, c)
		}
	})
}
