package smsdconf

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Names of smstools spec §6.2, by hand.
const globalNames = `
devices outgoing checked incoming report phonecalls saved sent failed
incoming_copy report_copy sent_copy failed_copy eventhandler_use_copy stats
keep_filename store_original_filename filename_preview date_filename date_filename_format
datetime_format language_file umask
trust_outgoing ignore_outgoing_priority spool_directory_order delaytime_mainprocess sleeptime_mainprocess
notifier autosplit alphabet outgoing_utf8 trim_text validity international_prefixes national_prefixes
blacklist whitelist store_sent_pdu max_continuous_sending
incoming_utf8 decode_unicode_text internal_combine internal_combine_binary ic_purge_hours ic_purge_minutes
ic_purge_read ic_purge_interval store_received_pdu receive_before_send priviledged_numbers
hangup_incoming_call voicecall_hangup_ath keep_messages
delaytime errorsleeptime blockafter blocktime check_pid_interval suspend
checkhandler eventhandler alarmhandler alarmlevel regular_run regular_run_interval start start_args
child child_args executable_check shell shell_test ignore_exec_output admin_to adminmessage_device
logfile loglevel logtime_format logtime_ms logtime_us smart_logging log_single_lines log_unmodified
log_charconv log_read_from_modem log_response_time log_read_timing stats_interval stats_no_zeroes
status_interval status_signal_quality status_include_counters status_include_uptime
user group pidfile infofile terminal use_linux_ps_trick os_cygwin mypath enable_smsd_debug`

// Names of smstools spec §6.3, by hand.
const modemNames = `
number description identity report_device_details
device baudrate rtscts keep_open device_open_retries device_open_errorsleeptime device_open_alarm_after
socket_connection_retries socket_connection_errorsleeptime socket_connection_alarm_after
send_delay send_handshake_select communication_delay read_delay poll_faster read_timeout read_timeout_XXX
report_read_timeouts telnet_login telnet_password telnet_cmd telnet_login_prompt telnet_login_prompt_ignore
telnet_password_prompt telnet_cmd_prompt telnet_crlf
mode start startsleeptime stop wakeup_init needs_wakeup_at pre_init pin pinsleeptime init init2
select_pdu_mode check_sim check_sim_cmd check_sim_reset check_sim_retries check_sim_wait check_sim_keep_open
check_network log_not_registered_after loglevel_lac_ci status_signal_quality signal_quality_ber_ignore
outgoing queues report smsc smsc_pdu send_retries sentsleeptime messageids reply_path national_toa_unknown
cs_convert cs_convert_optical language language_ext notice_ucs2 text_is_pdu_key trust_spool
max_continuous_sending receive_before_send verify_pdu message_limit message_count_clear admin_to
adminmessage_limit adminmessage_count_clear
incoming check_memory_method cmgl_value memory_start primary_memory secondary_memory secondary_memory_max
ms_purge_hours ms_purge_minutes ms_purge_read decode_unicode_text internal_combine internal_combine_binary
priviledged_numbers keep_messages
detect_message_routing detect_unexpected_input unexpected_input_is_trouble ignore_unexpected_input
using_routed_status_report routed_status_report_cnma
phonecalls phonecalls_purge phonecalls_error_max hangup_incoming_call voicecall_hangup_ath
voicecall_vts_list voicecall_vts_quotation_marks voicecall_cpas voicecall_clcc
voicecall_ignore_modem_response ussd_convert eventhandler_ussd
regular_run regular_run_post_run regular_run_interval regular_run_cmd regular_run_cmdfile
regular_run_statfile regular_run_logfile regular_run_loglevel regular_run_keep_open
eventhandler logfile loglevel status_include_counters delaytime delaytime_random_start
read_identity_after_suspend read_configuration_after_suspend sending_disabled modem_disabled pdu_from_file`

func TestTablesHoldExactlyTheSettingsOfTheSpec(t *testing.T) {
	for _, tt := range []struct {
		scope Scope
		names string
	}{{GlobalScope, globalNames}, {ModemScope, modemNames}} {
		want := strings.Fields(tt.names)
		var got []string
		for _, s := range Settings() {
			if s.Scope == tt.scope {
				got = append(got, s.Name)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("scope %d (-spec +table):\n%s", tt.scope, diff)
		}
	}
}

func TestAliasesAndSecretsAreThoseOfTheSpec(t *testing.T) {
	aliases, secret := map[string]string{}, []string{}
	for _, s := range Settings() {
		for _, a := range s.Aliases {
			aliases[a] = s.Name
		}
		if s.Secret {
			secret = append(secret, s.Name)
		}
	}
	wantAliases := map[string]string{"spool": "outgoing", "datetime": "datetime_format", "init1": "init"}
	if diff := cmp.Diff(wantAliases, aliases); diff != "" {
		t.Errorf("aliases (-want +got):\n%s", diff)
	}
	slices.Sort(secret)
	if diff := cmp.Diff([]string{"pin", "telnet_password", "text_is_pdu_key"}, secret); diff != "" {
		t.Errorf("secrets (-want +got):\n%s", diff)
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	for _, s := range Settings() {
		if s.Kind == "" || s.Values == "" || s.Help == "" || s.Class == 0 || s.Scope == 0 {
			t.Errorf("setting %s lacks something: %+v", s.Name, s)
		}
	}
}
