package cli

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/core/compose"
)

// errEncode says that no PDU can be made as asked.
var errEncode = errors.New("cannot encode")

// encodeFlags are the options of pdu encode.
type encodeFlags struct {
	smsc, dcs, pid, validity, alphabet, udh, language string
	class, split, reference, replace, mr              int
	report, flash, hex, reference16                   bool
	rejectDuplicates, replyPath                       bool
	explain, json                                     bool
}

// notGiven is a number option that was not given.
const notGiven = -1

func (e *env) pduEncode() *cobra.Command {
	var f encodeFlags
	cmd := &cobra.Command{
		Use: "encode NUMBER [TEXT]", Short: "make the PDUs of a message, without sending it",
		Long: "encode makes the PDUs of a message as a modem would be given them, with the length for AT+CMGS,\n" +
			"and sends nothing. Without TEXT, or with - for it, the text is read from standard input.\n\n" +
			"A gateway takes the concatenation reference of a long message from the id of the message; here it\n" +
			"is always the same unless --reference names it.",
		Example: "  viesti pdu encode 358401234567 'Hello'\n" +
			"  viesti pdu encode --explain --report --validity 3d 358401234567 'Hello'\n" +
			"  viesti pdu encode --alphabet binary --udh 0605040B8423F0 --hex 358401234567 '01 06 03'\n" +
			"  viesti pdu encode --reference 300 --reference16 358401234567 - < long.txt",
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error { return e.runEncode(args, f, cmd.ErrOrStderr()) },
	}
	f.register(cmd)
	return cmd
}

func (f *encodeFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.smsc, "smsc", "", "service centre to put before the TPDU; default: that of the SIM")
	fl.BoolVar(&f.report, "report", false, "ask for a status report (TP-SRR)")
	fl.BoolVar(&f.flash, "flash", false, "class 0, shown at once")
	fl.IntVar(&f.class, "class", notGiven, "message class 0 to 3")
	fl.StringVar(&f.dcs, "dcs", "", "octet of TP-DCS in hex; it does not change how the text is written")
	fl.StringVar(&f.pid, "pid", "", "octet of TP-PID in hex")
	fl.StringVar(&f.validity, "validity", "", "time like 30m, 2h, 3d or \"2 weeks\", or the octet of TP-VP, 0 to 255; default: 255")
	fl.StringVar(&f.alphabet, "alphabet", "auto", "auto (GSM, or UCS2 where it is needed), latin (GSM, leaving out what it lacks), gsm (octets are septets), ucs2 or binary")
	fl.BoolVar(&f.hex, "hex", false, "TEXT is octets in hex, in the form of the alphabet")
	fl.StringVar(&f.udh, "udh", "", "user data header in hex, with its length octet")
	fl.IntVar(&f.split, "split", notGiven, "how a long text is cut: 0 not, 1 plain, 2 with numbers in the text, 3 concatenated; default: 3")
	fl.StringVar(&f.language, "language", "", "national language whose shift tables may be used, by name or number")
	fl.IntVar(&f.reference, "reference", notGiven, "reference of a concatenated message: 0 to 255, with --reference16 to 65535")
	fl.BoolVar(&f.reference16, "reference16", false, "concatenation reference of 16 bits")
	fl.IntVar(&f.replace, "replace", notGiven, "replace the message before it of this type, 1 to 7")
	fl.IntVar(&f.mr, "mr", notGiven, "message reference (TP-MR), 0 to 255; default: 0, the modem's choice")
	fl.BoolVar(&f.rejectDuplicates, "reject-duplicates", false, "set TP-RD")
	fl.BoolVar(&f.replyPath, "reply-path", false, "set TP-RP")
	fl.BoolVar(&f.explain, "explain", false, "explain each PDU field by field, as pdu decode does")
	fl.BoolVar(&f.json, "json", false, "print JSON")
	for _, number := range []string{"class", "split", "reference", "replace", "mr"} {
		fl.Lookup(number).DefValue = "0" // the help shows no default then
	}
}

// encodedPart is a part as a modem gets it.
type encodedPart struct {
	// Length is the argument of AT+CMGS.
	Length  int        `json:"length"`
	PDU     string     `json:"pdu"`
	Explain *explained `json:"explained,omitempty"`
}

func (e *env) runEncode(args []string, f encodeFlags, notices io.Writer) error {
	text, err := e.encodeText(args[1:])
	if err != nil {
		return err
	}
	s, set, err := f.submission(args[0], text)
	if err != nil {
		return fmt.Errorf("%w: %w", errEncode, err)
	}
	m, err := compose.Compose(s, &set)
	if err != nil {
		return fmt.Errorf("%w: %w", errEncode, err)
	}
	parts, err := f.parts(m)
	if err != nil {
		return err
	}
	if f.json {
		return writeJSON(e.stdout, struct {
			Parts   []*encodedPart `json:"parts"`
			Notices []string       `json:"notices,omitempty"`
		}{parts, m.Notices})
	}
	for _, n := range m.Notices {
		fmt.Fprintf(notices, "notice: %s\n", strings.Trim(quote(n), `"`))
	}
	return e.writeParts(parts)
}

// encodeText takes the text from the argument or from standard input.
func (e *env) encodeText(args []string) (string, error) {
	if len(args) == 1 && args[0] != "-" {
		return args[0], nil
	}
	data, err := io.ReadAll(io.LimitReader(e.stdin, maxPDUInput))
	if err != nil {
		return "", fmt.Errorf("reading the text from standard input: %w", err)
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

func (f *encodeFlags) parts(m *compose.Message) ([]*encodedPart, error) {
	var parts []*encodedPart
	for i, p := range m.Parts {
		part := &encodedPart{Length: p.Length(), PDU: p.Hex()}
		if f.explain {
			octets, err := hex.DecodeString(part.PDU)
			if err != nil {
				return nil, err
			}
			r, err := readPDU(octets, readOptions{direction: mobileOriginated, length: part.Length})
			if err != nil {
				return nil, err
			}
			part.Explain = describePDU("part "+strconv.Itoa(i+1), r)
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// writeParts writes what one would type at a modem, which pdu decode reads too.
func (e *env) writeParts(parts []*encodedPart) error {
	for i, p := range parts {
		if i > 0 {
			fmt.Fprintln(e.stdout)
		}
		if _, err := fmt.Fprintf(e.stdout, "AT+CMGS=%d\n%s\n", p.Length, p.PDU); err != nil {
			return err
		}
		if p.Explain == nil {
			continue
		}
		if err := writeTables(e.stdout, []*explained{p.Explain}, nil); err != nil {
			return err
		}
	}
	return nil
}
