package firewall

import (
	"errors"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

func rules() Rules {
	return Rules{
		Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.7/32"), netip.MustParsePrefix("2001:db8::/32")},
		Ports:    []uint16{3550, 2775, 2775}, Version: 7,
	}
}

func render(t *testing.T, f Format, r Rules) string {
	t.Helper()
	text, err := Render(f, r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

const nft = `#!/usr/sbin/nft -f
# Clients of the SMPP server, from version 7 of the shared policy.
# Made by: viesti firewall print --format nft. Apply it with: nft -f FILE
table inet viesti_smpp
delete table inet viesti_smpp
table inet viesti_smpp {
	set clients4 {
		type ipv4_addr
		flags interval
		elements = { 192.0.2.0/24, 198.51.100.7/32 }
	}
	set clients6 {
		type ipv6_addr
		flags interval
		elements = { 2001:db8::/32 }
	}
	chain input {
		type filter hook input priority filter; policy accept;
		tcp dport { 2775, 3550 } jump smpp
	}
	chain smpp {
		iifname "lo" accept
		ip saddr @clients4 accept
		ip6 saddr @clients6 accept
		limit rate 10/minute log prefix "viesti-smpp-blocked: "
		counter drop
	}
}
`

func TestNFT(t *testing.T) {
	t.Parallel()
	if d := cmp.Diff(nft, render(t, NFT, rules())); d != "" {
		t.Error(d)
	}
	if closed := render(t, NFT, Rules{Ports: []uint16{1}}); strings.Contains(closed, "elements") || !strings.Contains(closed, "counter drop") {
		t.Errorf("without clients:\n%s", closed)
	}
}

// TestIPTables checks each file of the script: every line is a rule of the chain, the
// last one drops, and no client is missing or in the wrong family.
func TestIPTables(t *testing.T) {
	t.Parallel()
	text := render(t, IPTables, rules())
	for tool, networks := range map[string]string{"iptables": "192.0.2.0/24 198.51.100.7/32", "ip6tables": "2001:db8::/32"} {
		_, file, _ := strings.Cut(text, "\n"+tool+"-restore --noflush <<'END'\n")
		file, rest, ok := strings.Cut(file, "END\n")
		lines := strings.Split(strings.TrimSpace(file), "\n")
		if !ok || lines[0] != "*filter" || lines[1] != ":VIESTI-SMPP - [0:0]" || lines[len(lines)-1] != "COMMIT" || lines[len(lines)-2] != "-A VIESTI-SMPP -j DROP" {
			t.Fatalf("%s:\n%s", tool, file)
		}
		var sources []string
		for _, line := range lines[2 : len(lines)-1] {
			words := strings.Fields(line)
			if words[0] != "-A" || words[1] != "VIESTI-SMPP" {
				t.Errorf("%s: %s", tool, line)
			}
			if words[2] == "-s" {
				sources = append(sources, words[3])
			}
		}
		if got := strings.Join(sources, " "); got != networks {
			t.Errorf("%s lets in %s, want %s", tool, got, networks)
		}
		for _, port := range []string{"2775", "3550"} {
			jump := "INPUT -p tcp --dport " + port + " -j VIESTI-SMPP"
			if !strings.Contains(rest, tool+" -C "+jump+" 2>/dev/null || "+tool+" -I "+jump+"\n") {
				t.Errorf("%s does not guard port %s", tool, port)
			}
		}
	}
}

func TestFirewalld(t *testing.T) {
	t.Parallel()
	text := render(t, Firewalld, rules())
	if n := strings.Count(text, "--add-rich-rule="); n != 6 {
		t.Errorf("%d rules, want 6", n)
	}
	for _, want := range []string{
		`rule family="ipv6" source address="2001:db8::/32" port port="3550" protocol="tcp" accept`, "--remove-port=2775/tcp", "firewall-cmd --reload",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
}

// TestAnsible: the play is YAML, and installs what nft reads.
func TestAnsible(t *testing.T) {
	t.Parallel()
	var plays []struct {
		Tasks []struct {
			Copy struct {
				Content, Validate string
			} `yaml:"ansible.builtin.copy"`
		}
	}
	if err := yaml.Unmarshal([]byte(render(t, Ansible, rules())), &plays); err != nil {
		t.Fatal(err)
	}
	_, want, _ := strings.Cut(nft, "--format nft. Apply it with: nft -f FILE\n")
	if got := plays[0].Tasks[0].Copy; got.Content != want || got.Validate != "nft -c -f %s" {
		t.Errorf("it installs, and checks with %q:\n%s", got.Validate, cmp.Diff(want, got.Content))
	}
}

// TestScripts lets a shell read the scripts.
func TestScripts(t *testing.T) {
	t.Parallel()
	for _, f := range []Format{IPTables, Firewalld} {
		cmd := exec.CommandContext(t.Context(), "sh", "-n")
		cmd.Stdin = strings.NewReader(render(t, f, rules()))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", f, err, out)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	if _, err := Render("pf", rules()); !errors.Is(err, ErrFormat) {
		t.Error(err)
	}
	for _, f := range Formats() {
		if _, err := Render(f, Rules{}); !errors.Is(err, ErrNoPorts) {
			t.Errorf("%s: %v", f, err)
		}
	}
}
