package modem

// settings are what AT commands change and a power-up brings back.
type settings struct {
	echo, verbose, quiet bool
	// cmee is the form of +CME ERROR (3GPP TS 27.007 §9.1).
	cmee int
	// textMode is AT+CMGF=1.
	textMode bool
	// cnmi are <mode>, <mt>, <bm>, <ds>, <bfr> (3GPP TS 27.005 §3.4.1).
	cnmi [5]int
	// csms is the message service (3GPP TS 27.005 §3.2.1).
	csms int
	cmms int
	clip int
	cscs string
	csca string
	// creg, cgreg and cereg are the <n> of those commands.
	creg, cgreg, cereg int
	cops               int
	cusd               int
}

func newSettings(cfg *Config) settings {
	return settings{echo: true, verbose: !cfg.Terse, textMode: cfg.TextMode, cscs: "GSM", csca: cfg.SMSC}
}

// frame puts a line into the form of an unsolicited result code or an
// information response (ITU-T V.250 §5.7.1).
func (s *settings) frame(line string) []byte {
	if !s.verbose {
		return append([]byte(line), "\r\n"...)
	}
	framed := make([]byte, 0, len(line)+4)
	framed = append(framed, "\r\n"...)
	framed = append(framed, line...)
	return append(framed, "\r\n"...)
}
