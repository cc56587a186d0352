package behaviours

import (
	"strings"
	"testing"
)

func texts() []behaviour {
	utf8 := func(body string) string { return "To: 49111\nAlphabet: UTF-8\n\n" + body }
	hexBody := "0605040B8423F0 : c\n# x\nSTRING:ab\nINLINESTRING:cd\nLENGTH\n0102\nLENGTH\n"
	return []behaviour{
		{32, "white space at the end", message(basis, "To: 49111\n\nhi \t\r\n\n", sends(hi))},
		{32, "a single space", message(basis, "To: 49111\n\n ", sends("00110005919411F10000FF0120"))},
		{32, "white space that is kept", message(with{global: "trim_text = no"}, "To: 49111\n\nhi \n", sends("00110005919411F10000FF04E8344801"))},
		{33, "UTF-8 that fits GSM", message(basis, utf8("é€"), sends("00110005919411F10000FF03854D19"), lacks("NOTICE"))},
		{34, "UTF-8 that does not", message(basis, utf8("ê ő é"), sends("00110005919411F10008FF0A00EA00200151002000E9"), has("\nNOTICE: "))},
		{34, "notices about it", message(basis, utf8("ê ő é"), notices(2))},
		{34, "notice_ucs2 = 1", message(with{modem: "notice_ucs2 = 1"}, utf8("ê ő é"), notices(1))},
		{34, "notice_ucs2 = 0", message(with{modem: "notice_ucs2 = 0"}, utf8("ê ő é"), notices(0))},
		{35, "ISO that drops nothing", message(basis, "To: 49111\n\nabc€", notices(0))},
		{35, "ISO drops what GSM lacks", message(basis, "To: 49111\n\nab中c€", sends("00110005919411F10000FF0561F1785306"), has("\nNOTICE: "))},
		{36, "emoji are sent whole", message(basis, utf8("a😀b"), sends("00110005919411F10008FF080061D83DDE000062"))},
		{36, "emoji at the edge of a part", recorded("utf-emoji", "utf-emoji-edge")},
		{37, "the euro is two septets", message(basis, "To: 49111\n\n€", sends("00110005919411F10000FF029B32"))},
		{38, "look-alikes", message(basis, utf8("ê"), sends("00110005919411F10000FF0165"))},
		{38, "no look-alikes", message(with{modem: "cs_convert_optical = no"}, utf8("ê"), sends("00110005919411F10008FF0200EA"))},
		{39, "UCS2 as it is", message(basis, "To: 49111\nAlphabet: UCS2\n\n\x20\xAC\x00a", sends("00110005919411F10008FF0420AC0061"))},
		{40, "hex notation", message(basis, "To: 49111\nAlphabet: binary\nHex: yes\n\n"+hexBody,
			sends("00510005919411F10004FF100605040B8423F0616203636400020102"))},
		{40, "hex notation of a text", message(basis, "To: 49111\nHex: yes\n\n6869\n", sends(hi))},
		{41, "odd hex", message(basis, "To: 49111\nAlphabet: binary\nHex: yes\nUDH: no\n\n01023\n", fails("Hex presentation error"), has("01023"))},
		{42, "macros", message(basis, "To: 49111\nMacro: @N@=Bob\nMacro: @X@=\nMacro: @N@=Ann\n\nHi @N@@X@!", sends("00110005919411F10000FF07C83428E8768700"))},
		{43, "included files", recorded("include-and-body", "include-text")},
		{44, "Text_is_pdu", message(pduKey, "To: 123\nText_is_pdu: yes\n\n"+hi+"\n", sends(hi))},
		{44, "Text_is_pdu with a wrong key", message(pduKey, "To: 124\nText_is_pdu: yes\n\n"+hi+"\n", fails("Invalid key (To) for text_is_pdu"))},
		{55, "a national language", message(basis, "To: 49111\nAlphabet: UTF-8\nLanguage: turk\n\nşğ", sends("00510005919411F10000FF0703250101E83000"))},
		{56, "Spanish shifts singly", message(basis, "To: 49111\nAlphabet: UTF-8\nLanguage: spanish\n\nÁ", parts("03240102"))},
	}
}

// notices wants so many headers NOTICE.
func notices(n int) wanted {
	return func(t *testing.T, r result) {
		t.Helper()
		if got := strings.Count(r.text, "\nNOTICE: "); got != n || r.Outcome != "sent" {
			t.Errorf("%s with %d notices, want %d", r.Outcome, got, n)
		}
	}
}

var pduKey = with{modem: "text_is_pdu_key = 123"}

func splitting() []behaviour {
	text := func(headers, body string) string { return "To: 49111\n" + headers + "\n" + body }
	ucs2 := func(n int) string { return strings.Repeat("\x4E\x2D", n) }
	a := func(n int) string { return strings.Repeat("a", n) }
	// sms is the beginning of a PDU up to TP-UDL.
	const gsm, gsmUDH, uni, uniUDH = "00110005919411F10000FF", "00510005919411F10000FF", "00110005919411F10008FF", "00510005919411F10008FF"
	return []behaviour{
		{45, "160 characters", message(basis, text("", a(160)), parts(gsm+"A0"))},
		{45, "161 characters", message(basis, text("", a(161)), parts(gsmUDH+"A0050003000201C2E170", gsmUDH+"0F050003000202"))},
		{46, "70 units of UCS2", message(basis, text("Alphabet: UCS2\n", ucs2(70)), parts(uni+"8C4E2D"))},
		{46, "71 units of UCS2", message(basis, text("Alphabet: UCS2\n", ucs2(71)), parts(uniUDH+"8C0500030002014E2D", uniUDH+"0E0500030002024E2D"))},
		// smsd cuts the text in silence (W26).
		{47, "Autosplit 0", message(basis, text("Autosplit: 0\n", a(161)), fails("Too long text for single part sending"))},
		{47, "Autosplit 0 that fits", message(basis, text("Autosplit: 0\n", a(160)), parts(gsm+"A0"))},
		{48, "Autosplit 0 of binary", message(basis, text("Autosplit: 0\nAlphabet: binary\nUDH: no\n", a(141)), fails("Too long data for single part sending"))},
		{49, "Autosplit 1", message(basis, text("Autosplit: 1\n", a(161)), parts(gsm+"A0", gsm+"0161"))},
		// smsd overwrites the numbers (W24). 1/3 and so on are the septets 31 2F 33 20.
		{50, "Autosplit 2", message(basis, text("Autosplit: 2\n", a(320)), parts(gsm+"A0B1D70C", gsm+"A0B2D70C", gsm+"0CB3D70C"))},
		{50, "Autosplit 2 in UCS2", message(basis, text("Autosplit: 2\nAlphabet: UCS2\n", ucs2(101)),
			parts(uni+"8C0031002F003200204E2D", uni+"4E0032002F003200204E2D"))},
		{50, "Autosplit 2 of 100 parts", recorded("split2-100parts")},
		{51, "nothing is torn apart", recorded("ext-edge-152", "ext-edge-305", "ucs2-surrogate")},
		{52, "one reference for a message", message(basis, text("", a(161)), sameReference)},
		{53, "binary with a UDH of its own", message(basis, text("Alphabet: binary\n", "\x06\x05\x04\x0B\x84\x23\xF0"+a(200)),
			parts("00510005919411F10004FF8B0B05040B8423F00003000201", "00510005919411F10004FF4F050003000202"))},
		{54, "UDH-DATA in one part", message(basis, text("UDH-DATA: 06 05 04 0B 84 23 F0\nAlphabet: binary\n", "\x01\x02\x03"),
			sends("00510005919411F10004FF0A0605040B8423F0010203"))},
		// smsd cuts the text in silence (W26).
		{54, "UDH-DATA and too much text", message(basis, text("UDH-DATA: 06 05 04 0B 84 23 F0\n", a(200)), fails("Too long text to be sent with UDH-DATA"))},
	}
}
