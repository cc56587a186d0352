package secret

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// ErrHash says that a stored secret is no argon2id PHC string of acceptable cost.
var ErrHash = errors.New("stored secret is no argon2id hash that is accepted; rotate the account's secret")

// Length of a secret in characters (SMPP 3.4 §5.2.2).
const Length = 8

// alphabet has 64 characters, so that every octet gives six even bits.
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// New returns a new secret of 48 random bits.
func New() string {
	var octets [Length]byte
	_, _ = rand.Read(octets[:]) // it never fails
	for i, o := range octets {
		octets[i] = alphabet[int(o)%len(alphabet)]
	}
	return string(octets[:])
}

// cost is what a hash takes: memory in KiB, passes, lanes.
type cost struct {
	memory, passes uint32
	lanes          uint8
}

// standard is the cost of new hashes. most bounds that of stored ones, so that no
// stored text makes a bind exhaust the machine.
var (
	standard = cost{memory: 19 * 1024, passes: 2, lanes: 1}
	most     = cost{memory: 64 * 1024, passes: 8, lanes: 4}
)

const (
	saltSize = 16
	keySize  = 32
)

// Hash returns a secret in the form in which it is stored.
func Hash(secret string) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt)
	c := standard
	return fmt.Sprintf("$argon2id$v=%d$%v$%s$%s", argon2.Version, c,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(c.key(secret, salt)))
}

// String is the cost as a PHC string has it.
func (c cost) String() string { return fmt.Sprintf("m=%d,t=%d,p=%d", c.memory, c.passes, c.lanes) }

func (c cost) key(secret string, salt []byte) []byte {
	return argon2.IDKey([]byte(secret), salt, c.passes, c.memory, c.lanes, keySize)
}

// parsed is a stored secret.
type parsed struct {
	cost
	salt, key []byte
}

func parse(phc string) (p parsed, err error) {
	fields := strings.Split(phc, "$")
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" || fields[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, ErrHash
	}
	if n, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); n != 3 || err != nil || fields[3] != p.cost.String() {
		return p, ErrHash
	}
	if p.memory > most.memory || p.passes == 0 || p.passes > most.passes || p.lanes == 0 || p.lanes > most.lanes {
		return p, ErrHash
	}
	if p.salt, err = base64.RawStdEncoding.DecodeString(fields[4]); err != nil || len(p.salt) < 8 || len(p.salt) > 64 {
		return p, ErrHash
	}
	if p.key, err = base64.RawStdEncoding.DecodeString(fields[5]); err != nil || len(p.key) != keySize {
		return p, ErrHash
	}
	return p, nil
}

func (p parsed) matches(secret string) bool {
	return subtle.ConstantTimeCompare(p.cost.key(secret, p.salt), p.key) == 1
}
