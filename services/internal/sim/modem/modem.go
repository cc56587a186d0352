package modem

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Modem is a simulated modem. All methods may be used from several goroutines.
type Modem struct {
	cfg      Config
	network  *Network
	journal  *Journal
	commands map[string]command
	// serving holds a token while a connection is served.
	serving chan struct{}

	mu       sync.Mutex
	random   *rand.Rand
	faults   faults
	set      settings
	sim      sim
	radio    radio
	storage  storage
	incoming incoming
	books    phonebooks
	call     *call
	lastMR   byte
	// line is the connection being served; nil when there is none.
	line *session
	// booting is true from power-up until the BootLines.
	booting   bool
	bootTimer *time.Timer
	// hung says that input is ignored until power comes back or, when not zero,
	// until hungUntil.
	hung      bool
	hungUntil time.Time
	// backAfter is how long the device is away after the drop that is under way.
	backAfter time.Duration
}

// New makes a modem that has just got power and puts it onto its network. When
// the Network already has a modem with that number, the new one gets its messages.
func New(cfg Config) *Modem {
	cfg = cfg.withDefaults()
	m := &Modem{
		cfg:      cfg,
		network:  cfg.Network,
		journal:  cfg.Journal,
		commands: commandTable(),
		serving:  make(chan struct{}, 1),
		random:   rand.New(rand.NewPCG(cfg.Seed, 0)),
		radio:    radio{registration: cfg.Registration, signal: cfg.Signal},
		storage:  newStorage(&cfg),
		books:    newPhonebooks(cfg.PhonebookSize),
	}
	m.faults = newFaults(cfg.Rules, m.random)
	m.mu.Lock()
	m.powerUp()
	m.mu.Unlock()
	m.network.attach(cfg.Number, m)
	return m
}

// powerUp puts everything volatile into its initial state.
func (m *Modem) powerUp() {
	m.set = newSettings(&m.cfg)
	m.sim.powerUp(&m.cfg)
	m.radio.functionality = fullFunctionality
	m.incoming.powerUp()
	m.storage.powerUp()
	m.endCall()
	m.hung = false
	m.boot()
}

// boot waits for BootTime and shows the BootLines.
func (m *Modem) boot() {
	if m.bootTimer != nil {
		m.bootTimer.Stop()
	}
	m.booting = m.cfg.BootTime > 0
	if !m.booting {
		m.booted()
		return
	}
	m.bootTimer = time.AfterFunc(m.cfg.BootTime, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.booted()
	})
}

func (m *Modem) booted() {
	m.booting = false
	for _, line := range m.cfg.BootLines {
		m.urc(line)
	}
	m.pump()
}

// PowerCycle takes the power away and gives it back: settings, the PIN, calls
// and routed messages without acknowledgement are gone, stored messages stay.
func (m *Modem) PowerCycle() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.powerUp()
}

// Name returns Config.Name.
func (m *Modem) Name() string { return m.cfg.Name }

// Number returns Config.Number.
func (m *Modem) Number() string { return m.cfg.Number }

// Journal returns the journal that the modem records in.
func (m *Modem) Journal() *Journal { return m.journal }

// Records returns the records of the modem's journal so far, those of other
// modems included when they share it.
func (m *Modem) Records() []Record { return m.journal.Records() }

// Wait is Wait of the modem's journal.
func (m *Modem) Wait(ctx context.Context, n int) ([]Record, error) {
	return m.journal.Wait(ctx, n)
}

// SetRules replaces the rules and their counters.
func (m *Modem) SetRules(rules ...Rule) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults = newFaults(rules, m.random)
}

// SetReference sets the message reference (TP-MR) of the last message that was accepted;
// the next one gets the next.
func (m *Modem) SetReference(last byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lastMR = last
}

// URC sends an unsolicited line as it is, in the frame of a result code.
// Nobody sees it when there is no connection.
func (m *Modem) URC(line string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.urc(line)
}

// urc needs the lock.
func (m *Modem) urc(line string) {
	if m.line == nil || m.hung {
		return
	}
	m.line.unsolicited(m.set.frame(line))
}

// isHung says whether a hang is in force; it needs the lock.
func (m *Modem) isHung() bool {
	if m.hung && !m.hungUntil.IsZero() && !time.Now().Before(m.hungUntil) {
		m.hung = false
	}
	return m.hung
}
