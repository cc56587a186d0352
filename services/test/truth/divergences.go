package truth

import "testing"

// Divergence is a recorded case in which Viesti deliberately differs. Each has
// its row in services/doc/divergences-smstools.md.
type Divergence struct {
	Reason string
	check  func(t testing.TB, c *Outgoing, got, want Observed)
	// rules replace those of the simulated modem.
	rules string
}

// Check checks that Viesti does what it should do instead.
func (d Divergence) Check(t testing.TB, c *Outgoing, got, want Observed) {
	t.Helper()
	d.check(t, c, got, want)
}

// Divergences are all of them, by the name of the case.
var Divergences = map[string]Divergence{
	"bin-hex-length-open": {Reason: early, check: rejectedEarly},
	"bin-hex-odd":         {Reason: early, check: rejectedEarly},
	"hex-text-odd":        {Reason: early, check: rejectedEarly},
	"language-14":         {Reason: early, check: rejectedEarly},
	"mr-300":              {Reason: early, check: rejectedEarly},
	"system-message-long": {Reason: early, check: rejectedEarly},

	"split-word":      {Reason: "smsd cuts the text in silence", check: refusedWith("Too long text for single part sending")},
	"udh-data-200":    {Reason: "smsd cuts the text in silence", check: refusedWith("Too long text to be sent with UDH-DATA")},
	"split3-256parts": {Reason: "smsd cuts the file and sends malformed headers", check: refusedWith("Too long body")},
	"text-is-pdu-bad": {Reason: "smsd gives the modem what is no PDU", check: refusedWith("Invalid PDU")},
	"to-long-21":      {Reason: "an address holds 20 digits (3GPP TS 23.040 §9.1.2.5)", check: refusedWith("Too long destination")},
	"gsm-cr-only":     {Reason: "smsd glues the reason to the last line", check: refusedWith("No text or data")},

	"udh-data-lower":    {Reason: "smsd puts lower-case letters into the PDU", check: sentAs("0051000C915348103254760000FF0D0605040B8423F0C8329BFD06")},
	"udh-data-nospaces": {Reason: "smsd reads every third character", check: sentAs("0051000C915348103254760000FF0D0605040B8423F0C8329BFD06")},
	"smsc-pdu-strict":   {Reason: "smsd counts the service centre into the length (W37)", check: sentAs("079153581032547611000C915348103254760000FF05C8329BFD06")},

	"split-config2":        {Reason: "smsd overwrites the numbers (W24)", check: numbered},
	"split2-100parts":      {Reason: "smsd overwrites the numbers (W24)", check: numbered},
	"split2-161":           {Reason: "smsd overwrites the numbers (W24)", check: numbered},
	"split2-312":           {Reason: "smsd overwrites the numbers (W24)", check: numbered},
	"split2-313":           {Reason: "smsd overwrites the numbers (W24)", check: numbered},
	"ext-edge-152":         {Reason: "smsd cuts between ESC and its character (W25)", check: complete},
	"ext-edge-305":         {Reason: "smsd cuts between ESC and its character (W25)", check: complete},
	"utf-emoji":            {Reason: "smsd drops everything from the first emoji on (W23)", check: complete},
	"utf-emoji-70":         {Reason: "smsd drops everything from the first emoji on (W23)", check: complete},
	"utf-emoji-edge":       {Reason: "smsd drops everything from the first emoji on (W23)", check: complete},
	"utf-emoji-only":       {Reason: "smsd drops everything from the first emoji on (W23)", check: complete},
	"utf-emoji-zwj":        {Reason: "smsd drops everything from the first emoji on (W23)", check: complete},
	"utf-overlong":         {Reason: "overlong forms are not UTF-8; their octets are read as Latin", check: reads("aA-bà -c\n")},
	"utf-invalid-cyrillic": {Reason: "smsd drops everything from the first octet on that is not UTF-8", check: reads("прÿиÃ(в\n")},

	"mr-quoted":  {Reason: "smsd crashes on a time stamp behind the message reference", check: delivered("Message_id: 77\n", "SENT|@DIR@/sent/mr-quoted|77")},
	"name-quote": {Reason: "smsd gives the name to a shell, which fails (W20)", check: delivered("", `SENT|@DIR@/sent/it's "quoted" $HOME;x|1`)},
	"nofailed": {
		Reason: "a file that is not kept is shown to the handler where it waits, not in outgoing",
		check:  removed(`^FAILED\|@DIR@/checked/[0-9a-z]{26}\.nofailed\|$`),
	},
	"binary-garbage": {Reason: "smsd drops the line that ended the headers", check: keptWhole},
	"error-pdu": {
		Reason: "what looks temporary goes back to the queue, for other modems too, before it fails (W14)",
		check:  failedAfter(9),
	},
	"error-cme": {
		Reason: "a busy SIM is the modem's trouble: the message waits for it instead of failing (W14)",
		check:  delivered("Message_id: 1\n", "SENT|@DIR@/sent/error-cme|1"),
		rules:  `[{"stage":"pdu","match":".","action":"reply","reply":"+CME ERROR: 14","times":2}]`,
	},
}

const early = "what no modem could send is refused before one is asked, hence without its headers"
