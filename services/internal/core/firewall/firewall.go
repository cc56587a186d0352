// Package firewall writes the rules of firewalls that let the clients of an SMPP
// server in, and nobody else. It is pure.
package firewall

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Rules are what a firewall must know.
type Rules struct {
	// Networks are where clients come from; none overlap.
	Networks []netip.Prefix
	// Ports are the TCP ports of the server; at least one.
	Ports []uint16
	// Version is that of the policy, for people.
	Version uint64
}

// Format is the kind of firewall.
type Format string

// Formats.
const (
	NFT       Format = "nft"
	IPTables  Format = "iptables"
	Firewalld Format = "firewalld"
	Ansible   Format = "ansible"
)

// Formats lists every one there is.
func Formats() []Format { return []Format{NFT, IPTables, Firewalld, Ansible} }

// Errors of this package.
var (
	// ErrFormat says that there is no such format.
	ErrFormat = errors.New("no such format: nft, iptables, firewalld or ansible")
	// ErrNoPorts says that there is nothing to protect.
	ErrNoPorts = errors.New("no ports are given")
)

// blocked begins the lines that the kernel logs about what was dropped.
const blocked = "viesti-smpp-blocked: "

// Render writes rules for a firewall. They can be applied again and again, and let
// this machine itself in always.
func Render(f Format, r Rules) (string, error) {
	if len(r.Ports) == 0 {
		return "", ErrNoPorts
	}
	switch f {
	case NFT:
		return "#!/usr/sbin/nft -f\n" + r.origin("nft", "nft -f FILE") + r.nft(), nil
	case IPTables:
		return r.iptables(), nil
	case Firewalld:
		return r.firewalld(), nil
	case Ansible:
		return r.ansible(), nil
	default:
		return "", ErrFormat
	}
}

func (r Rules) origin(f Format, apply string) string {
	return fmt.Sprintf("# Clients of the SMPP server, from version %d of the shared policy.\n"+
		"# Made by: viesti firewall print --format %s. Apply it with: %s\n", r.Version, f, apply)
}

// split parts the networks by the version of IP.
func (r Rules) split() (four, six []string) {
	for _, n := range r.Networks {
		if n.Addr().Is4() {
			four = append(four, n.String())
		} else {
			six = append(six, n.String())
		}
	}
	return four, six
}

// ports are the ports in order, each once.
func (r Rules) ports() []string {
	sorted := slices.Clone(r.Ports)
	slices.Sort(sorted)
	var out []string
	for _, p := range slices.Compact(sorted) {
		out = append(out, strconv.Itoa(int(p)))
	}
	return out
}

// nft replaces the whole table, in one transaction.
func (r Rules) nft() string {
	four, six := r.split()
	var b strings.Builder
	b.WriteString("table inet viesti_smpp\ndelete table inet viesti_smpp\ntable inet viesti_smpp {\n")
	for _, set := range []struct {
		name, kind string
		elements   []string
	}{{"clients4", "ipv4_addr", four}, {"clients6", "ipv6_addr", six}} {
		fmt.Fprintf(&b, "\tset %s {\n\t\ttype %s\n\t\tflags interval\n", set.name, set.kind)
		if len(set.elements) > 0 {
			fmt.Fprintf(&b, "\t\telements = { %s }\n", strings.Join(set.elements, ", "))
		}
		b.WriteString("\t}\n")
	}
	fmt.Fprintf(&b, `	chain input {
		type filter hook input priority filter; policy accept;
		tcp dport { %s } jump smpp
	}
	chain smpp {
		iifname "lo" accept
		ip saddr @clients4 accept
		ip6 saddr @clients6 accept
		limit rate 10/minute log prefix "%s"
		counter drop
	}
}
`, strings.Join(r.ports(), ", "), blocked)
	return b.String()
}

// iptables is a script: its files are one for each version of IP, and the jump must
// not be there twice.
func (r Rules) iptables() string {
	four, six := r.split()
	var b strings.Builder
	b.WriteString("#!/bin/sh -e\n" + r.origin(IPTables, "sh FILE"))
	for _, family := range []struct {
		tool     string
		networks []string
	}{{"iptables", four}, {"ip6tables", six}} {
		fmt.Fprintf(&b, "%s-restore --noflush <<'END'\n*filter\n:VIESTI-SMPP - [0:0]\n-A VIESTI-SMPP -i lo -j RETURN\n", family.tool)
		for _, n := range family.networks {
			fmt.Fprintf(&b, "-A VIESTI-SMPP -s %s -j RETURN\n", n)
		}
		fmt.Fprintf(&b, "-A VIESTI-SMPP -m limit --limit 10/min -j LOG --log-prefix \"%s\"\n-A VIESTI-SMPP -j DROP\nCOMMIT\nEND\n", blocked)
		for _, port := range r.ports() {
			jump := "INPUT -p tcp --dport " + port + " -j VIESTI-SMPP"
			fmt.Fprintf(&b, "%s -C %s 2>/dev/null || %s -I %s\n", family.tool, jump, family.tool, jump)
		}
	}
	return b.String()
}

// firewalld opens the ports to the networks in the default zone, which keeps them shut
// for all others.
func (r Rules) firewalld() string {
	var b strings.Builder
	b.WriteString("#!/bin/sh -e\n" + r.origin(Firewalld, "sh FILE"))
	b.WriteString("# The default zone must not have the ports open by themselves: this closes them.\n")
	for _, port := range r.ports() {
		fmt.Fprintf(&b, "firewall-cmd --permanent --remove-port=%s/tcp\n", port)
		fmt.Fprintf(&b, "firewall-cmd --permanent --list-rich-rules | grep -F 'port port=\"%s\" protocol=\"tcp\"' | while read -r rule; do\n"+
			"\tfirewall-cmd --permanent --remove-rich-rule=\"$rule\"\ndone\n", port)
		for _, n := range r.Networks {
			family := "ipv6"
			if n.Addr().Is4() {
				family = "ipv4"
			}
			fmt.Fprintf(&b, "firewall-cmd --permanent --add-rich-rule='rule family=\"%s\" source address=\"%s\" port port=\"%s\" protocol=\"tcp\" accept'\n", family, n, port)
		}
	}
	b.WriteString("firewall-cmd --reload\n")
	return b.String()
}

// ansible installs the rules of nft.
func (r Rules) ansible() string {
	var b strings.Builder
	b.WriteString(r.origin(Ansible, "ansible-playbook FILE"))
	b.WriteString(`- name: Let the clients of the SMPP server in, and nobody else
  hosts: viesti_smpp
  become: true
  tasks:
    - name: Write the rules
      ansible.builtin.copy:
        dest: /etc/nftables.d/viesti-smpp.nft
        owner: root
        group: root
        mode: "0640"
        validate: nft -c -f %s
        content: |
`)
	for line := range strings.Lines(r.nft()) {
		b.WriteString("          " + line)
	}
	b.WriteString(`      notify: Apply the rules
  handlers:
    - name: Apply the rules
      ansible.builtin.command: nft -f /etc/nftables.d/viesti-smpp.nft
      changed_when: true
`)
	return b.String()
}
