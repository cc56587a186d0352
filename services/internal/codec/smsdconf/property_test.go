package smsdconf

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// lineOf writes a setting with its sample value in the way of a file: names in
// any case, blanks in any number.
func lineOf(t *rapid.T, s Setting) string {
	name := strings.Replace(s.Name, "XXX", "pdu", 1)
	if !isReadTimeout(name) && rapid.Bool().Draw(t, "upper") {
		name = strings.ToUpper(name)
	}
	blank := strings.Repeat(" ", rapid.IntRange(0, 2).Draw(t, "blanks"))
	return blank + name + blank + "=" + blank + sampleOf(s) + blank
}

// Settings that need others, or that other settings contradict.
func standsAlone(s Setting) bool {
	switch s.Name {
	case "devices", "queues", "adminmessage_device", "device", "pdu_from_file", "voicecall_cpas":
		return false
	default:
		return true
	}
}

func TestAnySubsetOfSettingsIsAcceptedInAnyOrder(t *testing.T) {
	all := Settings()
	rapid.Check(t, func(t *rapid.T) {
		var global, modem []string
		names := map[string]bool{}
		for _, s := range rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, 40, func(s Setting) string {
			return fmt.Sprint(s.Scope, s.Name)
		}).Draw(t, "settings") {
			if !standsAlone(s) {
				continue
			}
			names[fmt.Sprint(s.Scope, s.Name)] = true
			if s.Scope == GlobalScope {
				global = append(global, lineOf(t, s))
			} else {
				modem = append(modem, lineOf(t, s))
			}
		}
		file := append(append([]string{"devices = GSM1"}, global...), "[GSM1]", "device = /dev/a")
		cfg, problems := Parse([]byte(strings.Join(append(file, modem...), "\n")), Options{})
		if len(problems) > 0 {
			t.Fatalf("problems: %v", problems)
		}
		got := map[string]bool{}
		for _, u := range cfg.Set() {
			if u.Setting != "device" && u.Setting != "devices" {
				got[fmt.Sprint(u.Scope, u.Setting)] = true
			}
		}
		if diff := cmp.Diff(names, got); diff != "" {
			t.Fatalf("settings used (-written +told):\n%s", diff)
		}
	})
}

func TestRangeIsTheSameAsItsNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, 200).Draw(t, "from")
		to := rapid.IntRange(from, from+100).Draw(t, "to")
		var names []string
		for n := from; n <= to; n++ {
			names = append(names, fmt.Sprintf("GSM%d", n))
		}
		got, fault := expandDevice(fmt.Sprintf("GSM* %d-%d", from, to), maxDevices)
		if diff := cmp.Diff(names, got); diff != "" || fault != "" {
			t.Fatalf("fault %q, names (-want +got):\n%s", fault, diff)
		}
	})
}

func TestOwnSectionBeatsGroupBeatsDefault(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := 115200
		sections := map[string]string{}
		for i, name := range []string{"default", "GSM*", "GSM1"} {
			if rapid.Bool().Draw(t, name) {
				want = i + 1
				sections[name] = fmt.Sprintf("baudrate = %d\n", want)
			}
		}
		file := "devices = GSM1\n"
		for _, name := range rapid.Permutation([]string{"default", "GSM*", "GSM1"}).Draw(t, "order") {
			file += "[" + name + "]\n" + sections[name]
		}
		cfg, problems := Parse([]byte(file+"device = /dev/a\n"), Options{})
		if len(problems) > 0 || cfg.Modems[0].Baudrate != want {
			t.Fatalf("baudrate %d, want %d; problems %v", cfg.Modems[0].Baudrate, want, problems)
		}
	})
}
