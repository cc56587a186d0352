package wire

import (
	"net/netip"

	"google.golang.org/protobuf/proto"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/account"
)

// EncodeAccount returns the octets of an account.
func EncodeAccount(a *account.Account) ([]byte, error) {
	return marshal(&viestiv1.Account{
		Name: text(a.Name), SecretHash: text(a.SecretHash), Cidrs: each(a.Networks, netip.Prefix.String),
		BindModes:       each(a.Modes, func(m account.Mode) string { return text(string(m)) }),
		SourceAddresses: each(a.Sources, text), DestinationPrefixes: each(a.Destinations, text), Codings: each(a.Codings, text),
		Classes: each(a.Classes, func(c uint8) uint32 { return uint32(c) }), Commands: each(a.Commands, text),
		Window: a.Window, Rate: a.Rate, Burst: a.Burst, DailyQuota: a.DailyQuota, MaxBinds: a.MaxBinds, MaxParts: a.MaxParts,
		MaxValidity: span(a.MaxValidity), ExpiresAt: stamp(a.ExpiresAt), ReceiptForm: text(a.ReceiptForm), TimeZone: text(a.TimeZone),
		Disabled: a.Disabled, Alternates: alternatesOut(a.Alternates),
		DefaultCoding: text(a.DefaultCoding), DefaultSource: text(a.DefaultSource), Country: text(a.Country),
		ServiceTypes: each(a.ServiceTypes, text), ProtocolIds: each(a.ProtocolIDs, func(p uint8) uint32 { return uint32(p) }),
		Deduplicate: span(a.Deduplicate),
	})
}

// DecodeAccount reads octets written by EncodeAccount. An account whose rules make
// no sense is malformed: half a rule is none.
func DecodeAccount(data []byte) (*account.Account, error) {
	var p viestiv1.Account
	if err := proto.Unmarshal(data, &p); err != nil {
		return nil, malformed("Account", err)
	}
	a := &account.Account{
		Name: p.GetName(), SecretHash: p.GetSecretHash(),
		Modes:   each(p.GetBindModes(), func(m string) account.Mode { return account.Mode(m) }),
		Sources: p.GetSourceAddresses(), Destinations: p.GetDestinationPrefixes(), Codings: p.GetCodings(), Commands: p.GetCommands(),
		Window: p.GetWindow(), Rate: p.GetRate(), Burst: p.GetBurst(), DailyQuota: p.GetDailyQuota(), MaxBinds: p.GetMaxBinds(), MaxParts: p.GetMaxParts(),
		MaxValidity: p.GetMaxValidity().AsDuration(), ExpiresAt: instant(p.GetExpiresAt()), ReceiptForm: p.GetReceiptForm(), TimeZone: p.GetTimeZone(),
		Disabled: p.GetDisabled(), Alternates: alternatesIn(p.GetAlternates()),
		DefaultCoding: p.GetDefaultCoding(), DefaultSource: p.GetDefaultSource(), Country: p.GetCountry(), ServiceTypes: p.GetServiceTypes(),
		Deduplicate: p.GetDeduplicate().AsDuration(),
	}
	for _, text := range p.GetCidrs() {
		n, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, malformed("Account", err)
		}
		a.Networks = append(a.Networks, n)
	}
	for _, c := range p.GetClasses() {
		class, err := octet("class", &c)
		if err != nil {
			return nil, err
		}
		a.Classes = append(a.Classes, *class)
	}
	for _, id := range p.GetProtocolIds() {
		pid, err := octet("protocol id", &id)
		if err != nil {
			return nil, err
		}
		a.ProtocolIDs = append(a.ProtocolIDs, *pid)
	}
	if err := a.Validate(); err != nil {
		return nil, malformed("Account", err)
	}
	return a, nil
}
