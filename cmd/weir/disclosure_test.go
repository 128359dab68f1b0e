package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/weir-warehouse/weir/sql/snapshot"
)

// TestDisclosureAudit has a command of its own, plant: it publishes a snapshot
// in a home that holds a release, as it is, and nothing else.
func TestDisclosureAudit(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/disclosure", RequireExplicitExec: true, UpdateScripts: os.Getenv("WEIR_UPDATE") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"plant": func(ts *testscript.TestScript, _ bool, args []string) {
				store := snapshot.In(ts.MkAbs(args[0]))
				current, _, err := store.Current()
				ts.Check(err)
				at := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
				if current != nil {
					at = current.CreatedAt.Add(time.Hour)
				}
				m := &snapshot.Manifest{Format: snapshot.Format, CreatedAt: at, Program: "test", Engine: "test"}
				ts.Check(store.Publish(m, nil, current, []byte(ts.ReadFile(args[1]))))
				ts.Check(store.SetCurrent(m.ID))
			},
		},
	})
}

// TestDisclosureDocumentation runs the commands of docs/disclosure.md on its
// files, and compares what they print.
func TestDisclosureDocumentation(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/disclosure.md")
	if err != nil {
		t.Fatal(err)
	}
	var script, files strings.Builder
	commands := 0
	for _, block := range regexp.MustCompile("(?ms)^```(\\w+) ?(\\S*)\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		kind, name, content := block[1], block[2], block[3]
		switch kind {
		case "csv":
			fmt.Fprintf(&files, "-- %s --\n%s", name, content)
		case "console":
			command, output, _ := strings.Cut(strings.TrimPrefix(content, "$ "), "\n")
			commands++
			fmt.Fprintf(&script, "exec sh -c '%s; true'\ncmp stdout out%d\n", strings.ReplaceAll(command, "'", "''"), commands)
			fmt.Fprintf(&files, "-- out%d --\n%s", commands, output)
		}
	}
	if commands < 2 {
		t.Fatalf("found %d commands", commands)
	}
	path := filepath.Join(t.TempDir(), "docs.txtar")
	if err := os.WriteFile(path, []byte(script.String()+files.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Files: []string{path}, RequireExplicitExec: true})
}
