// Command viesti-smpp is the server of Viesti for SMPP clients, alone, against a
// NATS server.
package main

import (
	"os"

	"github.com/viesti-sms/viesti/services/internal/boot"
)

func main() {
	os.Exit(boot.Single("viesti-smpp", "viesti-smpp is the SMPP server of Viesti", boot.SMPP))
}
