package cli

import (
	"errors"

	"github.com/spf13/cobra"
)

// errNoPDU says that some text is no PDU, and that nothing can be told about it.
var errNoPDU = errors.New("no PDU")

// pdu is the command that explains and makes PDUs. It needs no broker.
func (e *env) pdu() *cobra.Command {
	cmd := &cobra.Command{
		Use: "pdu", Short: "explain a PDU, or make one",
		Long: "pdu explains what a modem gave or was given, and makes what it would be given.\n\n" +
			"It works on this machine alone: no gateway need run.",
	}
	cmd.AddCommand(e.pduDecode(), e.pduEncode())
	return cmd
}
