package subject

import (
	"strconv"
	"strings"
)

const plain = "abcdefghijklmnopqrstuvwxyz0123456789-"

// Token escapes a name into one subject token of [a-z0-9_-]: every other octet,
// and "_" itself, becomes "_" and two hex digits. The empty name becomes "_".
// Different names give different tokens.
func Token(name string) string {
	if name == "" {
		return "_"
	}
	if strings.Trim(name, plain) == "" {
		return name
	}
	var b strings.Builder
	for i := range len(name) {
		if c := name[i]; strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
		} else {
			const hex = "0123456789abcdef"
			b.Write([]byte{'_', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// Name is the inverse of Token; false says that token is not one that Token makes.
func Name(token string) (string, bool) {
	if token == "_" {
		return "", true
	}
	if !strings.Contains(token, "_") {
		return token, token != "" && strings.Trim(token, plain) == ""
	}
	var b strings.Builder
	for i := 0; i < len(token); i++ {
		if token[i] != '_' {
			b.WriteByte(token[i])
			continue
		}
		if i+2 >= len(token) {
			return "", false
		}
		v, err := strconv.ParseUint(token[i+1:i+3], 16, 8)
		if err != nil {
			return "", false
		}
		b.WriteByte(byte(v))
		i += 2
	}
	name := b.String()
	return name, Token(name) == token
}

// names unescapes several tokens at once.
func names(tokens []string, dst ...*string) bool {
	for i, d := range dst {
		name, ok := Name(tokens[i])
		if !ok {
			return false
		}
		*d = name
	}
	return true
}
