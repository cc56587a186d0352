package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// decodeFlags are the options of pdu decode.
type decodeFlags struct {
	direction string
	noSMSC    bool
	json      bool
}

func (e *env) pduDecode() *cobra.Command {
	var f decodeFlags
	cmd := &cobra.Command{
		Use: "decode [HEX...]", Short: "explain PDUs field by field",
		Long: "decode explains PDUs field by field: of a modem, a trace, a log or the PDU header of a message file.\n\n" +
			"It takes them from the arguments, or line by line from standard input, where it passes over what\n" +
			"else a modem says; +CMGL, +CMT and AT+CMGS lines tell it how long the PDU after them should be.\n" +
			"Parts of a long message are also shown joined.",
		Example: "  viesti pdu decode 0791534850020200110005919411F10000FF02E834\n" +
			"  viesti pdu decode --direction mo --no-smsc 110005919411F10000FF02E834\n" +
			"  viesti pdu decode < trace.txt\n" +
			"  viesti pdu encode 358401234567 'Hello' | viesti pdu decode",
		RunE: func(_ *cobra.Command, args []string) error { return e.runDecode(args, f) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.direction, "direction", string(anyDirection), "mo for what a mobile sends, mt for what it receives; auto tells by the message type")
	fl.BoolVar(&f.noSMSC, "no-smsc", false, "no service centre address stands before the TPDU; without the option it is found out")
	fl.BoolVar(&f.json, "json", false, "print JSON")
	return cmd
}

// explained is a PDU with all that can be told about it.
type explained struct {
	// Where is where the PDU stood, for example "line 3".
	Where     string    `json:"where"`
	Type      string    `json:"type"`
	Direction direction `json:"direction"`
	PDU       string    `json:"pdu"`
	// Length is that of the TPDU in octets, the argument of AT+CMGS.
	Length int `json:"length"`
	// Address is the other party; empty when there is none.
	Address string `json:"address"`
	// Alphabet is that of TP-DCS; empty without user data.
	Alphabet string `json:"alphabet,omitempty"`
	// Text is there when the user data is text.
	Text *string `json:"text,omitempty"`
	// Part is the place in a concatenated message.
	Part *place `json:"part,omitempty"`
	// Warnings are those about the PDU as a whole; others are with their fields.
	Warnings []string `json:"warnings,omitempty"`
	Fields   []field  `json:"fields"`

	reading *reading
}

// place is a part's place in a concatenated message.
type place struct {
	Reference uint16 `json:"reference"`
	Total     uint8  `json:"total"`
	Number    uint8  `json:"number"`
}

func (e *env) runDecode(args []string, f decodeFlags) error {
	o := readOptions{direction: direction(f.direction), bare: f.noSMSC}
	switch o.direction {
	case anyDirection, mobileOriginated, mobileTerminated:
	default:
		return fmt.Errorf("cannot decode: --direction is %q, want mo, mt or auto", f.direction)
	}
	texts, err := e.texts(args)
	if err != nil {
		return err
	}
	if len(texts) == 0 {
		return fmt.Errorf("%w given", errNoPDU)
	}
	all, failed := explainAll(texts, o)
	if err := e.writeExplained(all, f.json); err != nil {
		return err
	}
	return failed
}

// explainAll explains what can be explained, and returns why the rest cannot.
func explainAll(texts []pduText, o readOptions) ([]*explained, error) {
	all := []*explained{}
	var failed []error
	for _, t := range texts {
		x, err := explainText(t, o)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		all = append(all, x)
	}
	return all, errors.Join(failed...)
}

func explainText(t pduText, o readOptions) (*explained, error) {
	octets, warnings, err := t.octets()
	if err != nil {
		return nil, err
	}
	o.length = t.length
	r, err := readPDU(octets, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.where, err)
	}
	x := describePDU(t.where, r)
	for _, w := range warnings {
		x.Warnings = append(x.Warnings, w.String())
	}
	return x, nil
}

// describePDU tells all about a PDU.
func describePDU(where string, r *reading) *explained {
	x := &explained{
		Where: where, Type: r.typeName(), Direction: r.direction(), PDU: fmt.Sprintf("%X", r.octets), Length: r.length(),
		Address: bareNumber(r.address()), Fields: r.explain(), reading: r,
	}
	if r.lengthFault != "" {
		x.Warnings = append(x.Warnings, r.lengthFault)
	}
	u := r.userData()
	if !u.there {
		return x
	}
	x.Alphabet = tpdu.ParseDCS(u.dcs).Alphabet.String()
	if text, ok := u.form().text(u.data); ok {
		x.Text = &text
	}
	if part, ok := tpdu.Concatenation(u.udh); ok {
		x.Part = &place{Reference: part.Reference, Total: part.Total, Number: part.Seq}
	}
	return x
}

// writeExplained writes the explanations, and the messages that they make up.
func (e *env) writeExplained(all []*explained, asJSON bool) error {
	joined := joinParts(all)
	if !asJSON {
		return writeTables(e.stdout, all, joined)
	}
	return writeJSON(e.stdout, struct {
		PDUs   []*explained     `json:"pdus"`
		Joined []*joinedMessage `json:"joined,omitempty"`
	}{all, joined})
}
