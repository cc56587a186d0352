// Command viesti-spool is the spool ingress of Viesti, alone, against a NATS server.
package main

import (
	"os"

	"github.com/viesti-sms/viesti/services/internal/boot"
)

func main() {
	os.Exit(boot.Single("viesti-spool", "viesti-spool is the spool ingress of Viesti", boot.Spool))
}
