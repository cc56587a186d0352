// Package process is what a daemon does with itself: it gives up the rights of
// root, and keeps a second instance from running.
package process

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// ErrUser says that the process cannot become the user or group that it is to run as.
var ErrUser = errors.New("changing the user")

// Become changes to a user and a group, with the groups of the user, for good. Empty:
// the user stays, or the group is that of the user. Who is not root stays what he is
// and must be that user already.
func Become(name, group string) error {
	if name == "" && group == "" {
		return nil
	}
	uid, gid, groups, err := lookUp(name, group)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUser, err)
	}
	if os.Geteuid() != 0 {
		if uid != os.Geteuid() {
			return fmt.Errorf("%w: only root can become %s; start it as root or as that user", ErrUser, name)
		}
		return nil
	}
	if err := errors.Join(syscall.Setgroups(groups), syscall.Setgid(gid), syscall.Setuid(uid)); err != nil {
		return fmt.Errorf("%w: becoming %s: %w", ErrUser, name, err)
	}
	return nil
}

// lookUp finds the ids of a user and a group. The group is added to those of the
// user, as in smsd (smstools spec §6.2).
func lookUp(name, group string) (uid, gid int, groups []int, err error) {
	uid, gid = os.Geteuid(), os.Getegid()
	if name != "" {
		u, err := findUser(name)
		if err != nil {
			return 0, 0, nil, err
		}
		ids, err := u.GroupIds()
		if err != nil {
			return 0, 0, nil, err
		}
		if uid, err = strconv.Atoi(u.Uid); err != nil {
			return 0, 0, nil, err
		}
		if gid, err = strconv.Atoi(u.Gid); err != nil {
			return 0, 0, nil, err
		}
		for _, id := range ids {
			n, err := strconv.Atoi(id)
			if err != nil {
				return 0, 0, nil, err
			}
			groups = append(groups, n)
		}
	}
	if group != "" {
		g, err := findGroup(group)
		if err != nil {
			return 0, 0, nil, err
		}
		if gid, err = strconv.Atoi(g.Gid); err != nil {
			return 0, 0, nil, err
		}
	}
	return uid, gid, append(groups, gid), nil
}

func findUser(name string) (*user.User, error) {
	u, err := user.Lookup(name)
	if err != nil {
		if byID, other := user.LookupId(name); other == nil {
			return byID, nil
		}
	}
	return u, err
}

func findGroup(name string) (*user.Group, error) {
	g, err := user.LookupGroup(name)
	if err != nil {
		if byID, other := user.LookupGroupId(name); other == nil {
			return byID, nil
		}
	}
	return g, err
}

// Umask sets the mask of the modes of new files.
func Umask(mask uint32) { syscall.Umask(int(mask)) }
