package flight_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

// Clients that others wrote, in languages that researchers use.

func testPython(t *testing.T, d *served) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3")
	}
	out, err := exec.CommandContext(t.Context(), python, "testdata/client.py", d.addr, d.Secret(policy.Researcher), d.Secret(policy.Evaluator)).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 3 {
		t.Skipf("needs the Python package %s", strings.ReplaceAll(strings.TrimSpace(string(out)), "_", "-"))
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// jdbcDriver is where make ci-deps puts Arrow's JDBC driver.
const jdbcDriver = "../../../bin/java/flight-sql-jdbc-driver.jar"

func testJDBC(t *testing.T, d *served) {
	t.Helper()
	java, err := exec.LookPath("java")
	if err != nil {
		t.Skip("needs java")
	}
	if _, err := os.Stat(jdbcDriver); err != nil {
		t.Skip("needs the Flight SQL JDBC driver")
	}
	out, err := exec.CommandContext(t.Context(), java, "--add-opens=java.base/java.nio=ALL-UNNAMED", "-cp", jdbcDriver,
		"testdata/Client.java", d.addr, d.Secret(policy.Researcher), d.Secret(policy.Evaluator)).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
