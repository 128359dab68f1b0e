package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

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
