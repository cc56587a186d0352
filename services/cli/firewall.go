package cli

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/core/firewall"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/internal/policyfile"
)

// defaultPort is where an SMPP server listens that is not told where.
const defaultPort = 2775

func (e *env) firewall() *cobra.Command {
	var format, path, configPath string
	var ports []uint
	show := &cobra.Command{
		Use: "print", Short: "print rules that let the clients in and nobody else", Args: cobra.NoArgs,
		Long: "print makes rules of the networks of all accounts that are not disabled and the ports of the SMPP\n" +
			"server: they never differ from what the server itself lets in. Nothing is changed; apply them yourself,\n" +
			"and print them anew when accounts change.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			rules := firewall.Rules{}
			var err error
			if rules.Ports, err = serverPorts(ports, configPath); err != nil {
				return err
			}
			if path != "" {
				p, err := policyfile.Load(path)
				if err != nil {
					return err
				}
				return e.printFirewall(firewall.Format(format), rules, p)
			}
			return e.withBus(cmd.Context(), patience, func(ctx context.Context, b *bus.Bus) error {
				p, err := b.Policy(ctx)
				if err != nil {
					return err
				}
				return e.printFirewall(firewall.Format(format), rules, p)
			})
		},
	}
	show.Flags().StringVar(&format, "format", string(firewall.NFT), "nft, iptables, firewalld or ansible")
	show.Flags().UintSliceVar(&ports, "port", nil, "ports of the SMPP server")
	show.Flags().StringVar(&configPath, "config", "", "configuration file of viestid or viesti-smpp that has the ports (default port 2775)")
	show.Flags().StringVarP(&path, "file", "f", "", "take the accounts of a file (YAML) instead of those in force")
	cmd := &cobra.Command{Use: "firewall", Short: "make firewall rules of the accounts"}
	cmd.AddCommand(show)
	return cmd
}

func (e *env) printFirewall(f firewall.Format, rules firewall.Rules, p *policy.Policy) error {
	rules.Networks, rules.Version = p.Networks(), p.Version
	text, err := firewall.Render(f, rules)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(e.stdout, text)
	return err
}

// server is what the command line reads of a configuration file.
type server struct {
	State string `yaml:"state"`
	Spool *struct {
		Outgoing string `yaml:"outgoing"`
	} `yaml:"spool"`
	NATS struct {
		NKey    string `yaml:"nkey"`
		Creds   string `yaml:"creds"`
		Context string `yaml:"context"`
	} `yaml:"nats"`
	SMPP *struct {
		Listeners []listenerConfig `yaml:"listeners"`
	} `yaml:"smpp"`
}

type listenerConfig struct {
	Address string `yaml:"address"`
	TLS     *struct {
		Certificate string `yaml:"certificate"`
		Key         string `yaml:"key"`
	} `yaml:"tls"`
	Plaintext string `yaml:"plaintext"`
}

// ports are those of the listeners of a configuration.
func (s *server) ports() (all []uint16, err error) {
	if s.SMPP == nil {
		return nil, nil
	}
	for _, l := range s.SMPP.Listeners {
		_, text, err := net.SplitHostPort(l.Address)
		if err != nil {
			return nil, fmt.Errorf("smpp.listeners: %q is no host:port: %w", l.Address, err)
		}
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("smpp.listeners: %q has no port: %w", l.Address, err)
		}
		all = append(all, uint16(port))
	}
	return all, nil
}

func serverPorts(given []uint, configPath string) ([]uint16, error) {
	var all []uint16
	for _, p := range given {
		if p == 0 || p > 65535 {
			return nil, fmt.Errorf("--port %d is no port", p)
		}
		all = append(all, uint16(p))
	}
	if configPath != "" {
		var s server
		if err := config.LoadSome(configPath, &s); err != nil {
			return nil, err
		}
		more, err := s.ports()
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	if len(all) == 0 {
		all = []uint16{defaultPort}
	}
	return all, nil
}
