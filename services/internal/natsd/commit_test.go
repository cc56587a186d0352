package natsd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sys/unix"
)

func quiet(string, ...any) {}

// TestCommitsAreShared: who asks while a commit runs is served by the next one, all together.
func TestCommitsAreShared(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}), make(chan struct{})
	syncs := 0
	c := &committer{complain: quiet, sync: func() error {
		syncs++
		if syncs == 1 {
			close(begun)
			<-goOn
		}
		return nil
	}}
	var all sync.WaitGroup
	all.Go(func() { _ = c.commit() })
	<-begun
	const callers = 50
	for range callers {
		call := c.asked.Load()
		all.Go(func() { _ = c.commit() })
		for c.asked.Load() == call { // until it has asked
		}
	}
	close(goOn)
	all.Wait()
	if syncs != 2 {
		t.Errorf("%d syncs for 1 and %d callers, want 2", syncs, callers)
	}
}

// TestNoCommitAfterAFailure: a second fsync would say that all is well.
func TestNoCommitAfterAFailure(t *testing.T) {
	t.Parallel()
	broken := errors.New("input/output error")
	var told []string
	syncs := 0
	c := &committer{sync: func() error { syncs++; return broken }, complain: func(f string, v ...any) { told = append(told, fmt.Sprintf(f, v...)) }}
	for range 3 {
		if err := c.commit(); !errors.Is(err, ErrNotDurable) || !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	}
	if syncs != 1 || len(told) != 1 {
		t.Errorf("%d syncs, %q; want one of each", syncs, told)
	}
}

func TestGateOpensAfterCommit(t *testing.T) {
	t.Parallel()
	server, said := net.Pipe()
	heard, client := net.Pipe()
	commits, goOn := make(chan struct{}), make(chan error)
	var done sync.WaitGroup
	done.Go(func() {
		gate(server, client, func() error {
			commits <- struct{}{}
			return <-goOn
		})
	})
	write := func(text string) {
		if _, err := said.Write([]byte(text)); err != nil {
			t.Error(err)
		}
	}
	write("+OK one\r\n")
	<-commits
	write("+OK two\r\n") // waits for the next commit
	goOn <- nil
	buf := make([]byte, 100)
	n, err := heard.Read(buf)
	if got := string(buf[:n]); err != nil || got != "+OK one\r\n" {
		t.Errorf("after one commit: %q, %v", got, err)
	}
	<-commits
	goOn <- errors.New("input/output error")
	if n, err = heard.Read(buf); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("after a failed commit: %q, %v", buf[:n], err)
	}
	if _, err := said.Write([]byte("x")); err == nil {
		t.Error("the server can still speak")
	}
	done.Wait()
}

func TestGateEndsWithTheServer(t *testing.T) {
	t.Parallel()
	server, said := net.Pipe()
	heard, client := net.Pipe()
	var done sync.WaitGroup
	done.Go(func() { gate(server, client, func() error { return nil }) })
	done.Go(func() {
		_, _ = said.Write([]byte("-ERR 'bye'\r\n"))
		_ = said.Close()
	})
	all, err := io.ReadAll(heard)
	if err != nil || string(all) != "-ERR 'bye'\r\n" {
		t.Errorf("heard %q, %v", all, err)
	}
	done.Wait()
}

// TestNoticed: whatever is written below the store is known to be, at once.
func TestNoticed(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(root, "old"), 0o700))
	must(t, os.WriteFile(filepath.Join(root, "old", "1.blk"), []byte("x"), 0o600))
	d, err := watchStore(root)
	must(t, err)
	defer d.close()
	if !d.all {
		t.Error("what an earlier process left is not synced")
	}
	noticed := func(what string, want ...string) {
		t.Helper()
		must(t, d.drain())
		for _, w := range want {
			if _, ok := d.paths[filepath.Join(root, w)]; !ok {
				t.Errorf("%s: %s is not noticed", what, w)
			}
		}
		must(t, d.sync())
		if len(d.paths) != 0 {
			t.Errorf("%s: %v left after syncing", what, d.paths)
		}
	}
	must(t, d.sync())
	f, err := os.OpenFile(filepath.Join(root, "old", "1.blk"), os.O_WRONLY|os.O_APPEND, 0)
	must(t, err)
	defer f.Close()
	_, err = f.Write([]byte("more"))
	must(t, err)
	noticed("an old file", "old/1.blk")
	_, err = f.Write([]byte("and more"))
	must(t, err)
	noticed("the same again", "old/1.blk")

	must(t, os.MkdirAll(filepath.Join(root, "new", "deep", "deeper"), 0o700))
	must(t, os.WriteFile(filepath.Join(root, "new", "deep", "deeper", "a"), nil, 0o600))
	noticed("new directories", ".", "new/deep/deeper", "new/deep/deeper/a")

	must(t, os.WriteFile(filepath.Join(root, "old", "tmp"), []byte("compacted"), 0o600))
	must(t, os.Rename(filepath.Join(root, "old", "tmp"), filepath.Join(root, "old", "1.blk")))
	noticed("a replaced file", "old", "old/1.blk")

	must(t, os.Rename(filepath.Join(root, "new"), filepath.Join(root, "moved")))
	must(t, os.WriteFile(filepath.Join(root, "moved", "deep", "b"), []byte("x"), 0o600))
	noticed("a moved directory", ".", "moved/deep/b")
	if _, still := d.watches[filepath.Join(root, "new", "deep")]; still {
		t.Error("the old name of a moved directory is still watched")
	}

	must(t, os.WriteFile(filepath.Join(root, "short"), nil, 0o600))
	must(t, os.Remove(filepath.Join(root, "short")))
	must(t, os.RemoveAll(filepath.Join(root, "moved")))
	noticed("what was removed", ".")
	if len(d.watches) != 2 || len(d.dirs) != 2 {
		t.Errorf("watches %v, want those of the store and of old", d.watches)
	}
}

func TestLostCount(t *testing.T) {
	t.Parallel()
	d, err := watchStore(t.TempDir())
	must(t, err)
	defer d.close()
	must(t, d.sync())
	overflow := make([]byte, unix.SizeofInotifyEvent)
	binary.NativeEndian.PutUint32(overflow[4:], unix.IN_Q_OVERFLOW)
	must(t, d.notices(overflow))
	if !d.all {
		t.Error("events were lost, and not everything is synced")
	}
	must(t, d.sync())
	if d.all {
		t.Error("everything is synced again and again")
	}
}

// TestNothingIsToldUnsynced looks behind the back of a server after each of its
// acknowledgements.
func TestNothingIsToldUnsynced(t *testing.T) {
	t.Parallel()
	cfg := config(t.TempDir(), "127.0.0.1:0")
	cfg.SyncInterval = 0
	s := started(t, cfg)
	key, err := nats.NkeyOptionFromSeed(s.SeedFile())
	must(t, err)
	outside, err := nats.Connect(s.URL(), key)
	must(t, err)
	t.Cleanup(outside.Close)
	other, err := jetstream.New(outside)
	must(t, err)
	ctx := bounded(t)
	for name, js := range map[string]jetstream.JetStream{"INSIDE": connected(t, s), "OUTSIDE": other} {
		_, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: name, Subjects: []string{name + ".>"}, Storage: jetstream.FileStorage})
		must(t, err)
		for i := range 200 {
			_, err := js.Publish(ctx, name+"."+strconv.Itoa(i), []byte("text"))
			must(t, err)
			if left := s.unsynced(t, name); len(left) > 0 {
				t.Fatalf("message %d was acknowledged while %v was not synced", i, left)
			}
		}
	}
}

// unsynced are the blocks of a stream that were written to since the last commit.
func (s *Server) unsynced(t *testing.T, stream string) []string {
	t.Helper()
	s.door.committer.mu.Lock()
	defer s.door.committer.mu.Unlock()
	must(t, s.door.dirty.drain())
	var left []string
	for path := range s.door.dirty.paths {
		if strings.Contains(path, stream) && strings.HasSuffix(path, ".blk") {
			left = append(left, path)
		}
	}
	slices.Sort(left)
	return left
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
