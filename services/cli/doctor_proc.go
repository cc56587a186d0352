package cli

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// process is one of Viesti's.
type process struct {
	pid  int
	name string
	uid  uint32
}

// pids are the processes that there are.
func (d *doctor) pids() (all []int) {
	entries, _ := os.ReadDir(d.proc)
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			all = append(all, pid)
		}
	}
	return all
}

func (d *doctor) name(pid int) string {
	name, _ := os.ReadFile(filepath.Join(d.proc, strconv.Itoa(pid), "comm"))
	return strings.TrimSpace(string(name))
}

// owners are the processes of Viesti by the inodes of their sockets. Those of other
// users are not seen, except by root.
func (d *doctor) owners() (map[uint64]process, error) {
	owners := map[uint64]process{}
	for _, pid := range d.pids() {
		p := process{pid: pid, name: d.name(pid)}
		if !strings.HasPrefix(p.name, "viesti") {
			continue
		}
		dir := filepath.Join(d.proc, strconv.Itoa(pid))
		if info, err := os.Stat(dir); err == nil {
			if st, ok := info.Sys().(*syscall.Stat_t); ok {
				p.uid = st.Uid
			}
		}
		files, err := os.ReadDir(filepath.Join(dir, "fd"))
		if errors.Is(err, fs.ErrPermission) {
			return nil, fmt.Errorf("process %d (%s) belongs to another user: run this as that user, or as root", pid, p.name)
		}
		for _, f := range files {
			target, _ := os.Readlink(filepath.Join(dir, "fd", f.Name()))
			if inode, ok := socketInode(target); ok {
				owners[inode] = p
			}
		}
	}
	return owners, nil
}

func socketInode(target string) (inode uint64, ok bool) {
	text, ok := strings.CutPrefix(target, "socket:[")
	if !ok {
		return 0, false
	}
	inode, err := strconv.ParseUint(strings.TrimSuffix(text, "]"), 10, 64)
	return inode, err == nil
}

// socket is one that listens.
type socket struct {
	address netip.AddrPort
	inode   uint64
}

// listening are the TCP sockets that listen, in order.
func (d *doctor) listening() (all []socket, err error) {
	for _, name := range []string{"tcp", "tcp6"} {
		data, err := os.ReadFile(filepath.Join(d.proc, "net", name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // without IPv6
		}
		if err != nil {
			return nil, fmt.Errorf("reading the sockets: %w", err)
		}
		all = append(all, parseSockets(string(data))...)
	}
	slices.SortFunc(all, func(a, b socket) int { return a.address.Compare(b.address) })
	return all, nil
}

// parseSockets reads /proc/net/tcp or tcp6: local address, state and inode are the
// second, fourth and tenth word of a line (proc(5)).
func parseSockets(text string) (all []socket) {
	const listen, local, state, inode = "0A", 1, 3, 9
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) <= inode || words[state] != listen {
			continue
		}
		address, ok := parseSocketAddress(words[local])
		n, err := strconv.ParseUint(words[inode], 10, 64)
		if ok && err == nil {
			all = append(all, socket{address, n})
		}
	}
	return all
}

// parseSocketAddress reads an address in words of 32 bits, each in the order of the
// machine, in hexadecimal.
func parseSocketAddress(text string) (netip.AddrPort, bool) {
	host, port, _ := strings.Cut(text, ":")
	octets, err := hex.DecodeString(host)
	n, portErr := strconv.ParseUint(port, 16, 16)
	if err != nil || portErr != nil || len(octets)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for word := range slices.Chunk(octets, 4) {
		binary.BigEndian.PutUint32(word, binary.NativeEndian.Uint32(word))
	}
	ip, ok := netip.AddrFromSlice(octets)
	return netip.AddrPortFrom(ip, uint16(n)), ok
}
