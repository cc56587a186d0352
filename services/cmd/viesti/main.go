// Command viesti sends messages through Viesti and looks after it.
package main

import (
	"context"
	"os"

	"github.com/viesti-sms/viesti/services/cli"
	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
)

func main() {
	os.Exit(lifecycle.Main("viesti", os.Stderr, func(ctx context.Context) error {
		return cli.Command(boot.Version, os.Stdin, os.Stdout, boot.MigrateCommand(os.Stdout, os.Stderr)).ExecuteContext(ctx)
	}))
}
