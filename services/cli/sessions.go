package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	accounts "github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

func (e *env) sessions() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "sessions", Short: "show the live SMPP sessions of all hosts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withBus(cmd.Context(), patience, func(ctx context.Context, b *bus.Bus) error {
				all, err := b.Sessions(ctx)
				if err != nil {
					return err
				}
				slices.SortFunc(all, func(a, b accounts.Session) int {
					return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Host, b.Host), a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
				})
				if asJSON {
					return e.sessionsJSON(all)
				}
				e.showSessions(all)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return cmd
}

func (e *env) showSessions(all []accounts.Session) {
	if len(all) == 0 {
		fmt.Fprintln(e.stdout, "no session is live")
		return
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ACCOUNT\tHOST\tREMOTE\tMODE\tTLS\tVERSION\tSINCE\tHEARD\tACCEPTED\tREJECTED\tDELIVERED\tREFUSED\tOPEN")
	for _, s := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d/%d\n", s.Account, s.Host, s.Remote, s.Mode, cmp.Or(s.TLS, "plain"),
			version(s.InterfaceVersion), moment(s.Since), moment(s.ActiveAt), s.Accepted, s.Rejected, s.Delivered, s.Refused, s.InFlight, s.Awaited)
	}
	_ = w.Flush()
}

// version is an interface_version as people say it.
func version(v uint8) string { return fmt.Sprintf("%d.%d", v>>4, v&15) }

func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format(time.DateTime)
}

func (e *env) sessionsJSON(all []accounts.Session) error {
	for _, s := range all {
		err := e.writeJSON(map[string]any{
			"account": s.Account, "host": s.Host, "id": s.ID, "remote": s.Remote.String(), "mode": s.Mode, "tls": s.TLS,
			"interface_version": s.InterfaceVersion, "system_type": s.SystemType, "since": s.Since, "active_at": s.ActiveAt,
			"accepted": s.Accepted, "rejected": s.Rejected, "delivered": s.Delivered, "refused": s.Refused, "in_flight": s.InFlight, "awaited": s.Awaited,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *env) audit() *cobra.Command {
	var follow, asJSON bool
	var since time.Duration
	var account string
	cmd := &cobra.Command{
		Use: "audit", Short: "show who got in, who did not, and who changed what", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, closeBus, err := e.connect()
			if err != nil {
				return err
			}
			defer closeBus()
			q := bus.AuditQuery{Account: account}
			if since > 0 {
				q.Since = e.now().Add(-since)
			}
			show := func(ev *audit.Event) error { return e.showAudit(ev, asJSON) }
			if follow {
				return b.FollowAudit(cmd.Context(), q, show)
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), patience)
			defer cancel()
			return b.AuditTrail(ctx, q, show)
		},
	}
	fl := cmd.Flags()
	fl.BoolVar(&follow, "follow", false, "go on with what happens, until interrupted")
	spanFlag(cmd, &since, "since", 0, "only what is no older, such as 24h or 7d")
	fl.StringVar(&account, "account", "", "only what concerns one account")
	fl.BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return cmd
}

// showAudit prints an event on one line. What a client gave is quoted: it may be
// anything.
func (e *env) showAudit(ev *audit.Event, asJSON bool) error {
	count := max(ev.Count, 1)
	remote := ""
	if ev.Remote.IsValid() {
		remote = ev.Remote.String()
	}
	systemID := ""
	if ev.SystemID != "" {
		systemID = strconv.QuoteToASCII(ev.SystemID)
	}
	if asJSON {
		return e.writeJSON(map[string]any{
			"time": ev.Time, "kind": ev.Kind.String(), "host": ev.Host, "service": ev.Service, "account": ev.Account, "system_id": systemID,
			"remote": remote, "mode": ev.Mode, "tls": ev.TLS, "certificate": ev.Certificate, "reason": ev.Reason, "detail": ev.Detail,
			"by": ev.By, "count": count, "version": ev.Version, "session": ev.Session,
		})
	}
	line := fmt.Sprintf("%s  %-8s  %s", moment(ev.Time), ev.Kind, cmp.Or(ev.Account, "-"))
	for _, field := range []struct{ name, value string }{
		{"system_id", systemID}, {"from", remote}, {"mode", string(ev.Mode)}, {"tls", ev.TLS}, {"certificate", quoted(ev.Certificate)},
		{"reason", string(ev.Reason)}, {"detail", quoted(ev.Detail)}, {"by", ev.By}, {"host", ev.Host}, {"session", ev.Session},
	} {
		if field.value != "" {
			line += "  " + field.name + "=" + field.value
		}
	}
	if count > 1 {
		line += fmt.Sprintf("  times=%d", count)
	}
	_, err := fmt.Fprintln(e.stdout, line)
	return err
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return strconv.QuoteToASCII(s)
}
