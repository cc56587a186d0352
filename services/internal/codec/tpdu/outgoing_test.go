package tpdu

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRecordedSubmits decodes what smsd sent, compares with what the simulated
// modem made of it, and encodes it again.
func TestRecordedSubmits(t *testing.T) {
	checked := 0
	for name, vector := range readVectors[outgoingVector](t, "outgoing") {
		for i, submit := range vector.Submits {
			if submit.Decoded == nil {
				continue // more than 255 parts: smsd wrote no hex digits (spec §1.6)
			}
			checked++
			t.Run(fmt.Sprintf("%s/%d", name, i), func(t *testing.T) {
				checkRecordedSubmit(t, submit.PDU, submit.Decoded)
			})
		}
	}
	if checked < 600 {
		t.Errorf("only %d submits checked", checked)
	}
}

func checkRecordedSubmit(t *testing.T, pdu string, want *decodedVector) {
	octets, warnings := DecodeHex(pdu)
	if len(warnings) > 0 {
		t.Fatalf("hex: %v", warnings)
	}
	r := reader{octets: octets}
	smsc := r.smsc()
	got, err := DecodeSubmit(octets[r.pos:])
	if err != nil {
		t.Fatal(err)
	}
	tooLong := len(got.DA.Digits) > maxAddressDigits
	if (len(got.Warnings) > 0) != (want.Note != "" || tooLong) {
		t.Errorf("warnings %v for note %q", got.Warnings, want.Note)
	}
	if diff := cmp.Diff(want, describe(got, smsc, want.Note)); diff != "" {
		t.Error(diff)
	}
	if tooLong {
		checkTooLong(t, got)
		return
	}
	again, err := AppendSMSC(nil, smsc.TOA, smsc.Digits)
	if err != nil {
		t.Fatal(err)
	}
	again, err = got.AppendTo(again)
	if err != nil || !bytes.Equal(again, octets) {
		t.Errorf("encoded again:\n%X, %v\nwant\n%X", again, err, octets)
	}
}

// checkTooLong holds a divergence: smsd sends more than the twenty digits that
// 3GPP TS 23.040 §9.1.2.5 allows, Viesti refuses to.
func checkTooLong(t *testing.T, d DecodedSubmit) {
	if octets, err := d.AppendTo(nil); !errors.Is(err, ErrAddressLength) || octets != nil {
		t.Errorf("got %X, %v; want %v", octets, err, ErrAddressLength)
	}
}

// describe puts a decoded value in the words of the vectors.
func describe(d DecodedSubmit, smsc Address, note string) *decodedVector {
	dcs := ParseDCS(d.DCS)
	v := &decodedVector{
		RD: d.RejectDuplicates, VPF: int(d.Validity.Format), SRR: d.StatusReportRequest,
		UDHI: d.UDHI, RP: d.ReplyPath, MR: d.MR,
		DA: d.DA.Digits, DATOA: octetText(d.DA.TOA),
		PID: octetText(d.PID), DCS: octetText(d.DCS), VP: octetText(d.VP),
		UDH:      strings.ToUpper(hex.EncodeToString(d.UDH)),
		Alphabet: dcs.Alphabet.String(), Class: -1,
		Units: len(d.Data), Lang: -1, LangLock: -1, Note: note,
	}
	if smsc.TOA != 0 {
		v.SCA, v.SCATOA = smsc.Digits, octetText(smsc.TOA)
	}
	if dcs.HasClass {
		v.Class = int(dcs.Class)
	}
	if locking, single := Languages(d.UDH); locking != 0 || single != 0 {
		v.LangLock, v.Lang = orNone(locking), orNone(single)
	}
	if part, ok := Concatenation(d.UDH); ok {
		v.Concat = &struct {
			Ref   uint16 `json:"ref"`
			Total uint8  `json:"total"`
			Seq   uint8  `json:"seq"`
		}{part.Reference, part.Total, part.Seq}
	}
	return v
}

func octetText(octet byte) string { return fmt.Sprintf("%02X", octet) }

func orNone(language byte) int {
	if language == 0 {
		return -1
	}
	return int(language)
}
