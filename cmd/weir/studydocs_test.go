package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStudiesDocument runs the commands of docs/studies.md as they stand there,
// on a home of its own.
func TestStudiesDocument(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/studies.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	home := filepath.Join(dir, "weir-home")
	count := 0
	for _, block := range strings.Split(string(text), "```sh\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		for line := range strings.Lines(block) {
			count++
			args := words(strings.TrimSpace(line))[1:]
			for i, arg := range args {
				switch {
				case strings.HasPrefix(arg, "weir-home/"), arg == "released", strings.HasSuffix(arg, ".yaml"):
					args[i] = filepath.Join(dir, arg)
				}
			}
			var out, errs bytes.Buffer
			if code := run(t.Context(), append(args, "--home", home), strings.NewReader(""), &out, &errs, func(string) string { return "" }); code != exitDone {
				t.Fatalf("%s: exit %d: %s", line, code, errs.String())
			}
			if strings.Contains(line, "SELECT") && !strings.Contains(out.String(), "coaching_improvement") {
				t.Errorf("leaders see %s", out.String())
			}
		}
	}
	if count < 14 {
		t.Errorf("the document has %d commands", count)
	}
}

// words splits a command as a shell does, quotes taken off.
func words(line string) []string {
	var out []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			out = append(out, part)
		} else {
			out = append(out, strings.Fields(part)...)
		}
	}
	return out
}
