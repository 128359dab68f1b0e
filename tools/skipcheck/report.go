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

// report copies to w what `go test` without -json would print, a package at a
// time, and returns the tests that skipped, each with its reason.
func report(events io.Reader, w io.Writer) (skips []string, err error) {
	show := func(lines ...string) {
		if err == nil {
			_, err = io.WriteString(w, strings.Join(lines, ""))
		}
	}
	pending := map[event][]string{} // output of packages and tests that have not ended
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			show(lines.Text(), "\n") // of a tool that go test runs
			continue
		}
		whole, one := event{Package: e.Package}, event{Package: e.Package, Test: e.Test}
		switch {
		case e.Action == "build-output":
			show(e.Output)
		case e.Action == "output":
			pending[one] = append(pending[one], e.Output)
		case e.Action != "pass" && e.Action != "skip" && e.Action != "fail":
			continue
		case e.Test == "":
			show(withoutProgress(pending[whole])...)
		case e.Action == "fail":
			pending[whole] = append(pending[whole], pending[one]...)
		case e.Action == "skip":
			skips = append(skips, e.Package+"."+e.Test+": "+reason(pending[one]))
		}
		if e.Action != "output" {
			delete(pending, one)
		}
	}
	for _, output := range pending { // tests that a panic or a time limit cut short
		show(withoutProgress(output)...)
	}
	return skips, errors.Join(err, lines.Err())
}

// withoutProgress leaves out the lines by which -json tells tests apart.
func withoutProgress(output []string) []string {
	return slices.DeleteFunc(output, func(line string) bool {
		return line == "PASS\n" || strings.HasPrefix(line, "=== ")
	})
}

// reason is what a test said when it skipped.
func reason(output []string) string {
	var said []string
	for _, line := range withoutProgress(output) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "--- SKIP") {
			said = append(said, line)
		}
	}
	return strings.Join(said, "; ")
}
