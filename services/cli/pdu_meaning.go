package cli

import (
	"fmt"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// protocol explains TP-PID (3GPP TS 23.040 §9.2.3.9).
func protocol(pid byte) string {
	if n, ok := tpdu.ReplaceType(pid); ok {
		return fmt.Sprintf("replaces the message before it of type %d", n)
	}
	if text, ok := protocolTexts[pid]; ok {
		return text
	}
	switch {
	case pid < 0x20:
		return fmt.Sprintf("no interworking, protocol %d between mobile and service centre", pid)
	case pid < 0x40:
		return fmt.Sprintf("interworking with %s", telematicDevice(pid&0x1F))
	case pid < 0x80:
		return "reserved"
	case pid < 0xC0:
		return "reserved for another coding"
	}
	return "specific to the service centre"
}

var protocolTexts = map[byte]string{
	0x00:                "plain message between mobiles",
	tpdu.PIDType0:       "type 0: acknowledged and discarded in silence",
	0x48:                "device triggering",
	0x5E:                "obsolete: enhanced message service",
	tpdu.PIDReturnCall:  "return call",
	0x7C:                "ANSI-136 R-DATA",
	0x7D:                "data for the mobile equipment",
	0x7E:                "depersonalisation of the mobile equipment",
	tpdu.PIDSIMDownload: "data for the (U)SIM",
}

func telematicDevice(n byte) string {
	if text, ok := telematicDevices[n]; ok {
		return text
	}
	if n >= 0x18 && n <= 0x1E {
		return "a device specific to the service centre"
	}
	return "a reserved device"
}

var telematicDevices = map[byte]string{
	0x00: "a device that the service centre knows", 0x01: "telex", 0x02: "group 3 telefax", 0x03: "group 4 telefax",
	0x04: "a voice telephone", 0x05: "ERMES paging", 0x06: "national paging", 0x07: "videotex",
	0x08: "teletex", 0x09: "teletex in PSPDN", 0x0A: "teletex in CSPDN", 0x0B: "teletex in PSTN",
	0x0C: "teletex in ISDN", 0x0D: "UCI", 0x10: "a message handling facility", 0x11: "X.400",
	0x12: "Internet mail", 0x1F: "a mobile station",
}

// coding explains TP-DCS (3GPP TS 23.038 §4).
func coding(octet byte) string {
	d := tpdu.ParseDCS(octet)
	parts := []string{alphabetText(d.Alphabet)}
	if d.Reserved {
		parts = []string{"reserved coding, taken for the GSM 7 bit alphabet"}
	}
	if d.Compressed {
		parts = append(parts, "compressed")
	}
	if d.HasClass {
		parts = append(parts, classTexts[d.Class])
	}
	if d.AutoDelete {
		parts = append(parts, "to be deleted once it was read")
	}
	if d.Waiting.Present {
		parts = append(parts, waitingText(d.Waiting))
	}
	return strings.Join(parts, ", ")
}

func alphabetText(a tpdu.Alphabet) string {
	switch a {
	case tpdu.Alphabet8Bit:
		return "8-bit data"
	case tpdu.AlphabetUCS2:
		return "UCS2"
	}
	return "GSM 7 bit alphabet"
}

var classTexts = [...]string{
	"class 0 (flash: shown at once)",
	"class 1 (for the mobile equipment)",
	"class 2 (for the SIM)",
	"class 3 (for the terminal equipment)",
}

// waitingText explains a message waiting indication.
func waitingText(w tpdu.Waiting) string {
	text := indicationText(w.Kind) + " no longer waiting"
	if w.Active {
		text = indicationText(w.Kind) + " waiting"
	}
	if w.Store {
		return text + ", store the message"
	}
	return text + ", discard the message"
}

func indicationText(kind tpdu.Indication) string {
	switch kind {
	case tpdu.IndicationVoicemail:
		return "voicemail"
	case tpdu.IndicationFax:
		return "fax"
	case tpdu.IndicationEmail:
		return "mail"
	}
	return "other message"
}

// statusText explains TP-ST in the words of smstools and says who acts next.
func statusText(st tpdu.Status) string {
	return fmt.Sprintf("%d, %s: %s", byte(st), st.Text(), statusClassText(st.Class()))
}

func statusClassText(c tpdu.StatusClass) string {
	switch c {
	case tpdu.StatusCompleted:
		return "final: it arrived, or was replaced"
	case tpdu.StatusTrying:
		return "the service centre keeps trying and reports again"
	case tpdu.StatusPermanent:
		return "final: given up, to repeat it is pointless"
	case tpdu.StatusTemporary:
		return "final: given up, it may be sent again"
	}
	return "reserved; taken for a refused service"
}
