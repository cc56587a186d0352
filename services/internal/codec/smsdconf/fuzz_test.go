package smsdconf

import (
	"testing"
	"unicode/utf8"
)

func FuzzParse(f *testing.F) {
	for _, data := range realConfigs(f) {
		f.Add(data)
	}
	f.Add([]byte("devices = A* 1-3, B\n[A*]\ndevice = modemname\nqueues = Q\n[queues]\nQ = ? /a | /b\n[providers]\nQ = 1, s\n"))
	f.Add([]byte("[\n]\n=\n?=?\nread_timeout_=1\n[default]\nread_timeout_pdu = 0x\n\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		cfg, problems := Parse(data, Options{})
		for i, p := range problems {
			if p.Message == "" || !utf8.ValidString(p.Message) || p.Severity == 0 || p.Line < 0 || i > 0 && problems[i-1].Line > p.Line {
				t.Errorf("problem %d is malformed: %+v", i, p)
			}
		}
		if len(cfg.Modems) != len(cfg.Global.Devices) || len(cfg.Queues) != len(cfg.Providers) {
			t.Errorf("%d modems of %d devices, %d providers of %d queues",
				len(cfg.Modems), len(cfg.Global.Devices), len(cfg.Providers), len(cfg.Queues))
		}
		if !Refuses(problems) && len(cfg.Modems) == 0 {
			t.Error("a configuration without modems is accepted")
		}
	})
}
