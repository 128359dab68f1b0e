// Command skipcheck runs `go test` with its arguments and prints what that
// would print, followed by the tests that skipped and why. With WEIR_CI=1 a
// skipped test is a failure: there, what tests need is installed.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
)

func main() {
	if err := run(context.Background(), ".", os.Args[1:], os.Stdout, os.Stderr, os.Getenv("WEIR_CI") == "1"); err != nil {
		fmt.Fprintf(os.Stderr, "skipcheck: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string, args []string, stdout, stderr io.Writer, strict bool) error {
	test := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...) //nolint:gosec // the caller's own arguments
	test.Dir, test.Stderr = dir, stderr
	events, err := test.StdoutPipe()
	if err != nil {
		return err
	}
	if err := test.Start(); err != nil {
		return fmt.Errorf("start go test: %w", err)
	}
	skips, readErr := report(events, stdout)
	if readErr != nil {
		_, _ = io.Copy(io.Discard, events) //nolint:errcheck // so that go test does not wait for a reader
	}
	if err := test.Wait(); err != nil {
		return fmt.Errorf("go test: %w", err)
	}
	if readErr != nil {
		return fmt.Errorf("read the output of go test: %w", readErr)
	}
	for _, skip := range skips {
		if _, err := fmt.Fprintln(stdout, "SKIP", skip); err != nil {
			return err
		}
	}
	if strict && len(skips) > 0 {
		return fmt.Errorf("tests skipped: %d, and WEIR_CI=1 allows none; 'make ci-deps' installs what they need", len(skips))
	}
	return nil
}
