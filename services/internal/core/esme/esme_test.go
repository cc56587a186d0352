package esme

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestAdmit(t *testing.T) {
	t.Parallel()
	handle, drop, ignore := Verdict{Action: Handle}, Verdict{Action: Drop}, Verdict{Action: Ignore}
	nack := func(s smpp.Status) Verdict { return Verdict{Answer, smpp.GenericNACKID, s} }
	resp := func(id smpp.ID, s smpp.Status) Verdict { return Verdict{Answer, smpp.Response(id), s} }
	for _, c := range []struct {
		id                               smpp.ID
		open, tx, rx, trx, leave, closed Verdict
	}{
		{smpp.BindTransceiverID, handle, resp(smpp.BindTransceiverID, smpp.RAlyBnd), resp(smpp.BindTransceiverID, smpp.RAlyBnd), resp(smpp.BindTransceiverID, smpp.RAlyBnd), ignore, drop},
		{smpp.SubmitSMID, drop, handle, resp(smpp.SubmitSMID, smpp.RInvBndSts), handle, ignore, drop},
		{smpp.CancelSMID, drop, handle, resp(smpp.CancelSMID, smpp.RInvBndSts), handle, ignore, drop},
		{smpp.DeliverSMRespID, drop, nack(smpp.RInvBndSts), handle, handle, handle, drop},
		{smpp.SubmitSMRespID, drop, nack(smpp.RInvBndSts), nack(smpp.RInvBndSts), nack(smpp.RInvBndSts), ignore, drop},
		{smpp.EnquireLinkID, drop, handle, handle, handle, handle, drop},
		{smpp.UnbindID, drop, handle, handle, handle, handle, drop},
		{smpp.OutbindID, drop, nack(smpp.RInvCmdID), nack(smpp.RInvCmdID), nack(smpp.RInvCmdID), ignore, drop},
		{smpp.DeliverSMID, drop, nack(smpp.RInvCmdID), nack(smpp.RInvCmdID), nack(smpp.RInvCmdID), ignore, drop},
		{0x777, drop, nack(smpp.RInvCmdID), nack(smpp.RInvCmdID), nack(smpp.RInvCmdID), ignore, drop},
	} {
		for s, want := range []Verdict{c.open, c.tx, c.rx, c.trx, c.leave, c.closed} {
			if got := State(s).Admit(c.id); got != want {
				t.Errorf("%v in state %v: %+v, want %+v", c.id, State(s), got, want)
			}
		}
	}
}

// TestStrangersHearNothing: whatever the command, before a bind it is a bind that
// is handled, or the end.
func TestStrangersHearNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := smpp.ID(rapid.OneOf(rapid.Uint32(), rapid.Uint32Range(0, 0x120), rapid.Uint32Range(0x80000000, 0x80000120)).Draw(t, "id"))
		_, bind := Bound(id)
		if got := Open.Admit(id).Action; got != Drop && !(bind && got == Handle) {
			t.Fatalf("%#x: %v", uint32(id), got)
		}
	})
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for given, want := range map[uint8]uint8{0: 0x33, 0x33: 0x33, 0x34: 0x34, 0x40: 0x34, 0x50: 0x34, 0x51: 0x34} {
		if got := Version(given, false); got != want {
			t.Errorf("%#x is held in %#x, want %#x", given, got, want)
		}
	}
	if Version(0x50, true) != 0x50 {
		t.Error("5.0 is not spoken where it is on")
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	l := NewLink(DefaultTimers(), now)
	at := func(after time.Duration, wantEnquire, wantGone bool) {
		t.Helper()
		if enquire, gone := l.Check(now.Add(after)); enquire != wantEnquire || gone != wantGone {
			t.Errorf("after %v: enquire %v, gone %v", after, enquire, gone)
		}
	}
	at(59*time.Second, false, false)
	at(60*time.Second, true, false)
	at(69*time.Second, false, false)
	at(70*time.Second, true, false)
	at(80*time.Second, false, true)
	l.Heard(now.Add(80 * time.Second))
	at(100*time.Second, false, false)
	at(140*time.Second, true, false)
	at(380*time.Second, false, true)
	if got := l.Next(); got.After(now.Add(380 * time.Second)) {
		t.Errorf("looked at again only at %v", got)
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Time{
		"260301130000000+": now.Add(time.Hour),
		"260301150000008+": now.Add(time.Hour),
		"260301110000508-": now.Add(time.Hour + 500*time.Millisecond),
		"000000010000000R": now.Add(time.Hour),
		"010203040506000R": time.Date(2027, 5, 4, 16, 5, 6, 0, time.UTC),
	} {
		if got, ok := ParseTime([]byte(text), now); !ok || !got.Equal(want) {
			t.Errorf("%s: %v, %v; want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "260301130000000", "260230130000000+", "261301130000000+", "260301240000000+", "260301130060000+", "260301130000049+",
		"260301130000000Z", "000000010000100R", "000000010000001R", "2603011300000 0+", "-60301130000000+",
	} {
		if got, ok := ParseTime([]byte(text), now); ok {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := time.Unix(rapid.Int64Range(946684800, 4102444799).Draw(t, "seconds"), 0)
		if got, ok := ParseTime([]byte(FormatTime(want)), now); !ok || !got.Equal(want) {
			t.Fatalf("%v came back as %v", want, got)
		}
	})
}

// good is a message that nothing is wrong with.
func good() smpp.ShortMessage {
	return smpp.ShortMessage{
		Source: smpp.Address{TON: 5, Addr: []byte("Viesti")}, Destination: smpp.Address{TON: 1, NPI: 1, Addr: []byte("358401234567")},
		ESMClass: 3, RegisteredDelivery: 1, Text: []byte("hello"),
	}
}

func statusOf(err error) smpp.Status {
	var s smpp.Status
	if err != nil && !errors.As(err, &s) {
		return 0xFFFF
	}
	return s
}

// TestStatuses has a row for each way in which a submission is refused.
func TestStatuses(t *testing.T) {
	t.Parallel()
	type change = func(m *smpp.ShortMessage)
	tlv := func(tag smpp.Tag, v ...byte) change {
		return func(m *smpp.ShortMessage) { m.TLVs = m.TLVs.Append(tag, v...) }
	}
	for name, c := range map[string]struct {
		change change
		want   smpp.Status
	}{
		"nothing wrong":               {func(*smpp.ShortMessage) {}, smpp.OK},
		"service_type":                {func(m *smpp.ShortMessage) { m.ServiceType = []byte("XXX") }, smpp.RInvSerTyp},
		"source TON":                  {func(m *smpp.ShortMessage) { m.Source.TON = 7 }, smpp.RInvSrcTON},
		"source NPI":                  {func(m *smpp.ShortMessage) { m.Source.NPI = 2 }, smpp.RInvSrcNPI},
		"no source":                   {func(m *smpp.ShortMessage) { m.Source.Addr = nil }, smpp.RInvSrcAdr},
		"long name":                   {func(m *smpp.ShortMessage) { m.Source.Addr = []byte("TwelveLetter") }, smpp.RInvSrcAdr},
		"name with a line end":        {func(m *smpp.ShortMessage) { m.Source.Addr = []byte("a\nb") }, smpp.RInvSrcAdr},
		"escape in a name":            {func(m *smpp.ShortMessage) { m.Source.Addr = []byte("a\x1be") }, smpp.RInvSrcAdr},
		"C1 in a name":                {func(m *smpp.ShortMessage) { m.Source.Addr = []byte("a\x9b") }, smpp.RInvSrcAdr},
		"C1 in UTF-8":                 {func(m *smpp.ShortMessage) { m.Source.Addr = []byte("a\u009b") }, smpp.RInvSrcAdr},
		"no country begins with zero": {func(m *smpp.ShortMessage) { m.Destination.Addr = []byte("+0401234567") }, smpp.RInvDstAdr},
		"nor after a trunk prefix": {func(m *smpp.ShortMessage) {
			m.Destination.TON, m.Destination.Addr = 0, []byte("000401234567")
		}, smpp.RInvDstAdr},
		"schedule of this very second":  {func(m *smpp.ShortMessage) { m.ScheduleDeliveryTime = []byte("260301120000000+") }, smpp.OK},
		"schedule of the second before": {func(m *smpp.ShortMessage) { m.ScheduleDeliveryTime = []byte("260301115959900+") }, smpp.RInvSched},
		"source too long for a receipt": {func(m *smpp.ShortMessage) {
			m.Source.Addr = []byte("123456789012345678901")
		}, smpp.RInvSrcAdr},
		"destination too long for a receipt": {func(m *smpp.ShortMessage) {
			m.Destination.Addr = []byte("0012345678901234567890")
		}, smpp.RInvDstAdr},
		"destination TON":      {func(m *smpp.ShortMessage) { m.Destination.TON = 5 }, smpp.RInvDstTON},
		"destination NPI":      {func(m *smpp.ShortMessage) { m.Destination.NPI = 200 }, smpp.RInvDstNPI},
		"destination":          {func(m *smpp.ShortMessage) { m.Destination.Addr = []byte("12a") }, smpp.RInvDstAdr},
		"no destination":       {func(m *smpp.ShortMessage) { m.Destination.Addr = nil }, smpp.RInvDstAdr},
		"a receipt":            {func(m *smpp.ShortMessage) { m.ESMClass = 4 }, smpp.RInvEsmClass},
		"forward mode":         {func(m *smpp.ShortMessage) { m.ESMClass = 2 }, smpp.RInvEsmClass},
		"user acknowledgement": {func(m *smpp.ShortMessage) { m.ESMClass = 8 }, smpp.OK},
		"type 0":               {func(m *smpp.ShortMessage) { m.ProtocolID = 0x40 }, smpp.RSubmitFail},
		"replace type":         {func(m *smpp.ShortMessage) { m.ProtocolID = 0x47 }, smpp.RSubmitFail},
		"SIM download":         {func(m *smpp.ShortMessage) { m.ProtocolID = 0x7F }, smpp.RSubmitFail},
		"priority":             {func(m *smpp.ShortMessage) { m.PriorityFlag = 4 }, smpp.RInvPrtFlg},
		"schedule":             {func(m *smpp.ShortMessage) { m.ScheduleDeliveryTime = []byte("soon") }, smpp.RInvSched},
		"schedule in the past": {func(m *smpp.ShortMessage) { m.ScheduleDeliveryTime = []byte("260301110000000+") }, smpp.RInvSched},
		"schedule too far":     {func(m *smpp.ShortMessage) { m.ScheduleDeliveryTime = []byte("010000000000000R") }, smpp.RInvSched},
		"validity":             {func(m *smpp.ShortMessage) { m.ValidityPeriod = []byte("x") }, smpp.RInvExpiry},
		"validity in the past": {func(m *smpp.ShortMessage) { m.ValidityPeriod = []byte("260301110000000+") }, smpp.RInvExpiry},
		"validity before its due": {func(m *smpp.ShortMessage) {
			m.ScheduleDeliveryTime, m.ValidityPeriod = []byte("000001000000000R"), []byte("000000010000000R")
		}, smpp.RInvExpiry},
		"reserved receipts":       {func(m *smpp.ShortMessage) { m.RegisteredDelivery = 0x20 }, smpp.RInvRegDlvFlg},
		"receipts of 5.0":         {func(m *smpp.ShortMessage) { m.RegisteredDelivery = 3 }, smpp.RInvRegDlvFlg},
		"receipts as Kannel asks": {func(m *smpp.ShortMessage) { m.RegisteredDelivery = 0x11 }, smpp.OK},
		"replace_if_present":      {func(m *smpp.ShortMessage) { m.ReplaceIfPresent = 2 }, smpp.RInvRepFlag},
		"a part that replaces": {func(m *smpp.ShortMessage) {
			m.ReplaceIfPresent, m.ESMClass, m.Text = 1, 0x40, []byte("\x05\x00\x03\x2a\x02\x01part")
		}, smpp.RInvSubRep},
		"a part in parameters that replaces": {func(m *smpp.ShortMessage) {
			m.ReplaceIfPresent = 1
			m.TLVs = m.TLVs.AppendUint16(smpp.TagSarMsgRefNum, 1).Append(smpp.TagSarTotalSegments, 2).Append(smpp.TagSarSegmentSeqnum, 1)
		}, smpp.RInvSubRep},
		"a reserved value":       {tlv(smpp.TagDestAddrSubunit, 5), smpp.RInvOptParVal},
		"data_coding":            {func(m *smpp.ShortMessage) { m.DataCoding = 5 }, smpp.RSubmitFail},
		"default message":        {func(m *smpp.ShortMessage) { m.DefaultMsgID = 1 }, smpp.RInvDftMsgID},
		"text and payload":       {tlv(smpp.TagMessagePayload, 'x'), smpp.ROptParNotAllwd},
		"parameter size":         {tlv(smpp.TagUserMessageReference, 1), smpp.RInvParLen},
		"a centre's parameter":   {tlv(smpp.TagMessageState, 2), smpp.ROptParNotAllwd},
		"no text":                {func(m *smpp.ShortMessage) { m.Text = nil }, smpp.RInvMsgLen},
		"161 septets":            {func(m *smpp.ShortMessage) { m.Text = bytes.Repeat([]byte("x"), 161) }, smpp.RInvMsgLen},
		"160 septets":            {func(m *smpp.ShortMessage) { m.Text = bytes.Repeat([]byte("x"), 160) }, smpp.OK},
		"141 octets":             {func(m *smpp.ShortMessage) { m.DataCoding, m.Text = 4, make([]byte, 141) }, smpp.RInvMsgLen},
		"odd UCS2":               {func(m *smpp.ShortMessage) { m.DataCoding = 8 }, smpp.RInvMsgLen},
		"no septets":             {func(m *smpp.ShortMessage) { m.Text = []byte{0xE4} }, smpp.RSubmitFail},
		"header beyond the text": {func(m *smpp.ShortMessage) { m.ESMClass, m.Text = 0x40, []byte{5, 0, 3} }, smpp.RInvMsgLen},
		"header of nothing":      {func(m *smpp.ShortMessage) { m.ESMClass, m.Text = 0x40, nil }, smpp.RInvMsgLen},
	} {
		m := good()
		c.change(&m)
		r := Rules{Version: smpp.Version34}
		_, _, err := r.Submission(&m, now.Add(900*time.Millisecond))
		if got := statusOf(err); got != c.want {
			t.Errorf("%s: %#x (%v), want %#x", name, uint32(got), err, uint32(c.want))
		}
	}
}

// TestServiceTypes: an account may have some, and SMPP 5.0 tells those that it has not
// from those that there are not.
func TestServiceTypes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		own     []string
		version uint8
		want    smpp.Status
	}{
		{"", nil, smpp.Version34, smpp.OK}, {"USSD", nil, smpp.Version34, smpp.OK}, {"ALARM", nil, smpp.Version34, smpp.RInvSerTyp},
		{"ALARM", []string{"ALARM"}, smpp.Version34, smpp.OK}, {"", []string{"ALARM"}, smpp.Version34, smpp.RInvSerTyp},
		{"USSD", []string{"ALARM"}, smpp.Version34, smpp.RInvSerTyp}, {"USSD", []string{"ALARM"}, smpp.Version50, RSerTypUnauth},
		{"OTHER", []string{"ALARM"}, smpp.Version50, smpp.RInvSerTyp},
	} {
		m, r := good(), Rules{Version: c.version, ServiceTypes: c.own}
		m.ServiceType = []byte(c.name)
		if _, _, err := r.Submission(&m, now); statusOf(err) != c.want {
			t.Errorf("%q of %q in %#x: %v, want %#x", c.name, c.own, c.version, err, uint32(c.want))
		}
	}
}

func submit(t *testing.T, r Rules, m smpp.ShortMessage) *message.Submission {
	t.Helper()
	s, _, err := r.Submission(&m, now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSubmissionCarriesEverything(t *testing.T) {
	t.Parallel()
	m := good()
	m.PriorityFlag, m.ESMClass = 3, 0xC3
	m.Text = []byte("\x05\x00\x03\x2a\x02\x01part")
	m.ScheduleDeliveryTime, m.ValidityPeriod = []byte("000000010000000R"), []byte("000001000000000R")
	s := submit(t, Rules{Version: smpp.Version34, Longest: 10 * time.Hour}, m)
	if string(s.Body.Reveal()) != "part" || string(s.Options.UDH) != "\x05\x00\x03\x2a\x02\x01" || s.Options.UDHI != message.Yes {
		t.Errorf("text %q behind %x", s.Body.Reveal(), s.Options.UDH)
	}
	if s.Priority != message.High || s.Options.ReplyPath != message.Yes || s.Options.Report != message.Yes || s.Alphabet != message.GSM {
		t.Errorf("options %+v", s.Options)
	}
	if s.Recipient.Reveal() != "358401234567" || s.NumberType != message.NumberInternational || s.Sender != "Viesti" {
		t.Errorf("to %q, from %q", s.Recipient.Reveal(), s.Sender)
	}
	if !s.DeliverAt.Equal(now.Add(time.Hour)) || !s.ExpiresAt.Equal(now.Add(11*time.Hour)) {
		t.Errorf("due %v until %v", s.DeliverAt, s.ExpiresAt)
	}
	m.Text[6] = 'X'
	if string(s.Body.Reveal()) != "part" {
		t.Error("the submission shares memory with the PDU")
	}
}

func TestParametersOfASubmission(t *testing.T) {
	t.Parallel()
	m := good()
	m.TLVs = m.TLVs.AppendUint16(smpp.TagSarMsgRefNum, 0x1234).Append(smpp.TagSarTotalSegments, 3).Append(smpp.TagSarSegmentSeqnum, 2).
		AppendUint16(smpp.TagDestinationPort, 0x0B84).AppendUint16(smpp.TagSourcePort, 1).Append(smpp.TagDestAddrSubunit, 1)
	s := submit(t, Rules{}, m)
	if want := "0a080412340302" + "05040b840001"; fmt.Sprintf("%x", s.Options.UDH)[2:] != want[2:] {
		t.Errorf("the header is %x", s.Options.UDH)
	}
	if s.Options.Class == nil || *s.Options.Class != 0 {
		t.Errorf("the class is %v", s.Options.Class)
	}
	for name, change := range map[string]func(*smpp.ShortMessage){
		"a missing one": func(m *smpp.ShortMessage) {
			m.TLVs = m.TLVs.AppendUint16(smpp.TagSarMsgRefNum, 1).Append(smpp.TagSarTotalSegments, 3)
		},
		"too high": func(m *smpp.ShortMessage) {
			m.TLVs = m.TLVs.AppendUint16(smpp.TagSarMsgRefNum, 1).Append(smpp.TagSarTotalSegments, 3).Append(smpp.TagSarSegmentSeqnum, 4)
		},
		"zero": func(m *smpp.ShortMessage) {
			m.TLVs = m.TLVs.AppendUint16(smpp.TagSarMsgRefNum, 1).Append(smpp.TagSarTotalSegments, 3).Append(smpp.TagSarSegmentSeqnum, 0)
		},
	} {
		m := good()
		change(&m)
		if s := submit(t, Rules{}, m); s.Options.UDH != nil {
			t.Errorf("parameters that make no sense together, %s: the header is %x", name, s.Options.UDH)
		}
	}
	data := smpp.DataSM{Source: m.Source, Destination: m.Destination, TLVs: smpp.TLVs(nil).Append(smpp.TagMessagePayload, bytes.Repeat([]byte("x"), 400)...).
		Append(smpp.TagQosTimeToLive, 0, 0, 0, 60)}
	s = submit(t, Rules{}, FromData(&data))
	if s.Body.Len() != 400 || !s.ExpiresAt.Equal(now.Add(time.Minute)) || s.Options.Report != message.No {
		t.Errorf("%d octets until %v", s.Body.Len(), s.ExpiresAt)
	}
}

// TestNames: an alphanumeric source address means the same in whatever charset.
func TestNames(t *testing.T) {
	t.Parallel()
	for octets, want := range map[string]string{
		"Viesti": "Viesti", "MY\x11SHOP": "MY_SHOP", "MY_SHOP": "MY_SHOP", "K\xe4se": "Käse", "K\xc3\xa4se": "Käse", "l\x06\x7f": "lùà",
		"\x1c\x09": "ÆÇ", "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4": "äääääää",
	} {
		got, err := source(smpp.Address{TON: tonAlphanumeric, Addr: []byte(octets)}, "")
		if err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", octets, got, err, want)
		}
	}
}

func TestDestinations(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ton        uint8
		addr, want string
		kind       message.NumberType
	}{
		{1, "358401", "358401", message.NumberInternational}, {0, "+358401", "358401", message.NumberInternational},
		{0, "00358401", "358401", message.NumberInternational}, {2, "4477900", "4477900", message.NumberAuto},
		{2, "0401", "358401", message.NumberInternational},
		{1, "0401", "358401", message.NumberInternational}, {1, "00358401", "358401", message.NumberInternational}, {6, "16400", "s16400", message.NumberAuto}, {0, "112", "112", message.NumberAuto},
	} {
		got, kind, err := destination(smpp.Address{TON: c.ton, Addr: []byte(c.addr)}, "358")
		if err != nil || got.Reveal() != c.want || kind != c.kind {
			t.Errorf("%d %s: %q, %v, %v", c.ton, c.addr, got.Reveal(), kind, err)
		}
	}
	// Without a country a zero says that it is a national number, whatever its type: the modem decides.
	for _, ton := range []uint8{0, 1, 2} {
		if got, kind, err := destination(smpp.Address{TON: ton, Addr: []byte("0401")}, ""); err != nil || got.Reveal() != "0401" || kind != message.NumberAuto {
			t.Errorf("%d 0401: %q, %v, %v", ton, got.Reveal(), kind, err)
		}
	}
}

func TestCodings(t *testing.T) {
	t.Parallel()
	for dc, want := range map[uint8]struct {
		charset   Charset
		class, mw int
	}{
		0: {GSM, -1, -1}, 1: {ASCII, -1, -1}, 3: {Latin1, -1, -1}, 4: {Binary, -1, -1}, 8: {UCS2, -1, -1}, 0x10: {GSM, 0, -1}, 0x14: {Binary, 0, -1},
		0x18: {UCS2, 0, -1}, 0xC8: {GSM, -1, 0xC8}, 0xD8: {GSM, -1, 0xD8}, 0xE0: {UCS2, -1, 0xE0}, 0xF0: {GSM, 0, -1}, 0xF5: {Binary, 1, -1},
	} {
		c, ok := ParseCoding(dc, GSM)
		if value := func(p *uint8) int {
			if p == nil {
				return -1
			}
			return int(*p)
		}; !ok || c.Charset != want.charset || value(c.Class) != want.class || value(c.DCS) != want.mw {
			t.Errorf("%#x: %+v, %v", dc, c, ok)
		}
	}
	for _, dc := range []uint8{5, 9, 10, 13, 14, 15, 0x1C, 0x20, 0x7F, 0x80, 0xB0, 0xF8} {
		if c, ok := ParseCoding(dc, GSM); ok {
			t.Errorf("%#x is taken for %+v", dc, c)
		}
	}
	for c, text := range map[Charset][2]string{
		Latin1: {"\xe4\x80", "ä\u0080"}, Cyrillic: {"\xbf\xe0\xd8\xf0", "При№"}, Hebrew: {"\xf9\xec\xe5\xed", "שלום"}, ASCII: {"a", "a"}, UTF8: {"ä", "ä"},
	} {
		if alphabet, body, err := c.body([]byte(text[0])); err != nil || alphabet != message.UTF8 || string(body) != text[1] {
			t.Errorf("charset %d: %q, %v", c, body, err)
		}
	}
	for c, text := range map[Charset]string{ASCII: "\xe4", UTF8: "\xe4", Hebrew: "\xc0"} {
		if _, _, err := c.body([]byte(text)); statusOf(err) != smpp.RSubmitFail {
			t.Errorf("charset %d takes %x: %v", c, text, err)
		}
	}
}

// TestWaitingIndications: the text of a message waiting indication is in the alphabet that
// its TP-DCS says, whatever charset it came in.
func TestWaitingIndications(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		standard Charset
		coding   uint8
		text     string
		alphabet message.Alphabet
		body     string
		dcs      uint8
	}{
		{GSM, 0xC8, "\x02a", message.GSM, "\x02a", 0xC8}, {Latin1, 0xC8, "$a", message.GSM, "\x02a", 0xC8},
		{Latin1, 0xD9, "\xe1", message.UCS2, "\x00\xe1", 0xE9}, {UTF8, 0xC0, "ж", message.UCS2, "\x04\x36", 0xE0},
		{UTF8, 0xEA, "\x04\x36", message.UCS2, "\x04\x36", 0xEA},
	} {
		m := good()
		m.DataCoding, m.Text = c.coding, []byte(c.text)
		s := submit(t, Rules{Version: smpp.Version34, Standard: c.standard}, m)
		if s.Alphabet != c.alphabet || string(s.Body.Reveal()) != c.body || s.Options.DCS == nil || *s.Options.DCS != c.dcs {
			t.Errorf("%#x in charset %d: alphabet %v, %q, %v; want %#x", c.coding, c.standard, s.Alphabet, s.Body.Reveal(), s.Options.DCS, c.dcs)
		}
	}
}

// TestReceipt reads the text as Kannel does.
func TestReceipt(t *testing.T) {
	t.Parallel()
	reference := uint16(7)
	r := Receipt{MessageID: "391234567890123456", State: smpp.StateDelivered, Submitted: now, Done: now.Add(time.Minute), Parts: 2, Delivered: 2, Network: 5, Reference: &reference}
	const want = "id:391234567890123456 sub:002 dlvrd:002 submit date:2603011200 done date:2603011201 stat:DELIVRD err:005 text:"
	if got := r.Text(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var id, submitted, done, stat, code string
	var sub, dlvrd int
	if n, err := fmt.Sscanf(r.Text(), "id:%s sub:%d dlvrd:%d submit date:%s done date:%s stat:%s err:%s text:", &id, &sub, &dlvrd, &submitted, &done, &stat, &code); n != 7 || err != nil {
		t.Errorf("reading it: %d fields, %v", n, err)
	}
	from, to := smpp.Address{TON: 5, Addr: []byte("Viesti")}, smpp.Address{TON: 1, NPI: 1, Addr: []byte("358")}
	m := r.Deliver(from, to, smpp.Version34)
	if string(m.Source.Addr) != "358" || string(m.Destination.Addr) != "Viesti" || m.ESMClass != 4 || m.DataCoding != 0 || m.RegisteredDelivery != 0 {
		t.Errorf("got %+v", m)
	}
	if want := "001e0013" + fmt.Sprintf("%x", "391234567890123456") + "00" + "0427000102" + "04230003030005" + "020400020007"; fmt.Sprintf("%x", []byte(m.TLVs)) != want {
		t.Errorf("parameters %x, want %s", []byte(m.TLVs), want)
	}
	if m := r.Deliver(from, to, smpp.Version33); m.TLVs != nil {
		t.Errorf("a client of 3.3 gets parameters")
	}
	r.State = smpp.StateEnroute
	if m := r.Deliver(from, to, smpp.Version34); m.ESMClass != 0x20 {
		t.Errorf("esm_class of an intermediate receipt is %#x", m.ESMClass)
	}
}

func TestWhichReceipts(t *testing.T) {
	t.Parallel()
	for octet, want := range map[uint8]string{0: "", 1: "DU", 2: "U", 0x11: "EDU", 0x10: "E"} {
		r, err := ParseReceipts(octet, smpp.Version34)
		got := ""
		for _, s := range []struct {
			name  string
			state smpp.MessageState
		}{{"E", smpp.StateEnroute}, {"D", smpp.StateDelivered}, {"U", smpp.StateUndeliverable}} {
			if r.Want(s.state) {
				got += s.name
			}
		}
		if got != want || err != nil || r.Any() != (want != "") {
			t.Errorf("%#x: %q, %v; want %q", octet, got, err, want)
		}
	}
	for s := life.Unknown; s <= life.CancelledState; s++ {
		if _, named := stats[MessageState(s)]; !named {
			t.Errorf("%v has no name in receipts", s)
		}
	}
	if !Retry(smpp.RThrottled) || Retry(smpp.OK) || Retry(smpp.RInvDstAdr) {
		t.Error("which answers ask for another try is wrong")
	}
}

// FuzzSubmission: whatever a client writes, it is a submission or refused with a
// status.
func FuzzSubmission(f *testing.F) {
	m := good()
	body, err := m.AppendTo(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Fuzz(func(t *testing.T, data []byte) {
		var m smpp.ShortMessage
		if m.Decode(data) != nil {
			return
		}
		r := Rules{Version: smpp.Version34, Country: "358", Source: "x"}
		s, _, err := r.Submission(&m, now)
		if status := statusOf(err); err != nil && (status == smpp.OK || status == 0xFFFF) {
			t.Fatalf("refused without a status: %v", err)
		}
		if err == nil && (s.Recipient.IsZero() || s.Body.Len()+len(s.Options.UDH) == 0) {
			t.Fatal("a submission of nothing, or to nobody")
		}
	})
}
