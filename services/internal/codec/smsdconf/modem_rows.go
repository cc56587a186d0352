package smsdconf

import "slices"

// modemRows is the table of smstools spec §6.3, bound to m; g gives the defaults
// that come from the global part.
func modemRows(m *Modem, g *Global) []row {
	return scoped(ModemScope, slices.Concat(
		identityRows(m), portRows(m), telnetRows(m), initRows(m), networkRows(m, g), sendingRows(m, g),
		textRows(m), limitRows(m, g), receivingRows(m, g), unsolicitedRows(m), callRows(m, g),
		regularRunRows(m), otherRows(m, g)))
}

func identityRows(m *Modem) []row {
	return []row{
		hidden(&m.Number, secrets(), PhoneNumber, "number", Useful, "the SIM's own number, for the header Number"),
		text(&m.Description, Text, "description", "", Useful, "text for the header Description"),
		hidden(&m.Identity, secrets(), Text, "identity", Legacy, "IMSI of the SIM that these settings belong to"),
		yesNo(&m.ReportDeviceDetails, "report_device_details", "no", Legacy, "log what the modem says about itself"),
	}
}

func portRows(m *Modem) []row {
	return []row{
		bound(&m.Device, devices(), Device, "device", "", Essential, "serial port, or @host:port for TCP").modemname(),
		number(&m.Baudrate, 1, "baudrate", "115200", Essential, "speed of the port in bits per second"),
		yesNo(&m.RTSCTS, "rtscts", "yes", Essential, "hardware flow control"),
		yesNo(&m.KeepOpen, "keep_open", "yes", Useful, "keep the port open when idle"),
		number(&m.DeviceOpenRetries, Endless, "device_open_retries", "1", Essential, "retries of opening the port; -1: for ever"),
		period(&m.DeviceOpenErrorSleeptime, Seconds, 0, "device_open_errorsleeptime", "30", Essential, "pause between them"),
		number(&m.DeviceOpenAlarmAfter, 0, "device_open_alarm_after", "0", Useful, "retry that raises an alarm; 0: none"),
		number(&m.SocketConnectionRetries, Endless, "socket_connection_retries", "11", Essential, "retries of connecting by TCP; -1: for ever"),
		period(&m.SocketConnectionErrorSleeptime, Seconds, 0, "socket_connection_errorsleeptime", "5", Essential, "pause between them"),
		number(&m.SocketConnectionAlarmAfter, 0, "socket_connection_alarm_after", "0", Useful, "retry that raises an alarm; 0: none"),
		period(&m.SendDelay, Milliseconds, -1, "send_delay", "0", Legacy, "pause after each character; -1: until it has been sent"),
		yesNo(&m.SendHandshakeSelect, "send_handshake_select", "yes", Legacy, "wait for the port by select instead of polling CTS"),
		period(&m.CommunicationDelay, Milliseconds, 0, "communication_delay", "0", Useful, "least time between commands"),
		period(&m.ReadDelay, Milliseconds, 0, "read_delay", "0", Useful, "pause before reading"),
		number(&m.PollFaster, 1, "poll_faster", "5", Legacy, "factor of polling for input"),
		period(&m.ReadTimeout, Seconds, 1, "read_timeout", "5", Essential, "how long to wait for an answer"),
		readTimeouts(m),
		yesNo(&m.ReportReadTimeouts, "report_read_timeouts", "no", Legacy, "log when answers do not come in time"),
	}
}

func telnetRows(m *Modem) []row {
	return []row{
		text(&m.TelnetLogin, Text, "telnet_login", "", Useful, "name to log in with"),
		hidden(&m.TelnetPassword, secrets(), Text, "telnet_password", Useful, "password to log in with").secret(),
		text(&m.TelnetCmd, Text, "telnet_cmd", "", Useful, "command after logging in"),
		text(&m.TelnetLoginPrompt, Text, "telnet_login_prompt", "login:", Useful, "what asks for the name"),
		text(&m.TelnetLoginPromptIgnore, Text, "telnet_login_prompt_ignore", "Last login:", Useful, "what looks like telnet_login_prompt and does not ask"),
		text(&m.TelnetPasswordPrompt, Text, "telnet_password_prompt", "Password:", Useful, "what asks for the password"),
		text(&m.TelnetCmdPrompt, Text, "telnet_cmd_prompt", "", Useful, "what asks for the command"),
		yesNo(&m.TelnetCRLF, "telnet_crlf", "yes", Useful, "end these lines with CR and LF"),
	}
}

func initRows(m *Modem) []row {
	return []row{
		bound(&m.Mode, modes(), Enumeration, "mode", "new", Legacy, "old: PDUs of GSM phase 1, without service centre and validity period"),
		text(&m.Start, AT, "start", "", Useful, "command once at start"),
		period(&m.StartSleeptime, Seconds, 0, "startsleeptime", "3", Useful, "pause after it"),
		text(&m.Stop, AT, "stop", "", Useful, "command at stop and suspend"),
		text(&m.WakeupInit, Text, "wakeup_init", "", Useful, "text before the first command"),
		yesNo(&m.NeedsWakeupAT, "needs_wakeup_at", "no", Useful, "begin with an AT whose answer does not count"),
		yesNo(&m.PreInit, "pre_init", "yes", Essential, "switch echo off and error codes on"),
		hidden(&m.PIN, secrets(), Text, "pin", Useful, "PIN of the SIM; ignore: do not ask for its state").secret(),
		period(&m.PINSleeptime, Seconds, 0, "pinsleeptime", "0", Useful, "pause after the PIN"),
		text(&m.Init, AT, "init", "", Essential, "first command of initialisation").alias("init1"),
		text(&m.Init2, AT, "init2", "", Essential, "second command of initialisation"),
		yesNo(&m.SelectPDUMode, "select_pdu_mode", "yes", Essential, "switch to PDU mode"),
	}
}

func networkRows(m *Modem, g *Global) []row {
	return []row{
		bound(&m.CheckSIM, yesNoOr[SIMCheck]("once", "on"), Enumeration, "check_sim", "no", Useful, "test whether there is a SIM"),
		text(&m.CheckSIMCmd, AT, "check_sim_cmd", "AT+CPIN?", Useful, "command that fails without SIM"),
		text(&m.CheckSIMReset, AT, "check_sim_reset", "", Useful, "commands with pauses as in cmd[3]cmd[5], RADIO_OFF_ON or RADIO_OFF_ON_SLOW"),
		bound(&m.CheckSIMRetries, retriesOrForever(), Number, "check_sim_retries", "10", Useful, "retries of the test"),
		period(&m.CheckSIMWait, Seconds, 0, "check_sim_wait", "30", Useful, "pause between them"),
		yesNo(&m.CheckSIMKeepOpen, "check_sim_keep_open", "no", Useful, "keep the port open in that pause"),
		bound(&m.CheckNetwork, yesNoOr[NetworkCheck]("2"), Enumeration, "check_network", "1", Useful, "test the registration; 2: only for sending"),
		number(&m.LogNotRegisteredAfter, 0, "log_not_registered_after", "0", Useful, "log lines about missing registration that are left out"),
		bound(&m.LogLevelLACCI, levels(0, 9), Level, "loglevel_lac_ci", "6", Useful, "level at which a change of cell is logged"),
		inherit(&m.StatusSignalQuality, &g.StatusSignalQuality,
			yesNo(&m.StatusSignalQuality, "status_signal_quality", "", Useful, "ask for the signal quality")),
		yesNo(&m.SignalQualityBERIgnore, "signal_quality_ber_ignore", "no", Useful, "leave out the bit error rate"),
	}
}

func unsolicitedRows(m *Modem) []row {
	return []row{
		yesNo(&m.DetectMessageRouting, "detect_message_routing", "yes", Useful, "look for messages that come unasked"),
		yesNo(&m.DetectUnexpectedInput, "detect_unexpected_input", "yes", Useful, "look for input that comes unasked"),
		yesNo(&m.UnexpectedInputIsTrouble, "unexpected_input_is_trouble", "yes", Useful, "count such input as trouble"),
		repeated(&m.IgnoreUnexpectedInput, Text, "ignore_unexpected_input", Useful, "text in input that is then not logged"),
		yesNo(&m.UsingRoutedStatusReport, "using_routed_status_report", "no", Useful, "status reports are expected to come unasked"),
		yesNo(&m.RoutedStatusReportCNMA, "routed_status_report_cnma", "yes", Useful, "acknowledge them with AT+CNMA"),
	}
}
