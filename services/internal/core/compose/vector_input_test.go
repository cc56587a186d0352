package compose_test

import (
	"bytes"
	"encoding/hex"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/split"
)

// zeroReferenceID returns a message id whose 8-bit reference is the 00 that the
// vectors are normalised to.
func zeroReferenceID() string {
	for i := 0; ; i++ {
		if id := "m" + strconv.Itoa(i); split.Reference(id, false) == 0 {
			return id
		}
	}
}

// input is a message file read in the simplest way that serves the vectors.
type input struct {
	headers map[string]string
	macros  [][2]string
	body    []byte
}

func readInput(t *testing.T, content []byte) *input {
	t.Helper()
	in := &input{headers: map[string]string{}}
	head, body := splitFile(content)
	for _, line := range head {
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch key {
		case "Macro":
			name, replacement, _ := strings.Cut(value, "=")
			in.macros = append(in.macros, [2]string{name, replacement})
		case "Include":
			in.include(t, strings.TrimPrefix(value, "@INCLUDE@/"))
		default:
			in.headers[key] = value
		}
	}
	in.body = append(in.body, body...)
	return in
}

func (in *input) include(t *testing.T, name string) {
	t.Helper()
	included := readInput(t, readFile(t, filepath.Join(vectorDir(t), "include", name)))
	for key, value := range included.headers {
		in.headers[key] = value
	}
	in.body = bytes.TrimRight(included.body, "\r\n")
}

func (in *input) yes(key string) bool {
	v := in.headers[key]
	return v != "" && strings.ContainsAny(v[:1], "1yYtT") || strings.HasPrefix(v, "on") || strings.HasPrefix(v, "On")
}

func (in *input) tri(key string) message.Tri {
	if _, given := in.headers[key]; !given {
		return message.Unset
	}
	return message.TriOf(in.yes(key))
}

// octet returns a number from 0 to most, nil for anything else.
func (in *input) octet(key string, most uint64) *uint8 {
	n, err := strconv.ParseUint(in.headers[key], 10, 8)
	if err != nil || n > most {
		return nil
	}
	return new(uint8(n))
}

func (in *input) language(key string) *uint8 {
	if in.headers[key] == "" {
		return nil
	}
	if n := in.octet(key, 255); n != nil {
		return n
	}
	l, _ := gsm7.LookupLanguage(in.headers[key])
	return new(uint8(l))
}

func (in *input) submission(t *testing.T, settings map[string]string) *message.Submission {
	t.Helper()
	s := &message.Submission{
		ID: zeroReferenceID(), Recipient: message.NewAddress(in.recipient()), Trim: true,
		NumberType: in.numberType(), Alphabet: in.alphabet(settings["alphabet"]), Options: in.options(),
	}
	if in.yes("Text_is_pdu") {
		in.readPDU(t, s)
		return s
	}
	s.Body = message.NewBody(in.content(t, s.Alphabet))
	if s.Alphabet == message.Latin && in.yes("Hex") {
		s.Alphabet = message.GSM // smsd converts no hex notation (recorded: hex-text-iso)
	}
	return s
}

func (in *input) readPDU(t *testing.T, s *message.Submission) {
	t.Helper()
	octets, _ := hex.DecodeString(strings.TrimSpace(string(in.body)))
	s.Kind, s.Options.PDUKey, s.Body = message.PDU, in.recipient(), message.NewBody(octets)
}

func (in *input) recipient() string {
	to := strings.TrimPrefix(in.headers["To"], "00")
	if _, after, ok := strings.Cut(to, "+"); ok {
		to = after
	}
	short := strings.HasPrefix(to, "s")
	to = strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimPrefix(to, "s"))
	if i := strings.IndexFunc(to, func(r rune) bool { return !strings.ContainsRune("*#0123456789", r) }); i >= 0 {
		to = to[:i]
	}
	if short && to != "" {
		return "s" + to
	}
	if len(to) > 99 {
		return ""
	}
	return to
}

func (in *input) numberType() message.NumberType {
	switch strings.ToLower(in.headers["To_TOA"]) {
	case "unknown":
		return message.NumberUnknown
	case "international":
		return message.NumberInternational
	case "national":
		return message.NumberNational
	}
	return message.NumberAuto
}

func (in *input) alphabet(standard string) message.Alphabet {
	word := in.headers["Alphabet"]
	if word == "" {
		word = standard
	}
	word = strings.ToLower(word)
	switch {
	case word == "gsm":
		return message.GSM
	case strings.HasPrefix(word, "utf"):
		return message.UTF8
	case strings.HasPrefix(word, "ucs"):
		return message.UCS2
	case strings.HasPrefix(word, "bin"):
		return message.Binary
	}
	return message.Latin
}

func (in *input) options() message.Options {
	o := message.Options{
		Report: in.tri("Report"), Flash: in.yes("Flash"), Class: in.octet("Class", 3), Ping: in.yes("Ping"),
		ReplyPath: in.tri("Reply_path"), RejectDuplicates: in.yes("Reject_duplicates"),
		MessageReference: in.octet("Message_reference", 255), Validity: in.octet("Validity", 255),
		UDHI: in.tri("UDH"), Language: in.language("Language"), LanguageExt: in.language("Language_ext"),
		SMSC: message.NewAddress(strings.TrimLeft(in.headers["SMSC"], "+")),
	}
	if replace := in.octet("Replace", 7); replace != nil {
		o.Replace = *replace
	}
	if v, err := strconv.Atoi(in.headers["Autosplit"]); err == nil {
		o.Split = new(message.Split(v))
	} else if in.headers["Autosplit"] != "" {
		o.Split = new(message.SplitNone)
	}
	if dcs, err := hex.DecodeString(in.headers["DCS_hex"]); err == nil && len(dcs) == 1 {
		o.DCS = new(dcs[0])
	}
	o.UDH, _ = hex.DecodeString(strings.ReplaceAll(in.headers["UDH-DATA"], " ", ""))
	switch strings.ToLower(in.headers["System_message"]) {
	case "":
	case "2", "tosim":
		o.System = message.SystemToSIM
	default:
		o.System = message.SystemMessage
	}
	return o
}

// content applies macros and hex notation.
func (in *input) content(t *testing.T, alphabet message.Alphabet) []byte {
	t.Helper()
	body := in.body
	isHex := in.yes("Hex") && alphabet != message.UCS2
	if isHex || alphabet == message.Latin {
		for _, m := range in.macros {
			if m[0] != "" {
				body = bytes.ReplaceAll(body, []byte(m[0]), []byte(m[1]))
			}
		}
	}
	if isHex {
		return hexNotation(t, body)
	}
	return body
}

func hexNotation(t *testing.T, body []byte) []byte {
	t.Helper()
	var out []byte
	length := -1
	for line := range strings.SplitSeq(string(body), "\n") {
		line = strings.TrimLeft(strings.TrimRight(line, "\r"), " ")
		if text, ok := strings.CutPrefix(line, "INLINESTRING:"); ok {
			out = append(append(append(out, 3), text...), 0)
		} else if text, ok := strings.CutPrefix(line, "STRING:"); ok {
			out = append(out, text...)
		} else if strings.HasPrefix(line, "LENGTH") && length < 0 {
			length = len(out)
			out = append(out, 0)
		} else if strings.HasPrefix(line, "LENGTH") {
			out[length] = byte(len(out) - length - 1)
			length = -1
		} else {
			out = append(out, hexLine(t, line)...)
		}
	}
	return out
}

func hexLine(t *testing.T, line string) []byte {
	t.Helper()
	if i := strings.IndexAny(line, "/'#:"); i >= 0 {
		line = line[:i]
	}
	octets, err := hex.DecodeString(strings.ReplaceAll(line, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

// settingsOf turns a recorded configuration into Settings.
func settingsOf(settings map[string]string) *compose.Settings {
	set := compose.DefaultSettings()
	list := func(key string) []string {
		if settings[key] == "" {
			return nil
		}
		return strings.Split(settings[key], ",")
	}
	set.InternationalPrefixes, set.NationalPrefixes = list("international_prefixes"), list("national_prefixes")
	set.NationalTOAUnknown = settings["national_toa_unknown"] == "yes"
	set.SMSC, set.SMSCInPDU = settings["smsc"], settings["smsc_pdu"] == "yes"
	set.ReplyPath, set.PDUKey = settings["reply_path"] == "yes", settings["text_is_pdu_key"]
	set.CSConvert = settings["cs_convert"] != "no"
	if settings["report"] == "yes" {
		set.Report = compose.ReportYes
	}
	if v, err := strconv.Atoi(settings["autosplit"]); err == nil {
		set.Split = message.Split(v)
	}
	if v, err := strconv.Atoi(settings["notice_ucs2"]); err == nil {
		set.NoticeUCS2 = uint8(v)
	}
	return &set
}
