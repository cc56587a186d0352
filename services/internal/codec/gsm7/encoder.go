package gsm7

// lowRunes is one more than the highest character that an Encoder looks up in
// its first array: Latin with all that smstools replaces.
const lowRunes = 0x180

// scriptRunes is the size of the array for the script of a national language:
// two Unicode blocks of 128, which no table leaves but for a few characters.
const scriptRunes = 0x100

// scriptStart is the first character that can belong to such a script.
const scriptStart = 0x600

// Encoder writes characters as septets. It is immutable once made and can be
// shared; its lookup takes a few instructions for Latin and for the script of
// the language.
type Encoder struct {
	low    [lowRunes]Code
	base   rune
	script [scriptRunes]Code
	rest   []rest
}

type rest struct {
	r    rune
	code Code
}

// NewEncoder returns an encoder for the tables. A character that stands in both
// takes the locking table's single septet.
func NewEncoder(tables Tables) *Encoder {
	e := emptyEncoder()
	e.addTable(tables.locking(), 0)
	e.addTable(tables.single(), escaped)
	return e
}

func emptyEncoder() *Encoder {
	e := &Encoder{}
	for i := range e.low {
		e.low[i] = Missing
	}
	for i := range e.script {
		e.script[i] = Missing
	}
	return e
}

func (e *Encoder) addTable(t *table, shift Code) {
	for septet, r := range t {
		if r != 0 && e.Code(r) == Missing {
			e.set(r, shift|Code(septet))
		}
	}
}

// set gives a character its code.
func (e *Encoder) set(r rune, code Code) {
	if e.base == 0 && r >= scriptStart {
		e.base = r &^ (scriptRunes - 1)
	}
	switch {
	case r < lowRunes:
		e.low[r] = code
	case e.inScript(r):
		e.script[r-e.base] = code
	default:
		e.rest = append(e.rest, rest{r, code})
	}
}

func (e *Encoder) inScript(r rune) bool { return uint32(r-e.base) < scriptRunes }

// Code returns how the character is written, Missing when it cannot be.
func (e *Encoder) Code(r rune) Code {
	if uint32(r) < lowRunes {
		return e.low[r]
	}
	return e.high(r)
}

func (e *Encoder) high(r rune) Code {
	if e.inScript(r) {
		return e.script[r-e.base]
	}
	for _, c := range e.rest {
		if c.r == r {
			return c.code
		}
	}
	return Missing
}

// AppendEncode appends the septets of text to dst and returns how many of its
// characters the alphabet lacks; those are left out.
func (e *Encoder) AppendEncode(dst []byte, text string) (septets []byte, missing int) {
	for _, r := range text {
		code := e.Code(r)
		if code == Missing {
			missing++
		}
		dst = code.AppendTo(dst)
	}
	return dst, missing
}
