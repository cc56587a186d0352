package boot

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/core/route"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/internal/policyfile"
)

// migration is the command line of viesti migrate.
type migration struct {
	output, policy, state string
	stdout, stderr        io.Writer
}

// MigrateCommand is viesti migrate: it makes a YAML configuration of an smsd.conf.
func MigrateCommand(stdout, stderr io.Writer) *cobra.Command {
	m := migration{stdout: stdout, stderr: stderr}
	cmd := &cobra.Command{
		Use: "migrate SMSD.CONF", Short: "make a configuration of an smsd.conf of SMS Server Tools 3", Args: cobra.ExactArgs(1),
		Long: "migrate writes the YAML configuration that does the same as an smsd.conf, and says line by line on\n" +
			"standard error what became of it: taken over, not needed, or without effect, with what to do instead.\n" +
			"The provider queues become the shared policy of the section queues. With --policy they go into a file for\n" +
			"viesti policy apply instead, and so does what is on the blacklist and the whitelist now. It needs no gateway\n" +
			"and writes these files only, which must not exist. The configuration holds the PINs and passwords of smsd.conf.",
		RunE: func(_ *cobra.Command, args []string) error { return m.run(args[0]) },
	}
	cmd.Flags().StringVarP(&m.output, "output", "o", "", "file to write; standard output unless given")
	cmd.Flags().StringVar(&m.policy, "policy", "", "file to write the shared policy to: queues and lists")
	cmd.Flags().StringVar(&m.state, "state", "/var/lib/viesti", "state directory of viestid")
	return cmd
}

func (m migration) run(path string) error {
	conf, err := readSmsd(path, m.stderr)
	if err != nil {
		return err
	}
	cfg := fromSmsd(conf)
	cfg.State = m.state
	if m.policy != "" {
		if err := m.sharePolicy(cfg); err != nil {
			return err
		}
	}
	text, err := asYAML(cfg)
	if err != nil {
		return err
	}
	m.report(path, findings(conf))
	text = append([]byte("# Made of "+path+" by viesti migrate. Check it with: viestid --config FILE --check-config\n"), text...)
	if m.output == "" {
		_, err = m.stdout.Write(text)
		return err
	}
	return writeNew(m.output, text)
}

// sharePolicy takes the queues and the lists out of a configuration and writes them as
// a policy that all services share.
func (m migration) sharePolicy(cfg *Config) error {
	p := cfg.Policy()
	for _, l := range []struct {
		path string
		add  func(route.Entry)
	}{
		{cfg.Spool.Blacklist, func(e route.Entry) { p.Lists.Deny = append(p.Lists.Deny, e.Prefix) }},
		{cfg.Spool.Whitelist, func(e route.Entry) { p.Lists.Allow = append(p.Lists.Allow, e) }},
	} {
		if l.path == "" {
			continue
		}
		data, err := os.ReadFile(l.path)
		if err != nil {
			return fmt.Errorf("reading a list of smsd: %w", err)
		}
		for _, e := range route.ParseList(data) {
			l.add(e)
		}
	}
	p.Lists.AllowOnly = cfg.Spool.Whitelist != ""
	cfg.Queues, cfg.Spool.Blacklist, cfg.Spool.Whitelist = nil, "", ""
	text, err := policyfile.Encode(p)
	if err != nil {
		return err
	}
	if _, err := policyfile.Parse(text); err != nil {
		return fmt.Errorf("%w: %w", errDiffers, err)
	}
	return writeNew(m.policy, append([]byte("# Made by viesti migrate. Put it in force with: viesti policy apply -f FILE\n"), text...))
}

// errDiffers says that a configuration would not be read as it was meant.
var errDiffers = errors.New("the YAML does not say the same as the configuration; please report this, with the file")

// asYAML writes a configuration, and makes sure that it is read as it was meant.
func asYAML(cfg *Config) ([]byte, error) {
	text, err := config.Encode(cfg)
	if err != nil {
		return nil, err
	}
	var back Config
	if err := config.Decode(text, &back); err != nil {
		return nil, fmt.Errorf("%w: %w", errDiffers, err)
	}
	again, err := config.Encode(&back)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(text, again) {
		return nil, errDiffers
	}
	return text, nil
}

func (m migration) report(path string, all []Finding) {
	var taken, needless, lost int
	for _, f := range all {
		fmt.Fprintf(m.stderr, "%s: %s\n", path, f)
		switch {
		case f.Honoured:
			taken++
		case f.Needless:
			needless++
		default:
			lost++
		}
	}
	fmt.Fprintf(m.stderr, "%s: %d lines taken over, %d not needed, %d without effect\n", path, taken, needless, lost)
}

// writeNew writes a file that nobody else may read, for it may hold secrets.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("writing the configuration: %w; give another file with --output, or remove that one", err)
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
