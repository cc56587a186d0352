package spool

import "github.com/viesti-sms/viesti/services/internal/core/life"

// Reception is what differs for the messages of one modem; what is absent is as
// for the others.
type Reception struct {
	CSConvert             *bool `yaml:"cs_convert"`
	DecodeUnicodeText     *bool `yaml:"decode_unicode_text"`
	InternalCombine       *bool `yaml:"internal_combine"`
	InternalCombineBinary *bool `yaml:"internal_combine_binary"`
}

// reception is how the messages of a modem are written.
type reception struct {
	convert, decodeUnicode bool
	combine, combineBinary bool
}

func (c *Config) reception(e *life.Event) reception {
	var own Reception
	if e.Modem != nil {
		own = c.Reception[e.Modem.Name]
	}
	r := reception{
		convert:       choose(own.CSConvert, c.CSConvert),
		decodeUnicode: choose(own.DecodeUnicodeText, c.DecodeUnicodeText),
		combine:       choose(own.InternalCombine, c.InternalCombine),
	}
	// What joins no messages at all joins no binary ones.
	r.combineBinary = r.combine && choose(own.InternalCombineBinary, choose(c.InternalCombineBinary, r.combine))
	return r
}

func choose(own *bool, common bool) bool {
	if own != nil {
		return *own
	}
	return common
}
