package soak

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/modem"
)

// workerOrders is the environment variable that makes the test binary a worker.
const workerOrders = "VIESTI_SOAK_WORKER"

// listening is what a worker process says first: from then on it can be asked to end.
const listening = "listening"

// orders is what a worker process is told.
type orders struct {
	Host, URL, Seed string
	AckWait         time.Duration
	Modems          []modem.Device
}

// device is the configuration of a modem in scaled time: the defaults of smsd, but
// a block that ends within the hour.
func (p *plan) device(name, path string) modem.Device {
	d := modem.DefaultDevice()
	d.Name, d.Device = name, path
	d.BlockTime = config.Duration(5 * time.Minute)
	for _, t := range []*config.Duration{&d.ReadTimeout, &d.ErrorSleep, &d.BlockTime, &d.OpenSleep, &d.Poll, &d.StartSleep} {
		*t = config.Duration(p.of(time.Duration(*t)))
	}
	return d
}

// runWorker is main of a worker process. It ends when its input does, too.
func runWorker(text string) int {
	var o orders
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	fmt.Println(listening)
	go func() {
		defer cancel()
		answerCensus(os.Stdin, os.Stdout)
	}()
	if err := work(ctx, &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func work(ctx context.Context, o *orders) error {
	logger, err := zap.NewDevelopment()
	if err != nil {
		return err
	}
	opts := append(bus.ConnectOptions(o.Host, func(bool, error) {}), nats.RetryOnFailedConnect(true))
	nc, err := bus.Dial(bus.Target{URL: o.URL, NKey: o.Seed}, opts...)
	if err != nil {
		return err
	}
	defer nc.Close()
	b, err := bus.New(nc, bus.Options{AckWait: o.AckWait})
	if err != nil {
		return err
	}
	return modem.New(modem.Config{Host: o.Host, Modems: o.Modems}, b, logger, nil).Run(ctx)
}

// answerCensus says how much there is of what could leak, for each line it is given.
func answerCensus(in io.Reader, out io.Writer) {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "dump") {
			buf := make([]byte, 4<<20)
			os.Stderr.Write(buf[:runtime.Stack(buf, true)])
		}
		fds, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			return
		}
		fmt.Fprintln(out, runtime.NumGoroutine(), len(fds))
	}
}

// host is a worker process and its successors.
type host struct {
	t      *testing.T
	orders orders
	log    *os.File

	mu     sync.Mutex
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Scanner
	// restart is held by who takes the process away and brings it back.
	restart sync.Mutex
}

func newHost(t *testing.T, o orders, dir string) *host {
	f, err := os.Create(filepath.Join(dir, o.Host+".log"))
	if err != nil {
		t.Fatal(err)
	}
	h := &host{t: t, orders: o, log: f}
	t.Cleanup(func() { h.end(syscall.SIGKILL); _ = f.Close() })
	return h
}

func (h *host) start() {
	text, err := json.Marshal(h.orders)
	if err != nil {
		h.t.Error(err)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), workerOrders+"="+string(text))
	cmd.Stderr = h.log
	in, inErr := cmd.StdinPipe()
	out, outErr := cmd.StdoutPipe()
	if err := errors.Join(inErr, outErr, cmd.Start()); err != nil {
		h.t.Errorf("starting the worker of %s: %v", h.orders.Host, err)
		return
	}
	h.cmd, h.stdin, h.stdout = cmd, in, bufio.NewScanner(out)
	if !h.stdout.Scan() || h.stdout.Text() != listening {
		h.t.Errorf("the worker of %s does not start", h.orders.Host)
	}
}

// end ends the process and waits for it. One that was asked must end well.
func (h *host) end(sig syscall.Signal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cmd == nil {
		return
	}
	_ = h.cmd.Process.Signal(sig)
	err := h.cmd.Wait()
	if err != nil && sig != syscall.SIGKILL {
		h.t.Errorf("the worker of %s, asked to end: %v", h.orders.Host, err)
	}
	h.cmd = nil
}

// census asks for the number of goroutines and descriptors.
func (h *host) census() (goroutines, fds int) { return h.ask("census") }

func (h *host) ask(what string) (goroutines, fds int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	fmt.Fprintln(h.stdin, what)
	if !h.stdout.Scan() {
		h.t.Errorf("the worker of %s does not answer: %v", h.orders.Host, h.stdout.Err())
		return 0, 0
	}
	if _, err := fmt.Sscan(h.stdout.Text(), &goroutines, &fds); err != nil {
		h.t.Errorf("the worker of %s says %q: %v", h.orders.Host, h.stdout.Text(), err)
	}
	return goroutines, fds
}
