package modem

import "io"

// source reads the input. As long as the modem does not take time over anything
// the engine reads itself; during a pause a goroutine reads ahead, so that the
// end of the connection is noticed.
type source struct {
	r      io.Reader
	buffer [2048]byte
	// ahead is the read under way, nil when there is none.
	ahead *readAhead
}

// readAhead is one Read; its fields are valid once done is closed.
type readAhead struct {
	chunk []byte
	err   error
	done  chan struct{}
	// ended is closed when the Read failed.
	ended chan struct{}
}

// next returns the next input, valid until the next call.
func (s *source) next() ([]byte, error) {
	if s.ahead == nil {
		n, err := s.r.Read(s.buffer[:])
		return s.buffer[:n], err
	}
	<-s.ahead.done
	chunk, err := s.ahead.chunk, s.ahead.err
	if err == nil {
		s.ahead = nil
	}
	return chunk, err
}

// ended begins to read ahead and returns a channel that closes when there is no
// more input to come.
func (s *source) ended() <-chan struct{} {
	if s.ahead == nil {
		s.ahead = &readAhead{done: make(chan struct{}), ended: make(chan struct{})}
		go s.ahead.run(s.r)
	}
	return s.ahead.ended
}

func (a *readAhead) run(r io.Reader) {
	defer close(a.done)
	buffer := make([]byte, 2048)
	n, err := r.Read(buffer)
	a.chunk, a.err = buffer[:n], err
	if err != nil {
		close(a.ended)
	}
}

// stop waits for a read under way; the connection must have been closed.
func (s *source) stop() {
	if s.ahead != nil {
		<-s.ahead.done
	}
}
