package atline

// CMSText returns the standard's text of a +CMS ERROR number; empty when it has none.
func CMSText(number int) string { return cms[number].text }

// CMSClass returns whose trouble a +CMS ERROR number is.
func CMSClass(number int) Class { return cms[number].class }

// cms holds 3GPP TS 27.005 §3.2.5: RP causes (3GPP TS 24.011 Annex E-2) below
// 128, TP failure causes (3GPP TS 23.040 §9.2.3.22) below 256, then the
// equipment's own. Numbers from 512 on are the manufacturer's.
//
// "Short message transfer rejected" (21) is Temporary: networks give it for an
// empty account as well, and a SIM without credit must not use up messages.
var cms = map[int]entry{
	1:   {"Unassigned (unallocated) number", Recipient},
	8:   {"Operator determined barring", SIM},
	10:  {"Call barred", Recipient},
	11:  {"Reserved", Unknown},
	17:  {"Network failure", Temporary},
	21:  {"Short message transfer rejected", Temporary},
	22:  {"Memory capacity exceeded", Temporary},
	27:  {"Destination out of order", Recipient},
	28:  {"Unidentified subscriber", SIM},
	29:  {"Facility rejected", SIM},
	30:  {"Unknown subscriber", SIM},
	38:  {"Network out of order", Temporary},
	41:  {"Temporary failure", Temporary},
	42:  {"Congestion", Temporary},
	47:  {"Resources unavailable, unspecified", Temporary},
	50:  {"Requested facility not subscribed", SIM},
	69:  {"Requested facility not implemented", Temporary},
	81:  {"Invalid short message transfer reference value", Temporary},
	95:  {"Invalid message, unspecified", Recipient},
	96:  {"Invalid mandatory information", Recipient},
	97:  {"Message type non-existent or not implemented", Recipient},
	98:  {"Message not compatible with short message protocol state", Temporary},
	99:  {"Information element non-existent or not implemented", Recipient},
	111: {"Protocol error, unspecified", Temporary},
	127: {"Interworking, unspecified", Temporary},

	128: {"Telematic interworking not supported", Recipient},
	129: {"Short message Type 0 not supported", Recipient},
	130: {"Cannot replace short message", Recipient},
	143: {"Unspecified TP-PID error", Recipient},
	144: {"Data coding scheme (alphabet) not supported", Recipient},
	145: {"Message class not supported", Recipient},
	159: {"Unspecified TP-DCS error", Recipient},
	160: {"Command cannot be actioned", Recipient},
	161: {"Command unsupported", Recipient},
	175: {"Unspecified TP-Command error", Recipient},
	176: {"TPDU not supported", Recipient},
	192: {"SC busy", Temporary},
	193: {"No SC subscription", SIM},
	194: {"SC system failure", Temporary},
	195: {"Invalid SME address", Recipient},
	196: {"Destination SME barred", Recipient},
	197: {"SM Rejected-Duplicate SM", Recipient},
	198: {"TP-VPF not supported", Recipient},
	199: {"TP-VP not supported", Recipient},
	208: {"SIM SMS storage full", SIM},
	209: {"No SMS storage capability in SIM", SIM},
	210: {"Error in MS", Modem},
	211: {"Memory Capacity Exceeded", Modem},
	212: {"SIM Application Toolkit Busy", SIM},
	213: {"SIM data download error", SIM},
	255: {"Unspecified error cause", Unknown},

	300: {"ME failure", Modem},
	301: {"SMS service of ME reserved", Modem},
	302: {"Operation not allowed", Modem},
	303: {"Operation not supported", Modem},
	304: {"Invalid PDU mode parameter", Recipient},
	305: {"Invalid text mode parameter", Modem},
	310: {"SIM not inserted", SIM},
	311: {"SIM PIN required", SIM},
	312: {"PH-SIM PIN required", SIM},
	313: {"SIM failure", SIM},
	314: {"SIM busy", SIM},
	315: {"SIM wrong", SIM},
	316: {"SIM PUK required", SIM},
	317: {"SIM PIN2 required", SIM},
	318: {"SIM PUK2 required", SIM},
	320: {"Memory failure", Modem},
	321: {"Invalid memory index", Modem},
	322: {"Memory full", Modem},
	330: {"SMSC address unknown", SIM},
	331: {"No network service", Modem},
	332: {"Network timeout", Temporary},
	340: {"No +CNMA acknowledgement expected", Modem},
	500: {"Unknown error", Unknown},
}
