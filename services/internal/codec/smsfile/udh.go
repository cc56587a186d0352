package smsfile

import (
	"fmt"
	"strings"
)

// FormatUDH is the value of the UDH-DATA header of a received file: hex octets,
// a space behind each (smstools spec §2.2 row 20); empty without octets.
func FormatUDH(udh []byte) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	out.Grow(3 * len(udh))
	for _, octet := range udh {
		out.WriteByte(digits[octet>>4])
		out.WriteByte(digits[octet&15])
		out.WriteByte(' ')
	}
	return out.String()
}

// UDHType is the value of the UDH-Type header of a received file: the length in
// octets and the name of every information element (smstools spec §2.2 row 21),
// for example `Length=6, [00]Concatenated short messages, 8-bit reference number`.
// One that does not fit the header ends the list, with its name and `, ERROR`; it is
// empty without octets.
func UDHType(udh []byte) string {
	if len(udh) == 0 {
		return ""
	}
	out := fmt.Appendf(nil, "Length=%d", len(udh))
	for rest := udh[1:]; len(rest) > 0; {
		out = fmt.Appendf(out, ", [%02X]%s", rest[0], ElementName(rest[0]))
		if len(rest) < 2 || len(rest) < 2+int(rest[1]) {
			return string(append(out, ", ERROR"...))
		}
		rest = rest[2+int(rest[1]):]
	}
	return string(out)
}

// ElementName is the name of an information element identifier (3GPP TS 23.040
// §9.2.3.24), in the words of smsd.
func ElementName(id byte) string {
	switch {
	case int(id) < len(elementNames) && elementNames[id] != "":
		return elementNames[id]
	case id >= 0x1B && id <= 0x1F:
		return "Reserved for future EMS features"
	case id >= 0x70 && id <= 0x7F:
		return "(U)SIM Toolkit Security Headers"
	case id >= 0x80 && id <= 0x9F:
		return "SME to SME specific use"
	case id >= 0xC0 && id <= 0xDF:
		return "SC specific use"
	default:
		return "Reserved for future use"
	}
}

var elementNames = [...]string{
	0x00: "Concatenated short messages, 8-bit reference number",
	0x01: "Special SMS Message Indication",
	0x02: "Reserved",
	0x03: "unknown",
	0x04: "Application port addressing scheme, 8 bit address",
	0x05: "Application port addressing scheme, 16 bit address",
	0x06: "SMSC Control Parameters",
	0x07: "UDH Source Indicator",
	0x08: "Concatenated short message, 16-bit reference number",
	0x09: "Wireless Control Message Protocol",
	0x0A: "Text Formatting",
	0x0B: "Predefined Sound",
	0x0C: "User Defined Sound (iMelody max 128 bytes)",
	0x0D: "Predefined Animation",
	0x0E: "Large Animation (16*16 times 4 = 32*4 =128 bytes)",
	0x0F: "Small Animation (8*8 times 4 = 8*4 =32 bytes)",
	0x10: "Large Picture (32*32 = 128 bytes)",
	0x11: "Small Picture (16*16 = 32 bytes)",
	0x12: "Variable Picture",
	0x13: "User prompt indicator",
	0x14: "Extended Object",
	0x15: "Reused Extended Object",
	0x16: "Compression Control",
	0x17: "Object Distribution Indicator",
	0x18: "Standard WVG object",
	0x19: "Character Size WVG object",
	0x1A: "Extended Object Data Request Command",
	0x20: "RFC 822 E-Mail Header",
	0x21: "Hyperlink format element",
	0x22: "Reply Address Element",
	0x23: "Enhanced Voice Mail Information",
	0x24: "Single Shift Character Set information",
	0x25: "Locking Shift Character Set information",
}
