package modem

import (
	"regexp"
	"time"
)

// families is all that is known of families of modems, in the order in which
// they are tried: those of one model before those of its maker. What stands here
// is what the standards do not tell or what makers do differently; everything
// can be overridden by the user's own commands (see Config.Profile).
var families = []Profile{
	{
		Name: "huawei-e3531", Title: "Huawei E3531",
		makers: []string{"huawei"}, model: regexp.MustCompile(`(?i)^E3531`), vendors: []string{"12d1"},
		Early: []Setting{huaweiQuiet},
		// It takes "2,1,0,2" and the like, and then indicates nothing.
		CNMI: []string{"2,0,0,2,1", "1,2,0,0,0"}, OwnCNMI: true,
		USSD: USSDPacked, Reset: []string{"AT^RESET"}, Away: 15 * time.Second,
	},
	{
		Name: "huawei-gsm-ussd", Title: "Huawei E169, E3131",
		makers: []string{"huawei"}, model: regexp.MustCompile(`(?i)^(E169|E3131)`), vendors: []string{"12d1"},
		Early: []Setting{huaweiQuiet},
		USSD:  USSDGSM, Reset: []string{"AT^RESET"}, Away: 15 * time.Second,
	},
	{
		Name: "huawei-mu736", Title: "Huawei MU736",
		makers: []string{"huawei"}, model: regexp.MustCompile(`(?i)^MU736`), vendors: []string{"12d1"},
		Early: []Setting{huaweiQuiet},
		USSD:  USSDPacked, Reset: []string{"AT+CFUN=16"}, Away: 15 * time.Second,
	},
	{
		Name: "huawei", Title: "Huawei sticks (E1550, E173, E303, E3372 with stick firmware)",
		makers: []string{"huawei"}, vendors: []string{"12d1"},
		Early: []Setting{huaweiQuiet},
		// AT+CFUN=1,1 makes a CD drive of it.
		USSD: USSDPacked, Reset: []string{"AT^RESET"}, Away: 15 * time.Second,
	},
	{
		Name: "zte", Title: "ZTE MF1xx, MF6xx, MF7xx",
		makers: []string{"zte"}, vendors: []string{"19d2"},
		// Until it is asked for its memory it floods its port, and then crashes. It
		// has to be asked again when the SIM is unlocked.
		Early: []Setting{{Try: []string{"AT+CPMS?"}}},
		Init:  []Setting{{Try: []string{"AT+CPMS?"}}, {Try: []string{"AT+ZOPRT=5"}}},
		USSD:  USSDGSM, Reset: []string{"AT+ZRST"}, Away: 20 * time.Second,
	},
	{
		Name: "simcom-sim300", Title: "SIMCom SIM300",
		makers: []string{"simcom"}, model: regexp.MustCompile(`(?i)SIM300`),
		USSD: USSDPacked, Reset: []string{"AT+CFUN=1,1"}, Away: 10 * time.Second, SlowStart: 30 * time.Second,
	},
	{
		Name: "simcom-lte", Title: "SIMCom SIM7000, SIM7100, SIM7600, A7600",
		makers: []string{"simcom"}, model: regexp.MustCompile(`(?i)(SIM7|A7)\d`), vendors: []string{"1e0e"},
		Reset: []string{"AT+CRESET", "AT+CFUN=1,1"}, Away: 30 * time.Second, SlowStart: 30 * time.Second,
	},
	{
		Name: "simcom", Title: "SIMCom SIM800, SIM900",
		makers: []string{"simcom"},
		// Message commands are refused until it says "SMS Ready".
		Reset: []string{"AT+CFUN=1,1"}, Away: 10 * time.Second, SlowStart: 30 * time.Second,
	},
	{
		Name: "neoway", Title: "Neoway M590",
		makers: []string{"neoway"}, model: nil,
		Reset: []string{"AT+CFUN=1,1"}, Away: 10 * time.Second, SlowStart: 30 * time.Second, KeepRadioOn: true,
	},
	{
		Name: "quectel-gsm", Title: "Quectel M35, M66, M95",
		makers: []string{"quectel"}, model: regexp.MustCompile(`(?i)(^|[ _])M\d{2}`),
		Reset: []string{"AT+CFUN=1,1", "AT+QRST=1"}, Away: 10 * time.Second, SlowStart: 30 * time.Second,
	},
	{
		Name: "quectel", Title: "Quectel EC2x, EG2x, EG9x, BG9x",
		makers: []string{"quectel"}, vendors: []string{"2c7c"},
		// Indications come out of one port alone, which need not be this one.
		Init: []Setting{{
			OverUSB: true, Ask: `AT+QURCCFG="urcport"`, Have: []string{`"all"`, `"usbat"`},
			Try: []string{`AT+QURCCFG="urcport","all"`, `AT+QURCCFG="urcport","usbat"`},
		}},
		Reset: []string{"AT+CFUN=1,1"}, Away: 30 * time.Second,
	},
	{
		Name: "telit-he910", Title: "Telit HE910",
		makers: []string{"telit"}, model: regexp.MustCompile(`(?i)^HE910`), vendors: []string{"1bc7"},
		USSD: USSDGSM, Reset: []string{"AT#REBOOT", "AT#ENHRST=1,0"}, Away: 20 * time.Second,
	},
	{
		Name: "telit", Title: "Telit LE910, ME910, GM862",
		makers: []string{"telit"}, vendors: []string{"1bc7"},
		Reset: []string{"AT#REBOOT", "AT#ENHRST=1,0"}, Away: 20 * time.Second,
	},
	{
		Name: "sierra", Title: "Sierra Wireless MC, EM, AirCard",
		makers: []string{"sierra"}, model: regexp.MustCompile(`(?i)^(MC|EM|AC|AirCard|USB|WP|HL)`), vendors: []string{"1199"},
		Reset: []string{"AT!RESET", "AT+CFUN=1,1"}, Away: 20 * time.Second,
	},
	{
		Name: "wavecom", Title: "Wavecom and Sierra Fastrack, Q24, Multitech",
		makers: []string{"wavecom", "sierra", "multi-tech", "multitech"},
		Early:  []Setting{{Try: []string{"AT+WIND=0"}}},
		// It may start with HEX, which spoils USSD.
		Init:  []Setting{{Ask: "AT+CSCS?", Have: []string{`"GSM"`, `"UCS2"`, `"IRA"`}, Try: []string{`AT+CSCS="GSM"`}}},
		CNMI:  []string{"2,1,0,1,0", "2,1,0,1", "2,1,0,0"},
		Reset: []string{"AT+CFUN=1"}, Away: 10 * time.Second,
	},
	{
		Name: "ublox", Title: "u-blox SARA, LISA, TOBY",
		makers: []string{"u-blox", "ublox"}, vendors: []string{"1546"},
		Reset: []string{"AT+CFUN=16"}, Away: 20 * time.Second,
	},
	{
		Name: "siemens", Title: "Siemens, Cinterion, Gemalto, Thales TC35, MC35, MC75i, EHS, PLS",
		makers: []string{"siemens", "cinterion", "gemalto", "thales"}, vendors: []string{"1e2d", "0681"},
		// Some take no fifth value but 1, and indicate nothing but reports otherwise.
		CNMI: []string{"2,1,2,1,1", "2,1,0,1,1", "2,1,0,2,1", "2,1,0,0,1", "2,0,0,2,1"},
		// MT is the memory of the SIM and that of the device together.
		Memories: []string{"MT"},
		Reset:    []string{"AT+CFUN=1,1"}, Away: 15 * time.Second,
	},
	{
		Name: "phone", Title: "Phones of Nokia and Ericsson",
		makers: []string{"nokia", "ericsson"}, vendors: []string{"0421", "0fce"},
		SendOnly: true,
	},
	{
		Name: "qualcomm", Title: "Modems with plain Qualcomm firmware",
		makers: []string{"qualcomm"}, vendors: []string{"05c6"},
		Reset: []string{"AT+CFUN=1,1"}, Away: 20 * time.Second,
	},
}

// huaweiQuiet stops ^RSSI, ^BOOT, ^DSFLOWRPT and the like.
var huaweiQuiet = Setting{Try: []string{"AT^CURC=0"}}
