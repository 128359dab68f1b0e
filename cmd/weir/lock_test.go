package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/etl"
)

// A second writer is told who writes; readers are not kept waiting.
func TestSecondWriter(t *testing.T) {
	t.Parallel()
	home := filepath.Join(t.TempDir(), "home")
	call := func(args ...string) (int, string) {
		var out bytes.Buffer
		code := run(context.Background(), append(args, "--home", home), strings.NewReader(""), &out, &out, func(string) string { return "" })
		return code, out.String()
	}
	if code, out := call("init"); code != exitDone {
		t.Fatal(out)
	}
	if code, out := call("publish"); code != exitDone {
		t.Fatal(out)
	}
	lock, err := etl.Home{Dir: home}.Lock("weir load", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(t.TempDir(), "district.csv")
	if err := os.WriteFile(source, []byte("district_id,name,nces_id,state\nd1,One,0100001,TN\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"load", source}, {"publish"}, {"quarantine", "retry"}, {"snapshots", "prune"}} {
		if code, out := call(args...); code != exitFailed || !strings.Contains(out, "is being written by `weir load` (process ") {
			t.Errorf("%v: exit code %d, %s", args, code, out)
		}
	}
	for _, args := range [][]string{{"snapshots", "list"}, {"snapshots", "verify"}} {
		if code, out := call(args...); code != exitDone {
			t.Errorf("%v: exit code %d, %s", args, code, out)
		}
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	if code, out := call("load", source); code != exitDone {
		t.Error(out)
	}
}
