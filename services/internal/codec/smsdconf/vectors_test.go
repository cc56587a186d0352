package smsdconf

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// sharedDir is the folder of recorded data beside the repository.
func sharedDir(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return filepath.Join(dir, "..", "shared")
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("go.work is in no directory above")
		}
		dir = parent
	}
}

// realConfigs returns configurations that smsd itself ran with, by file name;
// their placeholder @DIR@ becomes a directory.
func realConfigs(t testing.TB) map[string][]byte {
	t.Helper()
	configs := map[string][]byte{}
	for _, pattern := range []string{"vectors/smstools/configs/*.conf", "bench/*.conf"} {
		paths, err := filepath.Glob(filepath.Join(sharedDir(t), pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no configurations at %s: %v", pattern, err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			configs[filepath.Base(path)] = bytes.ReplaceAll(data, []byte("@DIR@"), []byte("/dir"))
		}
	}
	return configs
}

func TestRealConfigsHaveNoProblems(t *testing.T) {
	for name, data := range realConfigs(t) {
		cfg, problems := Parse(data, Options{})
		for _, p := range problems {
			t.Errorf("%s: %s", name, p)
		}
		if len(cfg.Modems) != 1 || cfg.Modems[0].Device != "/dir/modem1" {
			t.Errorf("%s: modems are not the one at /dir/modem1", name)
		}
	}
}

func TestRealConfigsMeanWhatTheySay(t *testing.T) {
	configs := realConfigs(t)
	read := func(name string) (*Global, *Modem, *Config) {
		cfg, _ := Parse(configs[name], Options{})
		return &cfg.Global, &cfg.Modems[0], cfg
	}
	base, modem, _ := read("base.conf")
	if base.LogLevel != 6 || base.BlockAfter != 1000 || !base.TrustOutgoing || modem.Incoming != ReceiveWhenIdle ||
		modem.CheckNetwork != NetworkCheckNo || modem.LogLevelLACCI != 8 || modem.StatusSignalQuality {
		t.Errorf("base.conf is misread: %+v", *modem)
	}
	if g, _, _ := read("nofailed.conf"); g.Failed != "" || g.SetAt("failed") == 0 {
		t.Errorf("nofailed.conf: failed = %q", g.Failed)
	}
	if g, _, _ := read("utf.conf"); g.Alphabet != AlphabetUTF8 {
		t.Errorf("utf.conf: alphabet = %d", g.Alphabet)
	}
	if _, m, _ := read("pdukey.conf"); m.TextIsPDUKey.Reveal() != "4711" {
		t.Error("pdukey.conf: key is misread")
	}
	if _, m, _ := read("routed.conf"); !m.DetectMessageRouting || m.Init != "AT+CNMI=2,2,0,1,0" {
		t.Error("routed.conf: the later line does not win")
	}
	if _, m, c := read("queues.conf"); len(c.Queues) != 2 || len(m.Queues) != 2 || c.Providers[0].Prefixes[2] != "s123" {
		t.Errorf("queues.conf is misread: %+v, %v", c.Providers, m.Queues)
	}
}
