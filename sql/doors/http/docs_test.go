package httpdoor_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

// example is a command of the documentation with what it prints.
type example struct{ command, output string }

// examples reads the console blocks of a page. A command goes on in lines that
// begin with >.
func examples(t *testing.T, page string) []example {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var out []example
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[1]) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				out = append(out, example{command: command})
				continue
			}
			last := &out[len(out)-1]
			if more, ok := strings.CutPrefix(line, "> "); ok {
				last.command += more
			} else {
				last.output += line
			}
		}
	}
	return out
}

// matches compares an output with one in which … stands for anything.
func matches(want, got string) bool {
	parts := strings.Split(strings.TrimSpace(want), "…")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(`(?s)\A` + strings.Join(parts, ".*") + `\z`).MatchString(strings.TrimSpace(got))
}

// TestDocumentation runs the commands of docs/http.md with curl.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("needs curl")
	}
	d := open(t)
	dir := t.TempDir()
	run := func(setup, command string) string {
		shell := exec.CommandContext(context.Background(), "bash", "-c", setup+command)
		shell.Dir = dir
		shell.Env = append(os.Environ(), "WEIR_URL="+d.url, "PRIVACY_OFFICER="+d.Secret(policy.PrivacyOfficer))
		out, _ := shell.CombinedOutput() //nolint:errcheck // some are to fail: the output says how
		return string(out)
	}
	setup := "weir-curl() { curl --silent --show-error --fail-with-body -H \"Authorization: Bearer $WEIR_TOKEN\" \"$@\"; }\n" +
		"export WEIR_TOKEN=" + d.Secret(policy.Evaluator) + "\n"
	all := examples(t, filepath.Join("..", "..", "..", "docs", "http.md"))
	for _, e := range all {
		if strings.HasPrefix(e.command, "export ") {
			setup += e.command
			if err := d.Log.Publish(t.Context()); err != nil { // so that the audit log shows all
				t.Fatal(err)
			}
			continue
		}
		if got := run(setup, e.command); !matches(e.output, got) {
			t.Errorf("$ %s%s\nwant %s", e.command, got, e.output)
		}
	}
	if len(all) < 10 {
		t.Errorf("only %d examples were found", len(all))
	}
}
