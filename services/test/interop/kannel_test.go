//go:build interop

package interop

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/process"
)

// kannel is a bearerbox with its smsbox.
type kannel struct {
	dir            string
	admin, sendsms string
	bearerbox      *process.Process
	talk           *talk
	callback       string
}

// TestKannel is Kannel: messages go in by HTTP, and reports come out by HTTP.
func TestKannel(t *testing.T) {
	each(t, true, func(t *testing.T, s *server, secure bool) {
		k := startKannel(t, s, secure)
		long := strings.Join(parts(), "")
		k.send(t, "gsm", url.Values{"text": {textGSM}, "charset": {"UTF-8"}, "coding": {"0"}})
		k.send(t, "ucs2", url.Values{"text": {textUCS2}, "charset": {"UTF-8"}, "coding": {"2"}})
		k.send(t, "binary", url.Values{"text": {octets}, "coding": {"1"}})
		k.send(t, "long", url.Values{"text": {long}, "charset": {"UTF-8"}, "coding": {"0"}})
		k.talk.until(t, "accepted", 4)
		deliver(t, s.modem) // not before: a bearerbox that knows no smsbox tries again only after a minute
		k.talk.until(t, "delivered", 4)
		k.talk.until(t, "message", 1)
		for _, e := range k.talk.all() {
			if e.Event == "failed" || e.Event == "message" && (e.From != phoneNumber || e.Text != phoneText) {
				t.Errorf("Kannel says %+v", e)
			}
		}
		k.stop(t)
		arrived(t, s.modem)
	})
}

// startKannel starts both boxes and waits until they are bound.
func startKannel(t *testing.T, s *server, secure bool) *kannel {
	t.Helper()
	k := &kannel{dir: t.TempDir(), talk: newTalk(), admin: freePort(t), sendsms: freePort(t)}
	web := httptest.NewServer(http.HandlerFunc(k.called))
	t.Cleanup(web.Close)
	k.callback = web.URL
	template, err := os.ReadFile(filepath.Join("clients", "kannel", "kannel.conf"))
	if err != nil {
		t.Fatal(err)
	}
	tls := "use-ssl = false"
	if secure {
		tls = "use-ssl = true"
	}
	conf := strings.NewReplacer("$DIR", k.dir, "$ADMIN", k.admin, "$BOX", freePort(t), "$SENDSMS", k.sendsms, "$HOST", "127.0.0.1",
		"$PORT", s.port(secure), "$SYSTEM_ID", systemID, "$PASSWORD", s.secret, "$TLS", tls, "$STORE", "", "$CALLBACK", web.URL).Replace(string(template))
	path := filepath.Join(k.dir, "kannel.conf")
	if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	k.bearerbox = process.Start(t, tools.bearerbox, nil, path)
	gateway.Wait(t, "Kannel to bind", func() bool { return strings.Contains(k.get(t, k.admin, "/status.txt?password=admin"), "(online") })
	process.Start(t, tools.smsbox, nil, path)
	gateway.Wait(t, "Kannel's smsbox", func() bool { return strings.Contains(k.get(t, k.admin, "/status.txt?password=admin"), "smsbox:") })
	return k
}

// freePort returns a port that nobody used a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// get gets a page; "" when there is none yet.
func (k *kannel) get(t *testing.T, port, path string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:"+port+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	page, _ := io.ReadAll(resp.Body)
	return string(page)
}

// send gives a message to the smsbox.
func (k *kannel) send(t *testing.T, what string, fields url.Values) {
	t.Helper()
	const onSuccess, onFailure, accepted, rejected = 1, 2, 8, 16
	fields.Set("username", "tester")
	fields.Set("password", "tester")
	fields.Set("from", "Viesti")
	fields.Set("to", "+"+destination)
	fields.Set("dlr-mask", strconv.Itoa(onSuccess|onFailure|accepted|rejected))
	fields.Set("dlr-url", k.callback+"/report?what="+what+"&type=%d")
	var answer string
	gateway.Wait(t, "the smsbox to take "+what, func() bool {
		answer = k.get(t, k.sendsms, "/cgi-bin/sendsms?"+fields.Encode())
		return answer != ""
	})
	if !strings.Contains(answer, "Accepted") && !strings.Contains(answer, "Queued") {
		t.Fatalf("the smsbox says %q of %s", answer, what)
	}
}

// reports are the types of Kannel's reports.
var reports = map[string]string{"1": "delivered", "2": "failed", "4": "buffered", "8": "accepted", "16": "failed"}

// called is called by the boxes.
func (k *kannel) called(_ http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if r.URL.Path == "/report" {
		k.talk.say(event{Event: reports[q.Get("type")], What: q.Get("what")})
		return
	}
	k.talk.say(event{Event: "message", From: strings.Trim(q.Get("from"), "+ "), Text: q.Get("text")})
}

// stop shuts Kannel down, and wants it to have unbound.
func (k *kannel) stop(t *testing.T) {
	t.Helper()
	k.get(t, k.admin, "/shutdown?password=admin")
	gateway.Wait(t, "Kannel to unbind", func() bool {
		data, err := os.ReadFile(filepath.Join(k.dir, "bearerbox.log"))
		return err == nil && strings.Contains(string(data), "unbind_resp")
	})
	// A bearerbox waits long for its smsbox; it is killed when the test ends.
}

// patience bounds the waits of a test.
func patience(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), gateway.Patience, fmt.Errorf("%v are over", gateway.Patience))
	t.Cleanup(cancel)
	return ctx
}

// client is a client's program with the environment that tells it where to go.
func (s *server) client(t *testing.T, secure bool, program string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(patience(t), program, args...)
	cmd.Env = append(os.Environ(), "SMPP_HOST=127.0.0.1", "SMPP_PORT="+s.port(secure), "SMPP_SYSTEM_ID="+systemID,
		"SMPP_PASSWORD="+s.secret, "SMPP_TO="+destination)
	if secure {
		cmd.Env = append(cmd.Env, "SMPP_CA="+s.certificate)
	}
	return cmd
}
