package hook

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for command, want := range map[string][]string{
		"":                          nil,
		" \t ":                      nil,
		"/bin/x":                    {"/bin/x"},
		"  /bin/x  a\tb ":           {"/bin/x", "a", "b"},
		`/bin/x 'a b' "c d" e\ f`:   {"/bin/x", "a b", "c d", "e f"},
		`/bin/x a'b'"c"d`:           {"/bin/x", "abcd"},
		`/bin/x '' ""`:              {"/bin/x", "", ""},
		`"/opt/my scripts/x" -v`:    {"/opt/my scripts/x", "-v"},
		`/bin/sh -c 'a | b > $1'`:   {"/bin/sh", "-c", "a | b > $1"},
		`/bin/x "a \"b\" \$c \\ d"`: {"/bin/x", `a "b" $c \ d`},
		`/bin/x "a\b"`:              {"/bin/x", `a\b`},
		`/bin/x \$HOME \'`:          {"/bin/x", "$HOME", "'"},
		`/bin/x a=b #c`:             {"/bin/x", "a=b", "#c"},
		`/opt/a=b/x`:                {"/opt/a=b/x"},
		`/bin/x \`:                  {"/bin/x", `\`},
	} {
		got, err := Words(command)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("Words(%q): %v (-want +got):\n%s", command, err, d)
		}
	}
}

// TestWordsRefusesShell: what would run as something else than it says is told.
func TestWordsRefusesShell(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]error{
		"/bin/x | logger": ErrShell, "/bin/x >/dev/null": ErrShell, "/bin/x 2>&1": ErrShell, "/bin/x; /bin/y": ErrShell,
		"/bin/x $HOME": ErrShell, "/bin/x `id`": ErrShell, "/bin/x *": ErrShell, "~/x": ErrShell, "/bin/x &": ErrShell,
		`/bin/x "$HOME"`: ErrShell, "A=1 /bin/x": ErrShell, "/bin/x 'a": ErrQuotes, `/bin/x "a`: ErrQuotes, `/bin/x "a\"`: ErrQuotes,
	} {
		_, err := Words(command)
		if !errors.Is(err, want) {
			t.Errorf("Words(%q): %v, want %v", command, err, want)
		}
	}
	if _, err := Words("/bin/login secret | x"); strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "/bin/login") {
		t.Error("the error shows an argument, or not the program:", err)
	}
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"", "a b", `a "b c"`, `'a' \b`, "a|b", `"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, command string) {
		words, err := Words(command)
		if err != nil {
			return
		}
		total := 0
		for _, w := range words {
			total += len(w)
		}
		if total > len(command) {
			t.Errorf("%q became %q, which is more", command, words)
		}
		// Quoted, the words are the same again.
		quoted := make([]string, len(words))
		for i, w := range words {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		again, err := Words(strings.Join(quoted, " "))
		if d := cmp.Diff(words, again); d != "" || err != nil {
			t.Errorf("quoted: %v (-want +got):\n%s", err, d)
		}
	})
}
