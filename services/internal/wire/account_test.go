package wire

import (
	"errors"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

func TestAccountTravelsWhole(t *testing.T) {
	want := &account.Account{
		Name: "shop", SecretHash: "$argon2id$", Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
		Modes: []account.Mode{account.Receiver}, Sources: []string{"Shop"}, Destinations: []string{"358"}, Codings: []string{"gsm"},
		Classes: []uint8{0, 3}, Commands: []string{"submit_sm"}, Window: 1, Rate: 2.5, Burst: 3, DailyQuota: 4, MaxBinds: 5, MaxParts: 6,
		MaxValidity: time.Hour, ExpiresAt: time.Unix(1, 0).UTC(), ReceiptForm: "text", TimeZone: "Europe/Helsinki", Disabled: true,
		Alternates:    []message.Alternate{{Recipient: message.NewAddress("358401"), After: time.Minute}},
		DefaultCoding: "latin1", DefaultSource: "4917", Country: "49", ServiceTypes: []string{"CMT"}, ProtocolIDs: []uint8{0x41},
		Deduplicate: time.Minute,
	}
	for v, i := reflect.ValueOf(*want), 0; i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Errorf("the test does not set %s", v.Type().Field(i).Name)
		}
	}
	data, err := EncodeAccount(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeAccount(data)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

func TestAccountMalformed(t *testing.T) {
	for name, p := range map[string]*viestiv1.Account{
		"cidr":  {Name: "shop", Cidrs: []string{"192.0.2.0"}},
		"class": {Name: "shop", Classes: []uint32{257}},
		"name":  {},
	} {
		data, err := proto.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if a, err := DecodeAccount(data); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	if _, err := DecodeAccount([]byte{0xFF}); !errors.Is(err, ErrMalformed) {
		t.Error("junk is an account")
	}
}
