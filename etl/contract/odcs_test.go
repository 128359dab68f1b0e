package contract_test

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The built-in contracts are valid by the standard's own Python package, and
// so is what the authoring guide shows.
func TestODCS(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3")
	}
	files, err := filepath.Glob("contracts/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, "testdata/added/reading_log.odcs.yaml")
	out, err := exec.CommandContext(t.Context(), python, append([]string{"testdata/odcs.py"}, files...)...).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 3 {
		t.Skipf("needs the Python package %s", strings.ReplaceAll(strings.TrimSpace(string(out)), "_", "-"))
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
