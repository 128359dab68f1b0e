package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
)

// event is a line of `go test -json`; see `go doc test2json`. (It spells the
// keys with a capital letter, which decoding forgives.)
type event struct {
	Action  string `json:"action"`
	Package string `json:"package"`
	Test    string `json:"test"`
	Output  string `json:"output"`
}

// maxLine is the longest line of `go test -json` that is understood, in bytes.
const maxLine = 16 << 20

// report copies to w what `go test` without -json would print, and returns the
// tests that skipped, each with its reason.
func report(events io.Reader, w io.Writer) (skips []string, err error) {
	show := func(text string) {
		if err == nil {
			_, err = io.WriteString(w, text)
		}
	}
	pending := map[event][]string{} // output of tests that have not ended, by package and test
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			show(lines.Text() + "\n") // of a tool that go test runs
			continue
		}
		test := event{Package: e.Package, Test: e.Test}
		switch {
		case e.Action == "output" && e.Test != "":
			pending[test] = append(pending[test], e.Output)
		case strings.HasSuffix(e.Action, "output") && e.Output != "PASS\n":
			show(e.Output)
		case e.Action == "skip" && e.Test != "":
			skips = append(skips, e.Package+"."+e.Test+": "+reason(pending[test]))
		case e.Action == "fail" && e.Test != "":
			show(withoutProgress(pending[test]))
		}
		if e.Action == "pass" || e.Action == "skip" || e.Action == "fail" {
			delete(pending, test)
		}
	}
	for _, output := range pending { // tests that a panic or a time limit cut short
		show(withoutProgress(output))
	}
	return skips, errors.Join(err, lines.Err())
}

// withoutProgress leaves out the lines by which -json tells tests apart.
func withoutProgress(lines []string) string {
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, "=== ")
	}), "")
}

// reason is what a test said when it skipped.
func reason(output []string) string {
	var said []string
	for line := range strings.Lines(withoutProgress(output)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "--- SKIP") {
			said = append(said, line)
		}
	}
	return strings.Join(said, "; ")
}
