package behaviours

// hi is the PDU of the text hi to 49111, and of that text to others.
const (
	hi       = "00110005919411F10000FF02E834"
	hiIntl   = "0011000C915348103254760000FF02E834"
	hiGerman = "0011000C919471123254760000FF02E834"
	hiShort  = "00110005812143F50000FF02E834"
	hiNatl   = "00110005A19411F10000FF02E834"
	hiUnkn   = "00110005819411F10000FF02E834"
)

func addressing() []behaviour {
	return []behaviour{
		{1, "a text is sent in 7 bits", message(basis, "To: 49111\n\nhi", sends(hi))},
		{2, "plus, 00, spaces and hyphens", message(basis, "To: +358 40 123-4567\n\nhi", sends(hiIntl))},
		{2, "double zero", message(basis, "To: 00358401234567\n\nhi", sends(hiIntl))},
		{3, "a short number has type 81", message(basis, "To: s12345\n\nhi", sends(hiShort))},
		{4, "a number among other words", message(basis, "To: \"X +491721234567\" <a@b>\n\nhi", sends(hiGerman))},
		{5, "cut at the first other character", message(basis, "To: 123abc456\n\nhi", sends("001100039121F30000FF02E834"))},
		{6, "an s alone is no destination", message(basis, "To: s\n\nhi", fails("No destination"))},
		{6, "no To is no destination", message(basis, "From: me\n\nhi", fails("No destination"))},
		{7, "the last To wins", message(basis, "To: 358\nTo: 49111\n\nhi", sends(hi))},
		{8, "a header in lower case is none", message(basis, "to: 49111\n\nhi there", fails("No destination"))},
		{8, "an indented header is none", message(basis, " To: 49111\n\nhi there", fails("No destination"))},
		{9, "no space is needed", message(basis, "To:49111\n\nhi", sends(hi))},
		{10, "CR and LF end lines", message(basis, "To: 49111\r\nFlash: yes\r\n\r\nhi", sends("00110005919411F10010FF02E834"))},
		{11, "a byte order mark", message(basis, "\xEF\xBB\xBFTo: 49111\n\nhi", sends(hi), lacks("\xEF\xBB\xBF"))},
		{12, "unknown headers survive", message(basis, "To: 49111\nX-Mine: 1\nDepartment: of\n\nhi", sends(hi), has("X-Mine: 1\nDepartment: of\n"))},
		{13, "To_TOA national", message(basis, "To: 49111\nTo_TOA: National\n\nhi", sends(hiNatl))},
		{13, "To_TOA unknown", message(basis, "To: 49111\nTo_TOA: unknown\n\nhi", sends(hiUnkn))},
		{13, "To_TOA international", message(basis, "To: 49111\nTo_TOA: INTERNATIONAL\n\nhi", sends(hi))},
		{13, "To_TOA of another word", message(basis, "To: 49111\nTo_TOA: local\n\nhi", fails("Invalid number type"))},
		{14, "international_prefixes", message(with{global: "international_prefixes = 358"}, "To: 49111\n\nhi", sends(hiNatl))},
		{14, "international_prefixes that match", message(with{global: "international_prefixes = 358"}, "To: 358401234567\n\nhi", sends(hiIntl))},
		{14, "both, and the national one matches", message(with{global: "international_prefixes = 49, 358\nnational_prefixes = 491"}, "To: 49111\n\nhi", sends(hiNatl))},
		{14, "both, and the international one matches", message(with{global: "international_prefixes = 49, 358\nnational_prefixes = 491"}, "To: 358401234567\n\nhi", sends(hiIntl))},
		{14, "prefixes and To_TOA", message(with{global: "national_prefixes = 491"}, "To: 49111\nTo_TOA: international\n\nhi", sends(hi))},
		{14, "prefixes and a short number", message(with{global: "national_prefixes = 1"}, "To: s12345\n\nhi", sends(hiShort))},
		{14, "national_prefixes", message(with{global: "national_prefixes = 491"}, "To: 49111\n\nhi", sends(hiNatl))},
		{14, "national_prefixes of others", message(with{global: "national_prefixes = 491"}, "To: 358401234567\n\nhi", sends(hiIntl))},
		{15, "national_toa_unknown", message(natlUnknown, "To: 49111\n\nhi", sends(hiUnkn))},
		{15, "national_toa_unknown and others", message(natlUnknown, "To: 358401234567\n\nhi", sends(hiIntl))},
		{15, "national_toa_unknown and To_TOA", message(natlUnknown, "To: 49111\nTo_TOA: national\n\nhi", sends(hiNatl))},
	}
}

var natlUnknown = with{global: "national_prefixes = 491", modem: "national_toa_unknown = yes"}
