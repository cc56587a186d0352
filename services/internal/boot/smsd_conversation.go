package boot

import (
	"strconv"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smsdconf"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/modem"
)

// smsdConversation takes over how a modem is talked to. Where smsd.conf does not
// say how messages are found, they are found in the way of Viesti.
func smsdConversation(c *modem.Conversation, m *smsdconf.Modem) {
	c.WakeupInit, c.NeedsWakeupAT = m.WakeupInit, m.NeedsWakeupAT
	c.CheckSIM = [...]string{"no", "yes", "once"}[m.CheckSIM]
	c.CheckSIMCmd, c.CheckSIMReset = m.CheckSIMCmd, m.CheckSIMReset
	c.CheckSIMRetries, c.CheckSIMWait = m.CheckSIMRetries, config.Duration(m.CheckSIMWait)
	c.LogNotRegisteredAfter, c.DeviceDetails = m.LogNotRegisteredAfter, m.ReportDeviceDetails
	// The cell is logged at the level that is configured for it, or not at all.
	c.CellInfo = m.SetAt("loglevel_lac_ci") > 0 && m.LogLevel >= m.LogLevelLACCI
	c.CommunicationDelay = config.Duration(m.CommunicationDelay)
	// Drain, which is below 0, is what the port does here anyway.
	c.SendDelay = config.Duration(min(max(m.SendDelay, 0), time.Second))
	c.ReadTimeouts = readTimeouts(m)
	if m.SetAt("check_memory_method") > 0 {
		c.CheckMemoryMethod = config.Text(strconv.Itoa(m.CheckMemoryMethod))
	}
	c.PrimaryMemory, c.SecondaryMemory, c.SecondaryMemoryMax = m.PrimaryMemory, m.SecondaryMemory, m.SecondaryMemoryMax
	for _, number := range m.PriviledgedNumbers {
		c.PriviledgedNumbers = append(c.PriviledgedNumbers, config.Text(number.Reveal()))
	}
	c.KeepMessages, c.RoutedStatusReportCNMA = m.KeepMessages, m.RoutedStatusReportCNMA
	c.DetectUnexpectedInput, c.UnexpectedInputIsTrouble = m.DetectUnexpectedInput, m.UnexpectedInputIsTrouble
	c.IgnoreUnexpectedInput = m.IgnoreUnexpectedInput
}

// readTimeouts are the factors that the file sets; the others are the same there
// and here.
func readTimeouts(m *smsdconf.Modem) map[string]int {
	factors := map[string]int{}
	for op, factor := range m.ReadTimeouts {
		if m.SetAt("read_timeout_"+op) > 0 {
			factors[op] = factor
		}
	}
	return factors
}
