package natsd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// door is the way to a server whose writes are synced in groups: each connection
// passes a gate.
type door struct {
	srv       *server.Server
	committer *committer
	dirty     *dirtySet
	// listener is nil when other processes are not let in.
	listener net.Listener
	stop     chan struct{}
	done     sync.WaitGroup
}

func openDoor(srv *server.Server, dirty *dirtySet, complain func(string, ...any), address string) (*door, error) {
	d := &door{
		srv: srv, dirty: dirty, committer: &committer{sync: dirty.sync, complain: complain}, stop: make(chan struct{}),
	}
	if address != "" {
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
		if err != nil {
			return nil, fmt.Errorf("opening the NATS listen address: %w", err)
		}
		d.listener = l
		d.done.Go(d.accept)
	}
	d.done.Go(func() { d.committer.run(d.stop) })
	return d, nil
}

// url is where other processes connect; empty when they cannot.
func (d *door) url() string {
	if d.listener == nil {
		return ""
	}
	return "nats://" + d.listener.Addr().String()
}

// accept lets in other processes until the listener is closed.
func (d *door) accept() {
	const pause = 50 * time.Millisecond // when there are too many open files
	for {
		conn, err := d.listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			select {
			case <-d.stop:
				return
			case <-time.After(pause):
			}
		default:
			d.done.Go(func() { d.serve(conn) })
		}
	}
}

// serve connects another process with the server.
func (d *door) serve(client net.Conn) {
	inner, err := d.srv.InProcessConn()
	if err != nil {
		_ = client.Close()
		return
	}
	var done sync.WaitGroup
	done.Go(func() {
		_, _ = io.Copy(inner, client)
		_ = inner.Close()
	})
	gate(inner, client, d.committer.commit)
	done.Wait()
}

// InProcessConn implements nats.InProcessConnProvider.
func (d *door) InProcessConn() (net.Conn, error) {
	inner, err := d.srv.InProcessConn()
	if err != nil {
		return nil, err
	}
	q := newGated(d.committer.commit)
	d.done.Go(func() { q.fill(inner) })
	return &gatedConn{Conn: inner, gate: q}, nil
}

// close ends all connections, which the server has closed by now, and syncs what
// it wrote last.
func (d *door) close() {
	if d.listener != nil {
		_ = d.listener.Close()
	}
	close(d.stop)
	d.done.Wait()
	_ = d.committer.commit()
	d.dirty.close()
}
