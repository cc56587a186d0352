// Package natsd runs the embedded NATS server of viestid.
//
// It stores JetStream on disk, never listens beyond loopback unless told to, and
// never accepts a client without a key: not on loopback, not in-process. The key
// is made once, kept in the state directory and readable by its owner alone.
package natsd

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// Errors of this package.
var (
	// ErrNotReady says that the server did not come up in time.
	ErrNotReady = errors.New("the embedded NATS server is not ready")
	// ErrNotDurable says that the disk did not take what the server wrote; nobody is
	// told anything any more until the process is started again.
	ErrNotDurable = errors.New("the store of the embedded NATS server could not be synced")
)

// Config says how the server is to run.
type Config struct {
	// Dir is the state directory of the server; it is created if needed.
	Dir string
	// Name is the server's name, usually the host's.
	Name string
	// Listen is the address for clients of other processes; a port of 0 takes a
	// free one, and the empty string does not listen at all.
	Listen string
	// SyncInterval is how long an acknowledged write may stay unsynced; 0 syncs
	// every write before anybody hears of it, so that an accepted message survives
	// a power cut. Writes that come together are synced together.
	SyncInterval time.Duration
	// MaxStore bounds the disk space in octets; 0 leaves it to the server. A full
	// store refuses new messages and drops none.
	MaxStore int64
	// Log receives the server's warnings and errors; nil drops them.
	Log server.Logger
}

// Server is a running server. Its methods may be called from several goroutines.
type Server struct {
	srv  *server.Server
	key  nkeys.KeyPair
	seed string
	lock *os.File
	// door is the way in when writes are synced in groups; otherwise nil.
	door *door
}

// Start runs the server and waits until it takes clients, at most a minute: a
// store of millions of messages takes its time.
func Start(cfg Config) (*Server, error) {
	held, err := lock(cfg.Dir)
	if err != nil {
		return nil, err
	}
	s, err := run(cfg)
	if err != nil {
		_ = held.Close()
		return nil, err
	}
	s.lock = held
	return s, nil
}

func run(cfg Config) (*Server, error) {
	key, seed, err := clientKey(filepath.Join(cfg.Dir, "client.nk"))
	if err != nil {
		return nil, err
	}
	opts, err := options(cfg, key)
	if err != nil {
		return nil, err
	}
	s := &Server{key: key, seed: seed}
	group, err := groups(cfg)
	if err != nil {
		return nil, err
	}
	opts.SyncAlways = cfg.SyncInterval == 0 && group == nil
	opts.DontListen = opts.DontListen || group != nil // the door listens
	if s.srv, err = serve(cfg, opts); err == nil && group != nil {
		s.door, err = openDoor(s.srv, group, cfg.complain, cfg.Listen)
	}
	if err != nil {
		if s.srv != nil {
			s.srv.Shutdown()
		}
		if group != nil {
			group.close()
		}
		return nil, err
	}
	return s, nil
}

// serve starts the server. It may return a server that is to be shut down with an error.
func serve(cfg Config, opts *server.Options) (*server.Server, error) {
	srv, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("configuring the embedded NATS server: %w", err)
	}
	if cfg.Log != nil {
		srv.SetLogger(cfg.Log, false, false)
	}
	go srv.Start()
	if !srv.ReadyForConnections(time.Minute) {
		return srv, fmt.Errorf("%w: see the log", ErrNotReady)
	}
	return srv, nil
}

// groups prepares syncing in groups. It is nil where that was not asked for, and
// where the kernel cannot watch the store: then the server syncs each write.
func groups(cfg Config) (*dirtySet, error) {
	if cfg.SyncInterval != 0 {
		return nil, nil
	}
	store := filepath.Join(cfg.Dir, server.JetStreamStoreDir)
	if err := os.MkdirAll(store, 0o700); err != nil {
		return nil, fmt.Errorf("preparing the state directory: %w", err)
	}
	dirty, err := watchStore(store)
	if err != nil {
		cfg.complain("%v; every write is synced by itself, which is slower", err)
		return nil, nil
	}
	return dirty, nil
}

// complain logs an error, where there is a log.
func (c Config) complain(format string, v ...any) {
	if c.Log != nil {
		c.Log.Errorf(format, v...)
	}
}

func options(cfg Config, key nkeys.KeyPair) (*server.Options, error) {
	public, err := key.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("reading the key for clients: %w", err)
	}
	opts := &server.Options{
		ServerName: cfg.Name, NoSigs: true, NoLog: cfg.Log == nil, DisableJetStreamBanner: true,
		JetStream: true, StoreDir: cfg.Dir, JetStreamMaxStore: cfg.MaxStore,
		SyncInterval: cfg.SyncInterval,
		Nkeys:        []*server.NkeyUser{{Nkey: public}},
	}
	if opts.SyncInterval == 0 {
		opts.SyncInterval = 2 * time.Minute // of little use then, but must be positive
	}
	opts.JetStreamLimits.DefaultMaxConsumers = -1
	return opts, listen(opts, cfg.Listen)
}

func listen(opts *server.Options, address string) error {
	if address == "" {
		opts.DontListen = true
		return nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("reading the NATS listen address %q: %w", address, err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return fmt.Errorf("reading the port of the NATS listen address %q: %w", address, err)
	}
	if n == 0 {
		n = server.RANDOM_PORT
	}
	opts.Host, opts.Port = host, n
	return nil
}

// clientKey reads the seed of the clients' key, or makes one.
func clientKey(path string) (nkeys.KeyPair, string, error) {
	seed, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		seed, err = makeKey(path)
	}
	if err != nil {
		return nil, "", fmt.Errorf("preparing the key for clients: %w", err)
	}
	key, err := nkeys.FromSeed([]byte(strings.TrimSpace(string(seed))))
	if err != nil {
		return nil, "", fmt.Errorf("reading the key for clients in %s: %w; remove the file to have a new one made", path, err)
	}
	return key, path, nil
}

func makeKey(path string) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	key, err := nkeys.CreateUser()
	if err != nil {
		return nil, err
	}
	seed, err := key.Seed()
	if err != nil {
		return nil, err
	}
	return seed, os.WriteFile(path, append(seed, '\n'), 0o600)
}

// SeedFile is the path of the file with the key that clients need.
func (s *Server) SeedFile() string { return s.seed }

// URL is where clients of other processes connect; empty when it does not listen.
func (s *Server) URL() string {
	if s.door != nil {
		return s.door.url()
	}
	if s.srv.Addr() == nil {
		return ""
	}
	return s.srv.ClientURL()
}

// MaxStore is the disk space that the server may use, in octets.
func (s *Server) MaxStore() int64 {
	if cfg := s.srv.JetStreamConfig(); cfg != nil {
		return cfg.MaxStore
	}
	return 0
}

// Connect opens a connection within the process.
func (s *Server) Connect(opts ...nats.Option) (*nats.Conn, error) {
	public, err := s.key.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("reading the key for clients: %w", err)
	}
	var way nats.InProcessConnProvider = s.srv
	if s.door != nil {
		way = s.door
	}
	return nats.Connect("", append(opts, nats.InProcessServer(way), nats.Nkey(public, s.key.Sign))...)
}

// Close stops the server and waits until everything is on disk.
func (s *Server) Close() {
	s.srv.Shutdown()
	s.srv.WaitForShutdown()
	if s.door != nil {
		s.door.close()
	}
	_ = s.lock.Close()
}
