package modem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// slow is a modem that answers everything in order, each answer late by chance,
// some of them so late that the driver has given up.
type slow struct {
	conn   net.Conn
	random *rand.Rand
	in     chan string
}

func (s *slow) read() {
	defer close(s.in)
	buffer, pending := make([]byte, 512), ""
	for {
		n, err := s.conn.Read(buffer)
		if err != nil {
			return
		}
		pending += strings.ReplaceAll(string(buffer[:n]), "\x1b", "")
		for {
			command, rest, ended := strings.Cut(pending, "\r")
			if !ended {
				break
			}
			pending = rest
			s.in <- command
		}
	}
}

func (s *slow) answerAll() {
	for command := range s.in {
		if command == "" {
			continue
		}
		if s.random.IntN(3) == 0 {
			<-time.After(time.Duration(s.random.Int64N(int64(5 * time.Second))))
		}
		name := strings.TrimSuffix(strings.TrimPrefix(command, "AT"), "?")
		answer := "\r\n" + name + ": own\r\n\r\nOK\r\n"
		if s.random.IntN(4) == 0 {
			answer = "\r\nRING\r\n" + answer + "\r\n+CMTI: \"SM\",1\r\n"
		}
		if _, err := io.WriteString(s.conn, answer); err != nil {
			return
		}
	}
}

// The proof of resync.go: whatever the delays, a command that succeeds has its
// own answer.
func TestSlowModemNeverAnswersForAnother(t *testing.T) {
	succeeded, timedOut := 0, 0
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) {
			near, far := net.Pipe()
			s := &slow{conn: far, random: rand.New(rand.NewPCG(seed, 0)), in: make(chan string, 1000)}
			go s.read()
			ended := make(chan struct{})
			go func() { s.answerAll(); close(ended) }()
			m := New(near, Config{})
			for i := range 20 {
				lines, err := m.Command(context.Background(), fmt.Sprintf("AT+X%d?", i), time.Second)
				switch want := fmt.Sprintf("+X%d: own", i); {
				case errors.Is(err, ErrTimeout), errors.Is(err, ErrOutOfStep):
					timedOut++
				case err != nil || len(lines) != 1 || lines[0] != want:
					t.Errorf("seed %d: answer %q, %v, want %q", seed, lines, err, want)
				default:
					succeeded++
				}
			}
			_ = far.Close()
			_ = m.Close()
			<-ended
		})
	}
	if succeeded < 1000 || timedOut < 500 {
		t.Errorf("%d succeeded, %d timed out: the test tests nothing", succeeded, timedOut)
	}
	t.Logf("%d succeeded, %d timed out", succeeded, timedOut)
}
