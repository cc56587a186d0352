package smsdconf

func sendingRows(m *Modem, g *Global) []row {
	return []row{
		yesNo(&m.Outgoing, "outgoing", "yes", Essential, "send messages"),
		list(&m.Queues, "queues", Essential, "queues that are served, in order").modemname(),
		bound(&m.Report, yesNoOr[Reporting]("disabled"), Enumeration, "report", "no", Essential, "ask for status reports; disabled: whatever the message says"),
		hidden(&m.SMSC, serviceCentres(), PhoneNumber, "smsc", Essential, "number of the service centre"),
		yesNo(&m.SMSCPDU, "smsc_pdu", "no", Useful, "put the service centre into the PDU"),
		number(&m.SendRetries, 0, "send_retries", "2", Essential, "retries after the first try"),
		period(&m.SentSleeptime, Seconds, 0, "sentsleeptime", "0", Useful, "pause after each part"),
		bound(&m.MessageIDs, integers(1, 3), Number, "messageids", "2", Essential, "message ids in sent files: 1 the first, 2 the last, 3 all"),
		yesNo(&m.ReplyPath, "reply_path", "no", Useful, "set the reply path bit of messages that do not say"),
		yesNo(&m.TrustSpool, "trust_spool", "yes", Useful, "take files from queues at once"),
		inherit(&m.MaxContinuousSending, &g.MaxContinuousSending,
			period(&m.MaxContinuousSending, Seconds, 0, "max_continuous_sending", "", Useful, "time of sending after which other work gets its turn; 0: no limit")),
		inherit(&m.ReceiveBeforeSend, &g.ReceiveBeforeSend,
			yesNo(&m.ReceiveBeforeSend, "receive_before_send", "", Legacy, "read a message before each part that is sent")),
		yesNo(&m.VerifyPDU, "verify_pdu", "no", Legacy, "compare the echo of the PDU"),
	}
}

func textRows(m *Modem) []row {
	return []row{
		yesNo(&m.NationalTOAUnknown, "national_toa_unknown", "no", Useful, "national numbers have the type unknown"),
		yesNo(&m.CSConvert, "cs_convert", "yes", Essential, "convert characters in both directions"),
		yesNo(&m.CSConvertOptical, "cs_convert_optical", "yes", Essential, "replace characters by others that look alike"),
		bound(&m.Language, languages(), Enumeration, "language", "", Useful, "national language shift table"),
		bound(&m.LanguageExt, languages(), Enumeration, "language_ext", "", Useful, "national language single shift table"),
		bound(&m.NoticeUCS2, integers(0, 2), Number, "notice_ucs2", "2", Useful, "notices about texts that were sent as UCS2"),
		hidden(&m.TextIsPDUKey, digits(), Text, "text_is_pdu_key", Useful, "key that lets message files hold PDUs").secret(),
	}
}

func limitRows(m *Modem, g *Global) []row {
	return []row{
		number(&m.MessageLimit, 0, "message_limit", "0", Useful, "messages after which sending stops; 0: no limit"),
		period(&m.MessageCountClear, Minutes, 0, "message_count_clear", "0", Useful, "interval of counting them anew; 0: never"),
		inherit(&m.AdminTo, &g.AdminTo, hidden(&m.AdminTo, secrets(), PhoneNumber, "admin_to", Useful, "number that gets alerts")),
		number(&m.AdminMessageLimit, 0, "adminmessage_limit", "0", Useful, "alerts after which no more are sent; 0: no limit"),
		period(&m.AdminMessageCountClear, Minutes, 0, "adminmessage_count_clear", "0", Useful, "interval of counting them anew; 0: never"),
	}
}

func receivingRows(m *Modem, g *Global) []row {
	return []row{
		bound(&m.Incoming, yesNoOr[Receiving]("high", "2"), Enumeration, "incoming", "no", Essential, "read messages; high: also between the parts of a message that is sent"),
		bound(&m.CheckMemoryMethod, numbered(0, 1, 2, 3, 4, 5, 31, 41), Number, "check_memory_method", "1", Essential, "how messages are found and deleted"),
		text(&m.CMGLValue, Text, "cmgl_value", "4", Essential, "argument of AT+CMGL"),
		number(&m.MemoryStart, 0, "memory_start", "1", Essential, "first place in the memory"),
		text(&m.PrimaryMemory, Text, "primary_memory", "", Useful, "memory that is read first"),
		text(&m.SecondaryMemory, Text, "secondary_memory", "", Useful, "memory that is read after it"),
		number(&m.SecondaryMemoryMax, 0, "secondary_memory_max", "", Useful, "places in the second memory"),
		number(&m.MSPurgeHours, 0, "ms_purge_hours", "6", Legacy, "hours after which method 5 purges incomplete messages"),
		number(&m.MSPurgeMinutes, 0, "ms_purge_minutes", "0", Legacy, "minutes that are added to ms_purge_hours"),
		yesNo(&m.MSPurgeRead, "ms_purge_read", "yes", Legacy, "read the parts when they are purged"),
		inherit(&m.DecodeUnicodeText, &g.DecodeUnicodeText,
			yesNo(&m.DecodeUnicodeText, "decode_unicode_text", "", Essential, "decode UCS2 texts")),
		inherit(&m.InternalCombine, &g.InternalCombine,
			yesNo(&m.InternalCombine, "internal_combine", "", Essential, "join the parts of a message")),
		inherit(&m.InternalCombineBinary, &g.InternalCombineBinary,
			yesNo(&m.InternalCombineBinary, "internal_combine_binary", "", Essential, "the same for binary messages")).
			derives(func() {
				// Where nobody said anything of binary messages they follow the modem's own others.
				m.InternalCombineBinary = m.InternalCombine
				if g.SetAt("internal_combine_binary") != 0 {
					m.InternalCombineBinary = g.InternalCombineBinary
				}
			}),
		inherit(&m.PriviledgedNumbers, &g.PriviledgedNumbers,
			bound(&m.PriviledgedNumbers, secretLists(), List, "priviledged_numbers", "", Useful, "senders whose messages are handled first, as prefixes").unquoted()),
		yesNo(&m.KeepMessages, "keep_messages", "no", Legacy, "for tests: never delete from the modem"),
	}
}

func callRows(m *Modem, g *Global) []row {
	return []row{
		bound(&m.Phonecalls, yesNoOr[CallLog]("clip"), Enumeration, "phonecalls", "no", Useful, "store missed calls; clip: hang up and store"),
		bound(&m.PhonecallsPurge, yesNoOr[CallPurge]("command"), Enumeration, "phonecalls_purge", "no", Useful, "empty the list of calls; command: by the command for it"),
		number(&m.PhonecallsErrorMax, 0, "phonecalls_error_max", "3", Useful, "errors after which the list is left alone"),
		inherit(&m.HangupIncomingCall, &g.HangupIncomingCall,
			yesNo(&m.HangupIncomingCall, "hangup_incoming_call", "", Useful, "hang up calls")),
		inherit(&m.VoicecallHangupATH, &g.VoicecallHangupATH,
			yesNo(&m.VoicecallHangupATH, "voicecall_hangup_ath", "", Useful, "hang up with ATH instead of AT+CHUP")),
		yesNo(&m.VoicecallVTSList, "voicecall_vts_list", "no", Useful, "send tones as a list"),
		yesNo(&m.VoicecallVTSQuotationMarks, "voicecall_vts_quotation_marks", "no", Useful, "put tones between quotation marks"),
		yesNo(&m.VoicecallCPAS, "voicecall_cpas", "no", Useful, "ask AT+CPAS whether a call was answered"),
		yesNo(&m.VoicecallCLCC, "voicecall_clcc", "no", Useful, "ask AT+CLCC whether a call was answered"),
		yesNo(&m.VoicecallIgnoreModemResponse, "voicecall_ignore_modem_response", "no", Useful, "let it ring for the whole time"),
		bound(&m.USSDConvert, numbered(0, 1, 2, 4), Number, "ussd_convert", "0", Useful, "how answers of USSD are decoded"),
		text(&m.EventHandlerUSSD, Command, "eventhandler_ussd", "", Useful, "command that is told the answers of USSD").modemname(),
	}
}

func regularRunRows(m *Modem) []row {
	return []row{
		text(&m.RegularRun, Command, "regular_run", "", Essential, "command before the modem's regular run").modemname(),
		text(&m.RegularRunPostRun, Command, "regular_run_post_run", "", Essential, "command after it").modemname(),
		period(&m.RegularRunInterval, Seconds, 1, "regular_run_interval", "300", Essential, "interval of regular runs"),
		repeated(&m.RegularRunCmd, AT, "regular_run_cmd", Useful, "command for the modem").modemname(),
		text(&m.RegularRunCmdFile, Path, "regular_run_cmdfile", "", Useful, "file with commands, used up by each run").modemname(),
		text(&m.RegularRunStatFile, Path, "regular_run_statfile", "", Useful, "file for the answers, one for each modem").modemname(),
		text(&m.RegularRunLogFile, Path, "regular_run_logfile", "", Useful, "log of regular runs; unset: the main log").modemname(),
		bound(&m.RegularRunLogLevel, levels(1, 9), Level, "regular_run_loglevel", "5", Useful, "level of its lines"),
		yesNo(&m.RegularRunKeepOpen, "regular_run_keep_open", "no", Useful, "keep the port open during regular_run"),
	}
}

func otherRows(m *Modem, g *Global) []row {
	return []row{
		inherit(&m.EventHandler, &g.EventHandler,
			text(&m.EventHandler, Command, "eventhandler", "", Essential, "command that is told what became of a message").modemname()),
		inherit(&m.LogFile, &g.LogFile,
			bound(&m.LogFile, logTargets(), Path, "logfile", "", Useful, "the modem's own log").modemname()),
		inherit(&m.LogLevel, &g.LogLevel,
			bound(&m.LogLevel, levels(1, 9), Level, "loglevel", "", Useful, "least severe level in the log")),
		inherit(&m.StatusIncludeCounters, &g.StatusIncludeCounters,
			yesNo(&m.StatusIncludeCounters, "status_include_counters", "", Useful, "show counters in the status")),
		inherit(&m.Delaytime, &g.Delaytime,
			period(&m.Delaytime, Seconds, 0, "delaytime", "", Useful, "sleep when there is nothing to do")),
		yesNo(&m.DelaytimeRandomStart, "delaytime_random_start", "no", Useful, "make the first sleep of random length"),
		yesNo(&m.ReadIdentityAfterSuspend, "read_identity_after_suspend", "yes", Useful, "ask for IMEI and IMSI again"),
		yesNo(&m.ReadConfigurationAfterSuspend, "read_configuration_after_suspend", "no", Useful, "read the modem's settings again"),
		yesNo(&m.SendingDisabled, "sending_disabled", "no", Useful, "for tests: do all but the sending"),
		yesNo(&m.ModemDisabled, "modem_disabled", "no", Useful, "for tests: there is no modem"),
		text(&m.PDUFromFile, Path, "pdu_from_file", "", Useful, "for tests: file or directory with received PDUs").modemname(),
	}
}
