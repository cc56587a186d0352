package modem_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// A modem whose network is congested once.
func Example() {
	rules, err := modem.ParseRules([]byte(
		`[{"stage": "pdu", "action": "reply", "reply": "+CMS ERROR: 42", "times": 1}]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	m := modem.New(modem.Config{Name: "GSM1", Rules: rules})
	terminal, line := net.Pipe()
	done := make(chan error)
	go func() { done <- m.Serve(context.Background(), line) }()

	answers := bufio.NewReader(terminal)
	fmt.Fprint(terminal, "ATE0\r")
	skipTo(answers, "OK")
	for _, final := range []string{"42", "OK"} {
		fmt.Fprint(terminal, "AT+CMGS=19\r")
		_, _ = answers.ReadString('>')
		fmt.Fprint(terminal, "0031000C915348103254760000FF05C8329BFD06\x1a")
		skipTo(answers, final)
	}
	terminal.Close()
	<-done
	for _, r := range m.Records() {
		fmt.Println(r.Modem, r.Accepted, r.MR, r.Result)
	}
	// Output:
	// GSM1 false -1 +CMS ERROR: 42
	// GSM1 true 1 OK
}

// skipTo reads lines up to the one that ends with a text.
func skipTo(r *bufio.Reader, text string) {
	for {
		line, err := r.ReadString('\n')
		if err != nil || strings.HasSuffix(strings.TrimSpace(line), text) {
			return
		}
	}
}
