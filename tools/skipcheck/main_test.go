package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// module writes a Go module with one test file and returns its directory.
func module(t *testing.T, body string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":    "module example.org/sample\n\ngo 1.26\n",
		"a_test.go": "package sample\n\nimport \"testing\"\n\n" + body,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRun(t *testing.T) {
	t.Parallel()
	const (
		pass  = "func TestPass(t *testing.T) { t.Log(\"quiet\") }\n"
		skip  = "func TestSkip(t *testing.T) { t.Skip(\"psql is not installed\") }\n"
		fail  = "func TestFail(t *testing.T) { t.Run(\"sub\", func(t *testing.T) { t.Error(\"one is not two\") }) }\n"
		crash = "func TestPanic(t *testing.T) { t.Log(\"just before\"); panic(\"boom\") }\n"
	)
	for _, test := range []struct {
		name, body string
		strict     bool
		wantErr    string
		want, not  []string
	}{
		{"pass", pass, true, "", []string{"ok  \texample.org/sample\t"}, []string{"quiet", "PASS", "==="}},
		{"skip", pass + skip, false, "", []string{"ok  \t", "SKIP example.org/sample.TestSkip: ", "psql is not installed"}, nil},
		{"strict skip", pass + skip, true, "tests skipped: 1", []string{"psql is not installed"}, nil},
		{"fail", pass + fail, false, "go test: exit status 1",
			[]string{"--- FAIL: TestFail", "--- FAIL: TestFail/sub", "one is not two", "FAIL\texample.org/sample"}, []string{"quiet", "==="}},
		{"panic", crash, false, "go test: exit status 1", []string{"just before", "panic: boom"}, nil},
		{"build failure", "func TestBuild(t *testing.T) { undefined() }\n", false, "go test: exit status 1",
			[]string{"undefined: undefined", "[build failed]"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out, errors bytes.Buffer
			err := run(t.Context(), module(t, test.body), []string{"./..."}, &out, &errors, test.strict)
			if (err == nil) != (test.wantErr == "") || err != nil && !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got error %v, want %q", err, test.wantErr)
			}
			if errors.Len() > 0 {
				t.Errorf("on stderr: %s", errors.String())
			}
			for _, want := range test.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing in:\n%s", want, out.String())
				}
			}
			for _, not := range test.not {
				if strings.Contains(out.String(), not) {
					t.Errorf("%q is in:\n%s", not, out.String())
				}
			}
		})
	}
}

func TestReportPassesOtherLinesOn(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if _, err := report(strings.NewReader("not json\n"), &out); err != nil {
		t.Fatal(err)
	}
	if out.String() != "not json\n" {
		t.Errorf("got %q", out.String())
	}
}
