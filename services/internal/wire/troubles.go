package wire

import (
	"time"

	"google.golang.org/protobuf/proto"

	viestiv1 "github.com/viesti-sms/viesti/proto/viesti/v1"
	"github.com/viesti-sms/viesti/services/internal/core/stuck"
)

// EncodeTroubles returns the octets of what is known of troubles since the last look.
func EncodeTroubles(known []stuck.Known, looked time.Time) ([]byte, error) {
	return marshal(&viestiv1.Troubles{Looked: stamp(looked), Troubles: each(known, func(k stuck.Known) *viestiv1.Trouble {
		p := &viestiv1.Trouble{Code: text(k.Code), About: text(k.About), Since: stamp(k.Since), Told: stamp(k.Told), Times: uint32(k.Times), Over: k.Over}
		if k.Pending != nil {
			p.Pending = alarmOut(*k.Pending)
		}
		return p
	})})
}

// DecodeTroubles reads octets written by EncodeTroubles.
func DecodeTroubles(data []byte) (known []stuck.Known, looked time.Time, err error) {
	var p viestiv1.Troubles
	if err := proto.Unmarshal(data, &p); err != nil {
		return nil, time.Time{}, malformed("Troubles", err)
	}
	known = each(p.GetTroubles(), func(t *viestiv1.Trouble) stuck.Known {
		k := stuck.Known{Code: t.GetCode(), About: t.GetAbout(), Since: instant(t.GetSince()), Told: instant(t.GetTold()), Times: int(t.GetTimes()), Over: t.GetOver()}
		if t.GetPending() != nil {
			a := alarmIn(t.GetPending())
			k.Pending = &a
		}
		return k
	})
	return known, instant(p.GetLooked()), nil
}
