package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
)

// esmeFlags are the command line of the simulated client.
type esmeFlags struct {
	server, systemID, passwordFile, systemType, mode string
	tls                                              bool
	tlsCA, tlsName, tlsCert, tlsKey                  string
	connections, window, messages                    int
	rate                                             float64
	from, to, text                                   string
	receipts                                         bool
	wait, patience, enquire                          time.Duration
}

func esmeCommand(stdout io.Writer) *cobra.Command {
	var f esmeFlags
	cmd := &cobra.Command{
		Use: "esme", Short: "A simulated SMPP client that binds, submits, and shows what it is given",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), stdout) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.server, "server", "127.0.0.1:2775", "address of the message centre")
	flags.StringVar(&f.systemID, "system-id", "", "system_id, the name of the account")
	flags.StringVar(&f.passwordFile, "password-file", "", "file with the password")
	flags.StringVar(&f.systemType, "system-type", "", "system_type")
	flags.StringVar(&f.mode, "mode", "transceiver", "how to bind: transmitter, receiver or transceiver")
	flags.BoolVar(&f.tls, "tls", false, "speak TLS")
	flags.StringVar(&f.tlsCA, "tls-ca", "", "file of the certificates to trust (PEM); default those of the system")
	flags.StringVar(&f.tlsName, "tls-name", "", "name that the certificate of the message centre must have; default that of --server")
	flags.StringVar(&f.tlsCert, "tls-cert", "", "file of the certificate to show (PEM)")
	flags.StringVar(&f.tlsKey, "tls-key", "", "file of its key (PEM)")
	flags.IntVar(&f.connections, "connections", 1, "number of sessions")
	flags.IntVar(&f.window, "window", 10, "how many submits of a session may wait for their responses")
	flags.IntVar(&f.messages, "messages", 1, "number of messages to submit; 0: only bind")
	flags.Float64Var(&f.rate, "rate", 0, "messages to submit in a second; 0: as many as the window lets through")
	flags.StringVar(&f.from, "from", "", "source address, a number or a name")
	flags.StringVar(&f.to, "to", "", "destination address, a number with its country code")
	flags.StringVar(&f.text, "text", "Test", "text")
	flags.BoolVar(&f.receipts, "receipts", false, "ask for receipts, and wait until all are there")
	flags.DurationVar(&f.wait, "wait", 0, "stay bound for so long after the last response, and show what is delivered")
	flags.DurationVar(&f.patience, "patience", time.Minute, "how long to wait for the bind, and after the last response for receipts")
	flags.DurationVar(&f.enquire, "enquire", 30*time.Second, "time between two enquire_links")
	return cmd
}

// binds are the ways to bind.
var binds = map[string]smpp.ID{
	"transmitter": smpp.BindTransmitterID, "receiver": smpp.BindReceiverID, "transceiver": smpp.BindTransceiverID,
}

// config is what the flags say about the sessions.
func (f *esmeFlags) config() (esme.Config, error) {
	bind, ok := binds[f.mode]
	if !ok {
		return esme.Config{}, fmt.Errorf("%w: --mode %q: want transmitter, receiver or transceiver", errFlags, f.mode)
	}
	if f.messages > 0 && (f.to == "" || bind == smpp.BindReceiverID) {
		return esme.Config{}, fmt.Errorf("%w: submitting needs --to and a --mode that is not receiver; --messages 0 only binds", errFlags)
	}
	if f.connections < 1 || f.window < 1 || f.messages < 0 || f.rate < 0 {
		return esme.Config{}, fmt.Errorf("%w: want at least one session and a window of at least 1, and no number below 0", errFlags)
	}
	cfg := esme.Config{
		Addr: f.server, Bind: bind, SystemID: f.systemID, SystemType: f.systemType, Window: f.window, Enquire: f.enquire,
		Inbox: &esme.Inbox{},
	}
	if f.passwordFile != "" {
		data, err := os.ReadFile(f.passwordFile)
		if err != nil {
			return cfg, err
		}
		cfg.Password = strings.TrimRight(string(data), "\r\n")
	}
	var err error
	cfg.TLS, err = f.tlsConfig()
	return cfg, err
}

func (f *esmeFlags) tlsConfig() (*tls.Config, error) {
	if !f.tls {
		return nil, nil
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: f.tlsName}
	if f.tlsCA != "" {
		data, err := os.ReadFile(f.tlsCA)
		if err != nil {
			return nil, err
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("reading %s: it holds no certificate", f.tlsCA)
		}
	}
	if f.tlsCert != "" || f.tlsKey != "" {
		pair, err := tls.LoadX509KeyPair(f.tlsCert, f.tlsKey)
		if err != nil {
			return nil, fmt.Errorf("reading the certificate to show: %w", err)
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	return cfg, nil
}

// errLoad says that not every message was accepted, or reported on.
var errLoad = errors.New("not everything went well")

// run is the program.
func (f *esmeFlags) run(ctx context.Context, stdout io.Writer) error {
	cfg, err := f.config()
	if err != nil {
		return err
	}
	show := &shower{w: stdout}
	cfg.Answer = show.delivery
	if f.messages == 0 {
		return f.listen(ctx, cfg, stdout)
	}
	load := esme.Load{
		Client: cfg, Connections: f.connections, Messages: f.messages, Rate: f.rate,
		Message: func(int) *smpp.ShortMessage { return f.message() },
	}
	missing := 0
	load.Linger = func(ctx context.Context, r *esme.Result) { missing = f.linger(ctx, r.Acknowledged, cfg.Inbox, show) }
	show.quiet = f.messages > 1
	result, err := load.Run(ctx)
	if result == nil {
		return err
	}
	report(stdout, result)
	switch {
	case err != nil:
		return err
	case len(result.Refused) > 0 || result.Unanswered > 0:
		return fmt.Errorf("%w: %d of %d messages were acknowledged", errLoad, result.Acknowledged, f.messages)
	case missing > 0:
		return fmt.Errorf("%w: %d receipts are missing after %v", errLoad, missing, f.patience)
	}
	return nil
}

// listen binds and shows what is delivered.
func (f *esmeFlags) listen(ctx context.Context, cfg esme.Config, stdout io.Writer) error {
	dialing, cancel := context.WithTimeout(ctx, f.patience)
	defer cancel()
	c, err := esme.Dial(dialing, cfg)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "bound as %s to %s\n", f.mode, f.server)
	end := ctx
	if f.wait > 0 {
		var cancel context.CancelFunc
		end, cancel = context.WithTimeout(ctx, f.wait)
		defer cancel()
	}
	select {
	case <-c.Done():
		return errors.Join(c.Err(), c.Close())
	case <-end.Done():
	}
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.patience)
	defer cancel()
	return c.Unbind(leaving)
}

// message is the message of the flags.
func (f *esmeFlags) message() *smpp.ShortMessage {
	const most, mostUCS2 = 160, 140
	m := esme.Text(f.from, f.to, f.text, f.receipts)
	if !ascii(f.text) {
		m = esme.Unicode(f.from, f.to, f.text, f.receipts)
	}
	if len(m.Text) > most || m.DataCoding != 0 && len(m.Text) > mostUCS2 {
		m.TLVs, m.Text = m.TLVs.Append(smpp.TagMessagePayload, m.Text...), nil
	}
	return m
}

// ascii reports whether a text has the same octets in the GSM default alphabet.
func ascii(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > 'z' || strings.ContainsRune("$@[\\]^_`", r) })
}

// linger waits for the receipts of what was accepted and for the time that was asked for,
// and returns how many receipts are missing.
func (f *esmeFlags) linger(ctx context.Context, accepted int, inbox *esme.Inbox, show *shower) (missing int) {
	if f.receipts && f.mode == "transceiver" {
		waiting, cancel := context.WithTimeout(ctx, f.patience)
		defer cancel()
		_, _ = inbox.Until(waiting, func([]*esme.Delivery) bool { return show.finals() >= accepted })
		missing = max(accepted-show.finals(), 0)
	}
	if f.wait > 0 {
		timer := time.NewTimer(f.wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return missing
}

// report shows what came of a load.
func report(w io.Writer, r *esme.Result) {
	fmt.Fprintf(w, "%d acknowledged in %.3f s: %.0f/s; response after p50 %.1f ms, p99 %.1f ms\n", r.Acknowledged, r.Took.Seconds(), r.Rate(),
		milliseconds(r.Percentile(50)), milliseconds(r.Percentile(99)))
	for _, status := range slices.Sorted(maps.Keys(r.Refused)) {
		fmt.Fprintf(w, "%d refused with status %#x: %v\n", r.Refused[status], uint32(status), status)
	}
	if r.Unanswered > 0 {
		fmt.Fprintf(w, "%d were not answered: it is not known whether they were accepted\n", r.Unanswered)
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
