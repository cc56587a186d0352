package smsfile

import "testing"

// seed adds recorded files to a corpus.
func seed(f *testing.F, add func(input []byte)) {
	for _, c := range loadCases[outgoingCase](f, "outgoing") {
		if len(c.Input) < 2000 {
			add(c.Input)
		}
	}
}

func FuzzParse(f *testing.F) {
	seed(f, func(input []byte) { f.Add(input) })
	f.Fuzz(func(t *testing.T, data []byte) { checkParse(t, data) })
}

func FuzzRewrite(f *testing.F) {
	seed(f, func(input []byte) { f.Add(input, "value\n") })
	f.Fuzz(func(t *testing.T, data []byte, value string) { checkRewrite(t, data, value) })
}
