package modem

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// closeGrace bounds the wait for a device whose Close does not end its Read.
const closeGrace = 2 * time.Second

// Modem is one modem. Its methods may be called from any goroutine; commands
// are carried out one after the other.
type Modem struct {
	rw     io.ReadWriteCloser
	cfg    Config
	events *eventQueue

	// turn is held, by having put a value in, by whoever talks to the modem.
	turn chan struct{}
	// step is what the holder of the turn knows about the modem.
	step step

	// direct is rw when writes can be given a time; otherwise what is put into writes
	// is written by a goroutine.
	direct deadliner
	writes chan write
	done   chan struct{}
	gone   sync.Once
	failed sync.Once
	tasks  sync.WaitGroup

	// restarted tells that the modem said that it became ready, which it also
	// does after it restarted by itself, with its settings lost; or that this shows.
	restarted atomic.Bool
	// texts tells that the modem showed a message in text mode, until PDU mode is set.
	texts atomic.Bool
	// pinRefused tells that the PIN was given and not accepted so far.
	pinRefused atomic.Bool

	// profile is what is known of the modem's family; never nil.
	profile atomic.Pointer[Profile]

	// ussd is the request that waits for an answer; nil: none does.
	ussd atomic.Pointer[ussdWait]

	// tracing keeps Config.Trace from being called twice at a time.
	tracing sync.Mutex

	mu sync.Mutex
	// err is why the device is gone. Guarded by mu.
	err error
	// current is the command that is being carried out; nil: none. Guarded by mu.
	current *exchange
	// verbose tells that words have been seen as result codes, so that a lone
	// digit is not one. Guarded by mu.
	verbose bool

	// named are memories that indications named, and usages how full those are
	// that were looked at. Guarded by mu.
	named  []string
	usages map[string]atline.Memory

	// framer, assembler and the slices belong to the reader.
	framer    atline.Framer
	assembler atline.Assembler
	lines     []atline.Line
	notices   []atline.Notice
}

// New starts reading from rw. Nothing is written before the first command.
// Close ends it; rw is closed then, and also when it fails.
func New(rw io.ReadWriteCloser, cfg Config) *Modem {
	m := &Modem{
		rw:     rw,
		cfg:    cfg.withDefaults(),
		events: newEventQueue(),
		turn:   make(chan struct{}, 1),
		writes: make(chan write),
		done:   make(chan struct{}),
		usages: map[string]atline.Memory{},
	}
	// What an earlier user of the device asked may still be answered.
	m.step.lost = true
	m.pinRefused.Store(cfg.PINRefused)
	p, _ := FindProfile(cfg.Profile)
	m.profile.Store(&p)
	m.tasks.Go(m.read)
	if m.direct = direct(rw); m.direct == nil {
		m.tasks.Go(m.write)
	}
	m.tasks.Go(m.events.run)
	return m
}

// Done is closed when the device is gone; Err then tells why.
func (m *Modem) Done() <-chan struct{} { return m.done }

// Err returns nil while the device is there, and an ErrGone afterwards.
func (m *Modem) Err() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

// Close closes the device and ends everything that goes on with it: a command
// under way returns, events not yet taken are lost. It is safe to call it again.
func (m *Modem) Close() error {
	m.fail(ErrClosed)
	m.events.close()
	<-m.done
	ended := make(chan struct{})
	go func() { m.tasks.Wait(); close(ended) }()
	grace := time.NewTimer(closeGrace)
	defer grace.Stop()
	select {
	case <-ended:
	case <-grace.C:
	}
	return nil
}

// fail closes the device; the reader then ends and tells everybody. Closing may
// take its time, or not end the Read of a strange device: nobody waits for it.
func (m *Modem) fail(err error) {
	m.failed.Do(func() {
		m.mu.Lock()
		m.err = err
		m.mu.Unlock()
		time.AfterFunc(closeGrace, m.leave)
		m.tasks.Go(func() { _ = m.rw.Close() })
	})
}

// leave tells everybody that the device is gone.
func (m *Modem) leave() { m.gone.Do(func() { close(m.done) }) }

// goneError wraps an I/O error.
func goneError(doing string, err error) error {
	return fmt.Errorf("%w: %s: %w", ErrGone, doing, err)
}
