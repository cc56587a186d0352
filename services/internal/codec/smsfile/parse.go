package smsfile

// Limits of a message file.
const (
	// MaxBody is the longest body, in octets, before and after decoding
	// (smstools spec §1.1 rule 11).
	MaxBody = 39016
	// MaxMacros is the longest sum of all macros, in octets.
	MaxMacros = 4095
	// DefaultMaxSize is the longest file, in octets, when Options name none.
	DefaultMaxSize = 128 << 10
	// maxIncludes is how many Include headers one file may hold.
	maxIncludes = 16
)

// Options are the settings that reading a file depends on.
type Options struct {
	// Alphabet is that of files that name none (setting alphabet); AlphabetUnset: ISO.
	Alphabet Alphabet
	// Include returns the content of a file that an Include header names. It
	// decides which paths are allowed; nil refuses all of them.
	Include func(path string) ([]byte, error)
	// MaxSize is the longest file, in octets; 0: DefaultMaxSize.
	MaxSize int
	// Locale holds localised header names; nil: English alone.
	Locale *Locale
}

// maxSize is the limit that holds.
func (opt *Options) maxSize() int {
	if opt.MaxSize > 0 {
		return opt.MaxSize
	}
	return DefaultMaxSize
}

// Parse reads a message file (smstools spec §1.1). The error is a *Rejection: the
// file is too large or an Include cannot be done. Everything else that is wrong
// with a file waits in the Outgoing for the Check methods, so that all reasons
// come in the order of spec §1.10.
//
// Differences from smsd: a line of more than 755 octets is one line, a body of
// more than MaxBody octets is refused and not cut, and so are macros of more than
// MaxMacros octets.
func Parse(data []byte, opt Options) (*Outgoing, error) {
	p := parser{opt: &opt, out: new(Outgoing)}
	own, err := p.readFile(data)
	if err != nil {
		return nil, err
	}
	p.out.AlphabetGiven = p.out.Alphabet != AlphabetUnset
	if !p.out.AlphabetGiven {
		p.out.Alphabet = defaultAlphabet(opt.Alphabet)
	}
	p.judgeHeaders()
	p.finishBody(own)
	return p.out, nil
}

func defaultAlphabet(a Alphabet) Alphabet {
	if a == AlphabetUnset {
		return ISO
	}
	return a
}

// parser holds the state of one Parse.
type parser struct {
	opt    *Options
	out    *Outgoing
	macros []macro
	// macroOctets is the length of all macros together.
	macroOctets int
	included    [][]byte
	includes    int
	bad         badHeaders
	// inside says that the file at hand is an included one.
	inside bool
}

// readFile reads the headers of a file and returns its body.
func (p *parser) readFile(data []byte) ([]byte, error) {
	if len(data) > p.opt.maxSize() {
		return nil, &Rejection{Reason: ReasonTooLarge}
	}
	rest := stripBOM(data)
	for len(rest) > 0 {
		var line []byte
		line, rest = cutLine(rest)
		if isSeparator(line) {
			return rest, nil
		}
		if err := p.readLine(line); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// readLine reads one header line; a line that is no header is passed over.
func (p *parser) readLine(line []byte) error {
	name, raw := splitLine(line)
	if name == nil {
		return nil
	}
	name = p.opt.Locale.english(name)
	switch string(name) {
	case "Macro":
		p.addMacro(raw)
	case "Include":
		return p.include(cleanValue(raw))
	default:
		p.setHeader(name, cleanValue(raw))
	}
	return nil
}

// include reads another file in the place of an Include header; an Include inside
// an included file is passed over (smstools spec §1.2).
func (p *parser) include(path []byte) error {
	if p.inside || len(path) == 0 {
		return nil
	}
	p.includes++
	if p.opt.Include == nil || p.includes > maxIncludes {
		return reject(ReasonInclude, path)
	}
	data, err := p.opt.Include(string(path))
	if err != nil {
		return reject(ReasonInclude, path)
	}
	p.inside = true
	body, err := p.readFile(data)
	p.inside = false
	p.included = append(p.included, body)
	return err
}
