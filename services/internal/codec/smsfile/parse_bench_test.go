package smsfile

import (
	"strings"
	"testing"
	"time"
)

const typicalFile = "To: +358 40 123 4567\nFrom: billing\nAlphabet: UTF-8\nReport: yes\nQueue: D1\nPriority: HIGH\n" +
	"Validity: 2 days\n\nYour invoice 12345 is due on Friday. Thank you!\n"

// BenchmarkParseFile reads a typical message file, which warthog618/sms knows
// nothing about.
func BenchmarkParseFile(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		data := []byte(typicalFile)
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Parse(data, Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkParseLongFile(b *testing.B) {
	data := []byte("To: 358401234567\nHex: yes\nAlphabet: binary\n\n" + strings.Repeat("01 02 03 04 05 : comment\n", 400))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(data, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRewrite(b *testing.B) {
	data := []byte(typicalFile)
	sent := Sent{Station: Station{Modem: "GSM1", IMSI: "244050000000001", IMEI: "350000000000001"}, Time: time.Unix(0, 0).UTC()}
	headers := sent.Headers()
	b.ReportAllocs()
	for b.Loop() {
		Rewrite(data, headers, nil)
	}
}
