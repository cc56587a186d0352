// Command viesti-modem is the modem worker of Viesti, alone, against a NATS server.
package main

import (
	"os"

	"github.com/viesti-sms/viesti/services/internal/boot"
)

func main() {
	os.Exit(boot.Single("viesti-modem", "viesti-modem is the modem worker of Viesti", boot.Modem, boot.TraceAT))
}
