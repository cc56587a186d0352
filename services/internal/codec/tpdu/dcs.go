package tpdu

// Alphabet is the form of the user data that TP-DCS names (3GPP TS 23.038 §4).
type Alphabet uint8

// Alphabets. The zero value is the GSM default alphabet, which also stands in
// for every reserved coding.
const (
	AlphabetGSM7 Alphabet = iota
	Alphabet8Bit
	AlphabetUCS2
)

// String returns "gsm7", "8bit" or "ucs2".
func (a Alphabet) String() string {
	switch a {
	case Alphabet8Bit:
		return "8bit"
	case AlphabetUCS2:
		return "ucs2"
	}
	return "gsm7"
}

// Indication is the kind of waiting message that TP-DCS or a header element
// tells of (3GPP TS 23.038 §4, 3GPP TS 23.040 §9.2.3.24.2).
type Indication uint8

// Indications, with the numbers of the coding.
const (
	IndicationVoicemail Indication = iota
	IndicationFax
	IndicationEmail
	IndicationOther
)

// Waiting is a message waiting indication (3GPP TS 23.038 §4, groups 1100 to 1110).
type Waiting struct {
	// Present says that TP-DCS carries an indication; the rest is zero otherwise.
	Present bool
	// Active says whether the indication is to be shown or taken away.
	Active bool
	// Store says whether the message itself is to be kept.
	Store bool
	Kind  Indication
}

// DCS is a data coding scheme (3GPP TS 23.038 §4).
type DCS struct {
	Alphabet   Alphabet
	Compressed bool
	// HasClass says whether Class, 0 to 3, was given.
	HasClass bool
	Class    uint8
	// AutoDelete marks a message to be deleted once it was read.
	AutoDelete bool
	Waiting    Waiting
	// Reserved says that the octet uses a coding without meaning, and that
	// AlphabetGSM7 was assumed (3GPP TS 23.038 §4).
	Reserved bool
}

// Septets reports whether TP-UDL counts septets: compressed text counts octets
// (3GPP TS 23.040 §9.2.3.16).
func (d DCS) Septets() bool { return d.Alphabet == AlphabetGSM7 && !d.Compressed }

// ParseDCS reads a TP-DCS octet; every octet has a meaning.
func ParseDCS(octet byte) DCS {
	switch octet >> 4 {
	case 0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7:
		return parseGeneral(octet)
	case 0xC, 0xD, 0xE:
		return parseWaiting(octet)
	case 0xF:
		return parseClass(octet)
	}
	return DCS{Reserved: true}
}

// parseGeneral reads the groups 00xx and 01xx.
func parseGeneral(octet byte) DCS {
	d := DCS{
		Compressed: octet&0x20 != 0,
		HasClass:   octet&0x10 != 0,
		AutoDelete: octet&0x40 != 0,
	}
	if d.HasClass {
		d.Class = octet & 0x03
	}
	alphabet := Alphabet(octet >> 2 & 0x03)
	d.Reserved = alphabet > AlphabetUCS2
	if !d.Reserved {
		d.Alphabet = alphabet
	}
	return d
}

// parseWaiting reads the groups 1100 (discard), 1101 (store) and 1110 (store, UCS2).
func parseWaiting(octet byte) DCS {
	group := octet >> 4
	d := DCS{Waiting: Waiting{
		Present: true,
		Active:  octet&0x08 != 0,
		Store:   group != 0xC,
		Kind:    Indication(octet & 0x03),
	}}
	if group == 0xE {
		d.Alphabet = AlphabetUCS2
	}
	return d
}

// parseClass reads the group 1111.
func parseClass(octet byte) DCS {
	d := DCS{HasClass: true, Class: octet & 0x03}
	if octet&0x04 != 0 {
		d.Alphabet = Alphabet8Bit
	}
	return d
}
