package deploy_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/viesti-sms/viesti/services/cli"
)

// TestCommandLineTellsWhatIsRefused: a broker does not answer what a user may not do. The
// command says that at once, with the subject, and not that nobody answered in time.
func TestCommandLineTellsWhatIsRefused(t *testing.T) {
	b := startBroker(t)
	admin, ctx := b.connect(t, asAdmin)
	if err := admin.bus.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	policy := filepath.Join(b.dir, "policy.yaml")
	write(t, policy, "queues: [{name: home}]\n")
	for args, subject := range map[string]string{
		"send 358401234567 hello":   `"sms.out.default.n.cli-`, // as another host than ops1
		"policy apply -f " + policy: `"$KV.sms_cfg.policy"`,
		"account add acme":          `"$KV.sms_cfg.account.acme"`,
	} {
		var out bytes.Buffer
		cmd := cli.Command("v", strings.NewReader(""), &out)
		cmd.SetArgs(append([]string{"--context", filepath.Join(b.dir, asOperator+".context.json")}, strings.Fields(args)...))
		err := cmd.ExecuteContext(ctx)
		if err == nil || !strings.Contains(err.Error(), "the broker does not permit this user to do that: ") || !strings.Contains(err.Error(), subject) {
			t.Errorf("%s: %v", args, err)
		}
		if out.Len() > 0 {
			t.Errorf("%s prints %q although nothing was done", args, out.String())
		}
	}
}
