package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"

	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Where Debian puts Kannel.
const (
	bearerboxPath = "/usr/sbin/bearerbox"
	smsboxPath    = "/usr/sbin/smsbox"
)

// kannelConf is a Kannel that stores what it is given, each message in a file of its
// own, and has nobody to send it to.
const kannelConf = `group = core
admin-port = %[2]s
admin-password = bench
admin-allow-ip = "127.0.0.1"
smsbox-port = %[3]s
box-allow-ip = "127.0.0.1"
log-file = "%[1]s/bearerbox.log"
log-level = 2
store-type = spool
store-location = "%[1]s/store"

group = smsc
smsc = fake
smsc-id = nobody
port = %[4]s
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = "127.0.0.1"
sendsms-port = %[5]s
log-file = "%[1]s/smsbox.log"
log-level = 2

group = sendsms-user
username = bench
password = bench
max-messages = 10
concatenation = true
`

// kannels measures Kannel's HTTP ingress; nil: it is not installed.
func (b *bench) kannels(ctx context.Context, o options) ([]float64, error) {
	if !exists(bearerboxPath) || !exists(smsboxPath) {
		return nil, nil
	}
	var rates []float64
	for round := range o.rounds {
		rate, err := b.kannel(ctx, o.span)
		if err != nil {
			return nil, fmt.Errorf("Kannel: %w", err) //nolint:staticcheck // a name
		}
		fmt.Fprintf(os.Stderr, "Kannel, round %d: %.0f messages/s\n", round+1, rate)
		rates = append(rates, rate)
	}
	return rates, nil
}

// kannel starts a Kannel and loads its HTTP ingress for a span.
func (b *bench) kannel(ctx context.Context, span time.Duration) (rate float64, err error) {
	ctx, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel()
	b.runs++
	dir := filepath.Join(b.dir, fmt.Sprintf("run%d", b.runs))
	if err := os.MkdirAll(filepath.Join(dir, "store"), 0o755); err != nil {
		return 0, err
	}
	ports := make([]any, 0, 5)
	ports = append(ports, dir)
	for range 4 {
		address, err := freeAddress(ctx)
		if err != nil {
			return 0, err
		}
		_, port, _ := net.SplitHostPort(address)
		ports = append(ports, port)
	}
	conf := filepath.Join(dir, "kannel.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, kannelConf, ports...), 0o644); err != nil {
		return 0, err
	}
	ingress := fmt.Sprintf("http://127.0.0.1:%s/cgi-bin/sendsms?", ports[4])
	for _, program := range []string{bearerboxPath, smsboxPath} {
		box := &system{name: filepath.Base(program), program: program, arguments: func(_, conf string) []string { return []string{"-v", "4", conf} }}
		p, err := box.start(dir, conf, "")
		if err != nil {
			return 0, err
		}
		// A bearerbox waits for its smsbox, and for its messages, when it is asked to end.
		defer func() {
			_ = p.cmd.Process.Kill()
			<-p.done
		}()
		if program == bearerboxPath { // without it the smsbox gives up
			if err := listens(ctx, fmt.Sprintf("127.0.0.1:%s", ports[1])); err != nil {
				return 0, err
			}
		}
	}
	return loadKannel(ctx, ingress, span)
}

// listens waits until somebody listens at an address.
func listens(ctx context.Context, address string) error {
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return err
		case <-look.C:
		}
	}
}

// loadKannel posts messages, as many at once as the windows of SMPP hold.
func loadKannel(ctx context.Context, ingress string, span time.Duration) (rate float64, err error) {
	const atOnce = smppConnections * smppWindow
	// Now and then it leaves a request on a kept connection without an answer.
	const patience = 5 * time.Second
	client := &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: atOnce, MaxConnsPerHost: atOnce}}
	defer client.CloseIdleConnections()
	if err := awaitKannel(ctx, client, ingress); err != nil {
		return 0, err
	}
	var accepted, refused atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for i := range atOnce {
		all.Go(func() {
			for n := i; time.Since(began) < span && ctx.Err() == nil; n += atOnce {
				switch err := postKannel(ctx, client, ingress, n); {
				case err != nil:
					refused.Add(1)
				case time.Since(began) < span:
					accepted.Add(1)
				}
			}
		})
	}
	all.Wait()
	if refused.Load() > accepted.Load()/10 {
		return 0, fmt.Errorf("it did not take %d of %d messages", refused.Load(), refused.Load()+accepted.Load())
	}
	return float64(accepted.Load()) / span.Seconds(), nil
}

// awaitKannel waits until a message is taken.
func awaitKannel(ctx context.Context, client *http.Client, ingress string) error {
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		err := postKannel(ctx, client, ingress, 0)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it takes nothing: %w", err)
		case <-look.C:
		}
	}
}

// errKannel says that a message was not taken.
var errKannel = errors.New("not taken")

// postKannel hands message n in.
func postKannel(ctx context.Context, client *http.Client, ingress string, n int) error {
	query := url.Values{"username": {"bench"}, "password": {"bench"}, "from": {smppSource}, "to": {"+" + number(n)}, "text": {smppText}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, ingress+query.Encode(), nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if text := string(body); !strings.HasPrefix(text, "0:") && !strings.HasPrefix(text, "3:") {
		return fmt.Errorf("%w: %.60q", errKannel, text)
	}
	return nil
}
