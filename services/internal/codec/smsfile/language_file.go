package smsfile

import (
	"bytes"
	"fmt"
	"strings"
)

// LanguageFile is what a language file says (smstools spec §1.2, setting
// language_file).
type LanguageFile struct {
	Locale *Locale
	// Incoming says that received files are translated too.
	Incoming bool
	// TimeFormat is the strftime form of times; "" leaves the usual one.
	TimeFormat string
}

// LanguageError is a line of a language file that cannot be used.
type LanguageError struct {
	// Line counts from 1.
	Line int
	// Problem says what is wrong with it.
	Problem string
}

// Error returns line and problem.
func (e *LanguageError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Problem) }

// translatables are the header names that a language file may translate, and the two
// words of missed calls.
var translatables = []string{
	"To", "To_TOA", "From", "From_TOA", "From_SMSC", "Flash", "Provider", "Queue", "Binary", "Report", "Autosplit", "Validity",
	"Voicecall", "Replace", "Alphabet", "Include", "Macro", "Hex", "SMSC", "Sent", "Sending_time", "Modem", "Number", "Description",
	"Name", "Received", "Subject", "UDH", "UDH-DATA", "UDH-DUMP", "UDH-Type", "Length", "Fail_reason", "Failed", "IMSI", "IMEI", "Message_id",
	"Priority", "Original_filename", "Call_type", "missed", "CALL MISSED", "Result", "Incomplete", "System_message", "Class", "DCS_hex",
	"Ping", "Reply_path", "Reject_duplicates", "Retries", "Language", "Language_ext", "Message_reference", "Text_is_pdu", "PDU", "Pos",
	"NOTICE", "Warning", "Error", "Alternate_to", "Alternate_after", "Send",
}

// ParseLanguageFile reads a language file. The error is a *LanguageError.
func ParseLanguageFile(data []byte) (LanguageFile, error) {
	f := LanguageFile{Incoming: true, Locale: &Locale{Accept: map[string]string{}, Print: map[string]string{}}}
	line := 0
	for text := range bytes.Lines(data) {
		line++
		content := strings.TrimSpace(string(text))
		if content == "" || content[0] == '#' {
			continue
		}
		key, value, found := strings.Cut(content, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !found || key == "" || value == "" {
			return f, &LanguageError{line, "write it as header = translation"}
		}
		if problem := f.set(key, value); problem != "" {
			return f, &LanguageError{line, problem}
		}
	}
	return f, nil
}

// set takes over a line, and says what is wrong with it.
func (f *LanguageFile) set(key, value string) (problem string) {
	switch strings.ToLower(key) {
	case "incoming":
		f.Incoming = isYes([]byte(value))
	case "datetime":
		f.TimeFormat = value
	case "yes_word":
		f.Locale.YesWord = value
	case "no_word":
		f.Locale.NoWord = value
	case "yes_chars":
		f.Locale.YesPrefixes, problem = quotedList(value)
	case "no_chars":
		f.Locale.NoPrefixes, problem = quotedList(value)
	default:
		return f.translate(strings.TrimSuffix(key, ":"), value)
	}
	return problem
}

// translate takes over the translation of a header: "Word:" is read and written,
// "-Word:" is read, and the header is never written; "-" alone reads English.
func (f *LanguageFile) translate(name, value string) (problem string) {
	english := ""
	for _, known := range translatables {
		if strings.EqualFold(known, name) {
			english = known
		}
	}
	if english == "" {
		return fmt.Sprintf("there is no header %q to translate", name)
	}
	word, silent := strings.CutPrefix(value, "-")
	word = strings.TrimSuffix(strings.TrimSpace(word), ":")
	if strings.Contains(word, ":") {
		return "a translation has a colon at its end alone"
	}
	if word != "" {
		f.Locale.Accept[word] = english
	}
	f.Locale.Print[english] = word
	if silent {
		f.Locale.Print[english] = ""
	}
	return ""
}

// quotedList reads 'K','k'.
func quotedList(value string) (list []string, problem string) {
	for _, item := range strings.Split(value, ",") {
		item = strings.TrimSpace(item)
		const quotes = 2
		if len(item) <= quotes || item[0] != '\'' || item[len(item)-1] != '\'' {
			return nil, "write it as 'K','k'"
		}
		list = append(list, item[1:len(item)-1])
	}
	return list, ""
}
