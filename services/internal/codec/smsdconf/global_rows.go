package smsdconf

import "slices"

// globalRows is the table of smstools spec §6.2, bound to g.
func globalRows(g *Global) []row {
	return scoped(GlobalScope, slices.Concat(
		directoryRows(g), fileNameRows(g), outgoingRows(g), incomingRows(g), timingRows(g),
		handlerRows(g), logRows(g), statusRows(g), processRows(g)))
}

func directoryRows(g *Global) []row {
	return []row{
		list(&g.Devices, "devices", Essential, "names of the modems; PFX* 1-4 stands for PFX1, PFX2, PFX3, PFX4"),
		text(&g.Outgoing, Directory, "outgoing", "/var/spool/sms/outgoing", Essential, "where message files to be sent arrive").alias("spool"),
		text(&g.Checked, Directory, "checked", "/var/spool/sms/checked", Essential, "the queue when there is no section [queues]"),
		text(&g.Incoming, Directory, "incoming", "/var/spool/sms/incoming", Essential, "received messages, and what has no directory of its own"),
		text(&g.Report, Directory, "report", "", Essential, "status reports; unset: incoming"),
		text(&g.Phonecalls, Directory, "phonecalls", "", Useful, "missed calls; unset: incoming"),
		text(&g.Saved, Directory, "saved", "", Useful, "parts of incomplete messages; unset: incoming"),
		text(&g.Sent, Directory, "sent", "", Essential, "sent message files; unset: they are deleted"),
		text(&g.Failed, Directory, "failed", "", Essential, "failed message files; unset: they are deleted"),
		text(&g.IncomingCopy, Directory, "incoming_copy", "", Useful, "second copy of received messages"),
		text(&g.ReportCopy, Directory, "report_copy", "", Useful, "second copy of status reports; unset: incoming_copy"),
		text(&g.SentCopy, Directory, "sent_copy", "", Useful, "second copy of sent files; needs sent"),
		text(&g.FailedCopy, Directory, "failed_copy", "", Useful, "second copy of failed files; needs failed"),
		yesNo(&g.EventHandlerUseCopy, "eventhandler_use_copy", "no", Useful, "give the eventhandler the path of the copy"),
		text(&g.Stats, Directory, "stats", "", Useful, "statistics, status and counters"),
	}
}

func fileNameRows(g *Global) []row {
	return []row{
		yesNo(&g.KeepFilename, "keep_filename", "yes", Essential, "keep the names of message files when they are moved"),
		yesNo(&g.StoreOriginalFilename, "store_original_filename", "yes", Essential, "write the header Original_filename when names are not kept"),
		bound(&g.FilenamePreview, integers(0, 255), Number, "filename_preview", "0", Useful, "characters of the text in file names; 0: none"),
		bound(&g.DateFilename, integers(0, 2), Number, "date_filename", "0", Useful, "date in the names of received files"),
		bound(&g.DateFilenameFormat, timeFormats(false), TimeFormat, "date_filename_format", "%Y-%m-%d", Useful, "format of that date"),
		bound(&g.DatetimeFormat, timeFormats(false), TimeFormat, "datetime_format", "%y-%m-%d %H:%M:%S", Essential, "format of times in message files and in the status file").alias("datetime"),
		text(&g.LanguageFile, Path, "language_file", "", Useful, "translated header names"),
		bound(&g.Umask, umasks(), Number, "umask", "", Essential, "mask of the modes of created files; unset: inherited"),
	}
}

func outgoingRows(g *Global) []row {
	return []row{
		yesNo(&g.TrustOutgoing, "trust_outgoing", "no", Essential, "take files at once: they always arrive by renaming"),
		yesNo(&g.IgnoreOutgoingPriority, "ignore_outgoing_priority", "no", Legacy, "do not look for the header Priority"),
		yesNo(&g.SpoolDirectoryOrder, "spool_directory_order", "no", Legacy, "take files in the directory's order, without age and priority"),
		period(&g.DelaytimeMainprocess, Seconds, 0, "delaytime_mainprocess", "<delaytime>", Useful, "interval of looking into outgoing").
			derives(func() { g.DelaytimeMainprocess = g.Delaytime }),
		period(&g.SleeptimeMainprocess, Seconds, 0, "sleeptime_mainprocess", "1", Legacy, "tick of the main loop"),
		yesNo(&g.Notifier, "notifier", "no", Useful, "be told of new files by the kernel"),
		bound(&g.Autosplit, integers(0, 3), Number, "autosplit", "3", Essential, "how long texts are split: 0 not, 1 plainly, 2 with numbers, 3 concatenated"),
		bound(&g.Alphabet, alphabets(), Enumeration, "alphabet", "ISO", Essential, "alphabet of message files that name none"),
		yesNo(&g.OutgoingUTF8, "outgoing_utf8", "yes", Essential, "accept UTF-8 in ISO texts"),
		yesNo(&g.TrimText, "trim_text", "yes", Essential, "remove white space at the end of ISO texts"),
		bound(&g.Validity, validities(), Text, "validity", "255", Essential, "validity period of messages that name none"),
		list(&g.InternationalPrefixes, "international_prefixes", Useful, "numbers that begin with none of these are national"),
		list(&g.NationalPrefixes, "national_prefixes", Useful, "numbers that begin with one of these are national"),
		text(&g.Blacklist, Path, "blacklist", "", Essential, "numbers that get no messages"),
		text(&g.Whitelist, Path, "whitelist", "", Essential, "numbers that alone get messages, with their queues"),
		bound(&g.StoreSentPDU, integers(0, 3), Number, "store_sent_pdu", "1", Useful, "PDUs in sent and failed files: 0 none, 1 failed, 2 also binary and UCS2, 3 all"),
		period(&g.MaxContinuousSending, Seconds, 0, "max_continuous_sending", "300", Useful, "time of sending after which other work gets its turn; 0: no limit"),
	}
}

func incomingRows(g *Global) []row {
	return []row{
		yesNo(&g.IncomingUTF8, "incoming_utf8", "no", Essential, "store GSM and ISO texts as UTF-8"),
		yesNo(&g.DecodeUnicodeText, "decode_unicode_text", "no", Essential, "decode UCS2 texts"),
		yesNo(&g.InternalCombine, "internal_combine", "yes", Essential, "join the parts of a message"),
		yesNo(&g.InternalCombineBinary, "internal_combine_binary", "<internal_combine>", Essential, "the same for binary messages").
			derives(func() { g.InternalCombineBinary = g.InternalCombine }),
		number(&g.ICPurgeHours, 0, "ic_purge_hours", "24", Essential, "hours after which the parts of incomplete messages are purged"),
		number(&g.ICPurgeMinutes, 0, "ic_purge_minutes", "0", Essential, "minutes that are added to ic_purge_hours; both 0: no purge"),
		yesNo(&g.ICPurgeRead, "ic_purge_read", "yes", Essential, "deliver the parts when they are purged"),
		period(&g.ICPurgeInterval, Seconds, 0, "ic_purge_interval", "30", Essential, "interval of looking for parts to purge"),
		bound(&g.StoreReceivedPDU, integers(0, 3), Number, "store_received_pdu", "1", Useful, "PDUs in received files: 0 none to 3 all"),
		yesNo(&g.ReceiveBeforeSend, "receive_before_send", "no", Legacy, "read a message before each part that is sent"),
		bound(&g.PriviledgedNumbers, secretLists(), List, "priviledged_numbers", "", Useful, "senders whose messages are handled first, as prefixes").unquoted(),
		yesNo(&g.HangupIncomingCall, "hangup_incoming_call", "no", Useful, "hang up calls"),
		yesNo(&g.VoicecallHangupATH, "voicecall_hangup_ath", "no", Useful, "hang up with ATH instead of AT+CHUP"),
		yesNo(&g.KeepMessages, "keep_messages", "no", Legacy, "for tests: do not delete from the modem, stop after the first reading"),
	}
}

func timingRows(g *Global) []row {
	return []row{
		period(&g.Delaytime, Seconds, 0, "delaytime", "10", Essential, "sleep of modems that have nothing to do"),
		period(&g.ErrorSleeptime, Seconds, 0, "errorsleeptime", "10", Essential, "pause after an error"),
		number(&g.BlockAfter, 0, "blockafter", "3", Essential, "failures in a row after which a modem is blocked"),
		period(&g.Blocktime, Seconds, 0, "blocktime", "3600", Essential, "how long a modem is blocked"),
		period(&g.CheckPIDInterval, Seconds, 0, "check_pid_interval", "10", Useful, "interval of looking for a second instance; 0: never"),
		text(&g.Suspend, Path, "suspend", "", Useful, "file that stops and starts single modems"),
	}
}
