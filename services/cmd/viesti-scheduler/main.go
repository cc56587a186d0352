// Command viesti-scheduler is the scheduler of Viesti, alone, against a NATS server.
package main

import (
	"os"

	"github.com/viesti-sms/viesti/services/internal/boot"
)

func main() {
	os.Exit(boot.Single("viesti-scheduler", "viesti-scheduler is the scheduler of Viesti", boot.Scheduler))
}
