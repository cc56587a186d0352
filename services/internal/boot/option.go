package boot

import "github.com/spf13/cobra"

// Option adds a flag to a program, and returns what it does to the configuration
// when the program runs.
type Option func(*cobra.Command) func(*Config)

// TraceAT is --trace-at: the transcript of all modems that have no file of their own.
func TraceAT(cmd *cobra.Command) func(*Config) {
	path := cmd.Flags().String("trace-at", "", "write a transcript of what is said with the modems to this file")
	return func(cfg *Config) {
		for i := range cfg.Modems {
			if cfg.Modems[i].TraceAT == "" {
				cfg.Modems[i].TraceAT = *path
			}
		}
	}
}
