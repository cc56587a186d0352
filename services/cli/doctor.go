package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// errUnsafe says that something should not stay as it is.
var errUnsafe = errors.New("not safe as it is")

func (e *env) doctor() *cobra.Command {
	var configPath string
	var security bool
	cmd := &cobra.Command{
		Use: "doctor --security", Short: "look for what makes this machine's gateway unsafe", Args: cobra.NoArgs,
		Long: "doctor --security looks at this machine: where the processes of Viesti listen and who can reach that, the\n" +
			"modes of configuration, keys, state and spool, programs that others could replace, and ModemManager.\n\n" +
			"Run it as the user of viestid, or as root, who sees all processes. It changes nothing, and ends with 1\n" +
			"when something should not stay as it is.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !security {
				return errors.New("say what to look for: viesti doctor --security")
			}
			return e.runDoctor(cmd.Context(), &doctor{proc: "/proc", udev: "/etc/udev/rules.d"}, configPath)
		},
	}
	cmd.Flags().BoolVar(&security, "security", false, "look for what is unsafe")
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file of viestid or of a service")
	return cmd
}

// doctor looks at a machine.
type doctor struct {
	// proc and udev are where the kernel and the administrator say things.
	proc, udev string
	found      []diagnosis
}

// diagnosis is one thing that was looked at.
type diagnosis struct {
	bad        bool
	what, hint string
}

func (d *doctor) fine(format string, args ...any) {
	d.found = append(d.found, diagnosis{what: fmt.Sprintf(format, args...)})
}

func (d *doctor) bad(hint, format string, args ...any) {
	d.found = append(d.found, diagnosis{bad: true, what: fmt.Sprintf(format, args...), hint: hint})
}

func (e *env) runDoctor(ctx context.Context, d *doctor, configPath string) error {
	var s server
	if configPath != "" {
		if err := config.LoadSome(configPath, &s); err != nil {
			return err
		}
		d.files(configPath, &s)
		if err := d.programs(configPath); err != nil {
			return err
		}
	}
	owners, err := d.owners()
	if err != nil {
		return err
	}
	d.users(owners)
	if err := d.listeners(owners, &s); err != nil {
		return err
	}
	d.modemManager()
	err = e.withBus(ctx, patience, func(ctx context.Context, b *bus.Bus) error {
		p, err := b.Policy(ctx)
		if err == nil {
			d.accounts(p)
		}
		return err
	})
	if err != nil {
		d.fine("the accounts were not looked at: %v", err)
	}
	return e.report(d)
}

func (e *env) report(d *doctor) error {
	unsafe := 0
	for _, f := range d.found {
		if !f.bad {
			fmt.Fprintln(e.stdout, "ok   ", f.what)
			continue
		}
		unsafe++
		fmt.Fprintf(e.stdout, "BAD   %s\n      %s\n", f.what, f.hint)
	}
	if unsafe > 0 {
		return fmt.Errorf("%d of %d: %w", unsafe, len(d.found), errUnsafe)
	}
	return nil
}

// users looks at whom the processes of Viesti are run by, also those that listen nowhere.
func (d *doctor) users(owners map[uint64]process) {
	rooted := map[process]bool{}
	for _, p := range owners {
		if p.uid == 0 {
			rooted[p] = true
		}
	}
	for _, p := range slices.SortedFunc(maps.Keys(rooted), func(a, b process) int { return a.pid - b.pid }) {
		d.bad("run it as a user of its own: the units under deploy/systemd do", "%s (%d) runs as root", p.name, p.pid)
	}
}

// listeners looks at where the processes of Viesti listen.
func (d *doctor) listeners(owners map[uint64]process, s *server) error {
	listening, err := d.listening()
	if err != nil {
		return err
	}
	seen := 0
	for _, l := range listening {
		if p, ours := owners[l.inode]; ours {
			seen++
			d.listener(l.address, p, s.listenerAt(l.address))
		}
	}
	if seen == 0 {
		d.fine("no process of Viesti listens, as far as this user can see")
	}
	return nil
}

func (d *doctor) listener(address netip.AddrPort, p process, l *listenerConfig) {
	where := fmt.Sprintf("%s (%d, user %d) listens at %s", p.name, p.pid, p.uid, address)
	switch {
	case address.Addr().Unmap().IsLoopback():
		d.fine("%s: this machine alone", where)
	case l == nil:
		d.bad("let it listen on loopback, or shut others out: viesti firewall print; with --config its settings are looked at", "%s: who can reach this machine can reach it", where)
	case l.TLS == nil:
		d.bad("give the listener tls; what is said can be read on the way", "%s without TLS", where)
	default:
		d.fine("%s with TLS, for the networks of the accounts", where)
	}
}

// listenerAt finds the SMPP listener of the configuration that has an address.
func (s *server) listenerAt(address netip.AddrPort) *listenerConfig {
	if s.SMPP == nil {
		return nil
	}
	for i := range s.SMPP.Listeners {
		host, port, err := net.SplitHostPort(s.SMPP.Listeners[i].Address)
		if err != nil || port != fmt.Sprint(address.Port()) {
			continue
		}
		ip, err := netip.ParseAddr(host)
		if err != nil || ip.Unmap() == address.Addr().Unmap() || ip.IsUnspecified() && address.Addr().IsUnspecified() {
			return &s.SMPP.Listeners[i]
		}
	}
	return nil
}

// accounts looks at from where accounts bind.
func (d *doctor) accounts(p *policy.Policy) {
	for _, a := range p.Accounts {
		if a.Disabled {
			continue
		}
		open := false
		for _, n := range a.Networks {
			open = open || n.Bits() == 0
		}
		switch {
		case open:
			d.bad("viesti account change "+a.Name+" --cidr NETWORK,...", "account %s binds from everywhere: every scanner sees the server", a.Name)
		default:
			d.fine("account %s binds from %s", a.Name, list(a.Networks))
		}
	}
	for _, problem := range p.Problems {
		d.bad("viesti policy check", "%v", problem)
	}
}

// modemManager looks for the program that opens modems of others.
func (d *doctor) modemManager() {
	for _, pid := range d.pids() {
		if d.name(pid) != "ModemManager" {
			continue
		}
		if rules, _ := filepath.Glob(filepath.Join(d.udev, "*viesti*.rules")); len(rules) > 0 {
			d.fine("ModemManager runs, and is told to leave modems alone by %s", strings.Join(rules, ", "))
			return
		}
		d.bad("stop it, or install deploy/udev/99-viesti-modem.rules", "ModemManager runs, and may open modems and disturb what is sent")
		return
	}
	d.fine("ModemManager does not run")
}

// files looks at who may read and write what belongs to the gateway.
func (d *doctor) files(configPath string, s *server) {
	d.mode(configPath, 0o022, "others could change it")
	for _, secret := range []string{s.NATS.NKey, s.NATS.Creds} {
		d.mode(secret, 0o077, "it proves who the gateway is to the broker")
	}
	if filepath.IsAbs(s.NATS.Context) {
		d.mode(s.NATS.Context, 0o022, "others could send the gateway to another broker")
	}
	if s.SMPP != nil {
		for _, l := range s.SMPP.Listeners {
			if l.TLS != nil {
				d.mode(l.TLS.Key, 0o077, "it is the key of the listener")
			}
		}
	}
	if s.State != "" {
		d.mode(s.State, 0o022, "others could change what waits")
		for _, pattern := range []string{"nats", "nats/*.nk", "*.nk", "nats/*seed*"} {
			all, _ := filepath.Glob(filepath.Join(s.State, pattern))
			for _, path := range all {
				d.mode(path, 0o077, "messages and keys are in it")
			}
		}
	}
	if s.Spool != nil {
		d.mode(s.Spool.Outgoing, 0o002, "everybody could send messages")
	}
}

// mode looks at the bits of a file that nobody else must have.
func (d *doctor) mode(path string, forbidden os.FileMode, why string) {
	if path == "" {
		return
	}
	info, err := os.Stat(path)
	if err != nil {
		d.fine("%s was not looked at: %v", path, err)
		return
	}
	if open := info.Mode().Perm() & forbidden; open != 0 {
		d.bad(fmt.Sprintf("chmod %o %s", info.Mode().Perm()&^forbidden, path), "%s has mode %04o: %s", path, info.Mode().Perm(), why)
		return
	}
	d.fine("%s has mode %04o", path, info.Mode().Perm())
}

// programs looks at everything in the configuration that can be run: who can change
// such a file, or replace it, is the gateway.
func (d *doctor) programs(configPath string) error {
	var all any
	if err := config.LoadSome(configPath, &all); err != nil {
		return err
	}
	for _, path := range runnable(all) {
		writable := ""
		for place := path; ; place = filepath.Dir(place) {
			if info, err := os.Stat(place); err == nil && info.Mode().Perm()&0o022 != 0 && info.Mode()&os.ModeSticky == 0 {
				writable = place
			}
			if place == filepath.Dir(place) {
				break
			}
		}
		if writable != "" {
			d.bad("chmod go-w "+writable, "%s is run, and others can write to %s", path, writable)
			continue
		}
		d.fine("%s is run, and its owner alone can change it", path)
	}
	return nil
}

// runnable are the values that name a program: of commands with arguments, the first
// word.
func runnable(v any) (paths []string) {
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			paths = append(paths, runnable(inner)...)
		}
	case []any:
		for _, inner := range v {
			paths = append(paths, runnable(inner)...)
		}
	case string:
		path, _, _ := strings.Cut(v, " ")
		if !filepath.IsAbs(path) {
			return nil
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0 {
			return []string{path}
		}
	}
	return paths
}
