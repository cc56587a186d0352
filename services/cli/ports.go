package cli

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/driver/serial"
)

func (e *env) ports() *cobra.Command {
	return &cobra.Command{
		Use: "ports", Short: "list the serial ports of this machine, and which of them to use", Args: cobra.NoArgs,
		Long: "ports lists the serial ports of this machine: what each is for, as far as its USB interface\n" +
			"tells, what to write into device of a modem, and who has it open. It opens none of them, and\n" +
			"needs no gateway.",
		RunE: func(*cobra.Command, []string) error { return e.runPorts(serial.System) },
	}
}

func (e *env) runPorts(machine serial.Roots) error {
	ports, err := machine.Ports()
	if err != nil {
		return err
	}
	if len(ports) == 0 {
		fmt.Fprintln(e.stdout, "(no serial port is there)")
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	if len(ports) > 0 {
		fmt.Fprintln(w, "USE\tPORT\tFOR\tMODEM\tDEVICE\tOPENED BY")
	}
	for _, p := range ports {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", use(ports, p), p.Device, cmp.Or(string(p.Role), "unknown"), maker(p), p.Stable(),
			cmp.Or(strings.Join(machine.Holders(p.Device), ", "), "-"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if machine.ModemManager() {
		fmt.Fprintln(e.stdout, "\nModemManager runs here, and may open ports: install the udev rules (99-viesti-modem.rules), or stop it.")
	}
	return nil
}

// use marks the port that is best for a modem, one for each USB device.
func use(ports []serial.Port, p serial.Port) string {
	if best, ok := serial.Best(ports, p.USB); p.USB != "" && ok && best.Device == p.Device {
		return "*"
	}
	return ""
}

// maker is what a USB device says of itself.
func maker(p serial.Port) string {
	if p.USB == "" {
		return "-"
	}
	name := strings.TrimSpace(p.Manufacturer + " " + p.Name)
	return strings.TrimSpace(name + " (" + p.Vendor + ":" + p.Product + "), interface " + p.Interface)
}
