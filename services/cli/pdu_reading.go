package cli

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// direction says between whom a TPDU goes; the words are those of 3GPP TS 23.040.
type direction string

// Directions.
const (
	anyDirection     direction = "auto"
	mobileOriginated direction = "mo"
	mobileTerminated direction = "mt"
)

// readOptions are what the user knows about a PDU.
type readOptions struct {
	direction direction
	// bare says that no service centre address stands before the TPDU.
	bare bool
	// length is that of the TPDU in octets, or unknownLength.
	length int
}

// reading is one way to understand the octets of a PDU. Exactly one of deliver,
// submit and report is there.
type reading struct {
	octets []byte
	// smsc is the service centre, nil for a TPDU without one; the TPDU begins
	// after smscSize octets.
	smsc     *tpdu.Address
	smscSize int
	deliver  *tpdu.Deliver
	submit   *tpdu.DecodedSubmit
	report   *tpdu.StatusReport
	// warnings count octets from the first one of the PDU.
	warnings []tpdu.Warning
	// lengthFault says that the TPDU is not as long as it should be.
	lengthFault string
}

// readPDU finds the best way to understand a PDU: with or without a service
// centre, and as the message that its type says.
func readPDU(octets []byte, o readOptions) (*reading, error) {
	var best *reading
	var firstErr error
	for _, bare := range []bool{false, true} {
		if o.bare && !bare {
			continue
		}
		r, err := readAs(octets, bare, o.direction)
		switch {
		case err != nil && firstErr == nil:
			firstErr = err
		case err == nil && (best == nil || r.doubt(o.length) < best.doubt(o.length)):
			best = r
		}
	}
	asked := o.direction != anyDirection && !errors.Is(firstErr, errOtherDirection)
	if best == nil || !best.acceptable() && !asked {
		return nil, fmt.Errorf("%w: %w", errNoPDU, cmp.Or(firstErr, errNoAddress))
	}
	if n := best.length(); o.length != unknownLength && o.length != n {
		best.lengthFault = fmt.Sprintf("the TPDU has %d octets, but the command or result before it says %d", n, o.length)
	}
	return best, nil
}

// errNoAddress says that octets could be a message, but do not look like one.
var errNoAddress = errors.New("no address stands where a message has one; --direction shows it all the same")

// readAs reads a PDU with or without a service centre address.
func readAs(octets []byte, bare bool, d direction) (*reading, error) {
	r := &reading{octets: octets}
	if !bare {
		smsc, size, warnings, err := tpdu.DecodeSMSC(octets)
		if err != nil {
			return nil, err
		}
		r.smsc, r.smscSize, r.warnings = &smsc, size, warnings
	}
	rest := octets[r.smscSize:]
	if len(rest) == 0 {
		return nil, &tpdu.TypeError{Offset: r.smscSize, Err: tpdu.ErrTruncated}
	}
	submitted, err := isSubmit(rest[0], d)
	if err != nil {
		return nil, err
	}
	if submitted {
		return r, r.readSubmit(rest)
	}
	return r, r.readIncoming(rest)
}

// errOtherDirection is the reason for which a message type is not explained: the
// other types of a direction are between the mobile and the network alone.
var errOtherDirection = errors.New("message type of the other direction; change --direction")

// isSubmit reports whether the message type is SMS-SUBMIT. The other types have
// the same numbers in both directions (3GPP TS 23.040 §9.2.3.1); a modem gives and
// takes those alone that are read here.
func isSubmit(first byte, d direction) (bool, error) {
	const maskMTI, mtiSubmit = 3, 1
	submit := first&maskMTI == mtiSubmit
	if submit && d == mobileTerminated || !submit && d == mobileOriginated {
		return false, errOtherDirection
	}
	return submit, nil
}

func (r *reading) readSubmit(rest []byte) error {
	submit, err := tpdu.DecodeSubmit(rest)
	r.submit = &submit
	r.warn(submit.Warnings)
	return err
}

func (r *reading) readIncoming(rest []byte) error {
	mt, err := tpdu.DecodeTPDU(rest)
	r.deliver, r.report = mt.Deliver, mt.StatusReport
	r.warn(mt.Warnings)
	return err
}

// warn keeps warnings about the TPDU.
func (r *reading) warn(warnings []tpdu.Warning) {
	for _, w := range warnings {
		w.Offset += r.smscSize
		r.warnings = append(r.warnings, w)
	}
}

// length is the argument of AT+CMGS.
func (r *reading) length() int { return len(r.octets) - r.smscSize }

// doubt grows with what speaks against a reading. With a service centre is how
// modems show PDUs, so that the other way has to be better.
func (r *reading) doubt(length int) int {
	const perWarning, wrongLength, implausible, unacceptable = 2, 20, 100, 200
	n := perWarning * len(r.warnings)
	if r.smsc == nil {
		n++
	}
	if length != unknownLength && length != r.length() {
		n += wrongLength
	}
	if !r.plausible() {
		n += implausible
	}
	if !r.acceptable() {
		n += unacceptable
	}
	return n
}

// typed is the top bit, which all types of address have (3GPP TS 23.040 §9.1.2.5).
const typed = 0x80

// acceptable reports whether enough of the octets look like a message for the
// rest to be worth showing, however broken it is.
func (r *reading) acceptable() bool {
	switch {
	case r.smsc == nil:
		return r.plausible()
	case r.smscSize > 1:
		return r.smsc.TOA&typed != 0 && r.smscSize < len(r.octets)
	}
	return r.address().TOA&typed != 0
}

// plausible reports whether there is an address where there has to be one: whole,
// in order and of a type that there is.
func (r *reading) plausible() bool {
	if r.smsc != nil && r.smscSize > 1 && r.smsc.TOA&typed == 0 {
		return false
	}
	for _, w := range r.warnings {
		if w.Field == r.addressName() {
			return false
		}
	}
	return r.address().TOA&typed != 0
}

// address is the other party of the message.
func (r *reading) address() tpdu.Address {
	switch {
	case r.deliver != nil:
		return r.deliver.OA
	case r.submit != nil:
		return r.submit.DA
	default:
		return r.report.RA
	}
}

// addressName is the name of the field of the other party's address.
func (r *reading) addressName() string {
	switch {
	case r.deliver != nil:
		return "TP-OA"
	case r.submit != nil:
		return "TP-DA"
	default:
		return "TP-RA"
	}
}

// typeName is the name of the TPDU.
func (r *reading) typeName() string {
	switch {
	case r.deliver != nil:
		return "SMS-DELIVER"
	case r.submit != nil:
		return "SMS-SUBMIT"
	default:
		return "SMS-STATUS-REPORT"
	}
}

func (r *reading) direction() direction {
	if r.submit != nil {
		return mobileOriginated
	}
	return mobileTerminated
}

// userData is what a message carries; there is none in most reports.
type userData struct {
	there bool
	udhi  bool
	udh   []byte
	data  []byte
	dcs   byte
}

func (r *reading) userData() userData {
	switch {
	case r.deliver != nil:
		return userData{true, r.deliver.UDHI, r.deliver.UDH, r.deliver.Data, r.deliver.DCS}
	case r.submit != nil:
		return userData{true, r.submit.UDHI, r.submit.UDH, r.submit.Data, r.submit.DCS}
	default:
		s := r.report
		return userData{s.HasPI && s.PI&piUserData != 0, s.UDHI, s.UDH, s.Data, s.DCS}
	}
}
