package hook

import (
	"os"
	"time"
)

// maxOutput bounds the output that is kept, in octets.
const maxOutput = 64 << 10

// lateOutput is how long the output of a program is waited for that has ended and
// has left a child which holds it.
const lateOutput = time.Second

// captured gathers what a program writes.
type captured struct {
	read, write *os.File
	kept        []byte
	more        bool
	done        chan struct{}
}

func capture() (*captured, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c := &captured{read: r, write: w, done: make(chan struct{})}
	go c.gather()
	return c, nil
}

// gather reads until nobody can write any more, or finish has waited long enough.
// What is too much is read too: a program must not wait for a reader.
func (c *captured) gather() {
	defer close(c.done)
	buffer := make([]byte, 4096)
	for {
		n, err := c.read.Read(buffer)
		room := min(n, maxOutput-len(c.kept))
		c.kept = append(c.kept, buffer[:room]...)
		c.more = c.more || room < n
		if err != nil {
			return
		}
	}
}

// finish returns what was written when the program has ended.
func (c *captured) finish() (output string, truncated bool) {
	_ = c.write.Close()
	_ = c.read.SetReadDeadline(time.Now().Add(lateOutput))
	<-c.done
	_ = c.read.Close()
	return string(c.kept), c.more
}
