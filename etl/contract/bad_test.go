package contract_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/document"
)

// Each folder of testdata/bad is a home's contracts folder that is refused for
// what its problems.txt says. WEIR_UPDATE=1 writes these, to be read before
// they are committed.
func TestBad(t *testing.T) {
	t.Parallel()
	folders, err := os.ReadDir("testdata/bad")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		t.Run(folder.Name(), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join("testdata", "bad", folder.Name())
			_, err := contract.LoadDir(dir)
			if err == nil {
				t.Fatal("not refused")
			}
			got := strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "") + "\n"
			golden := filepath.Join(dir, "problems.txt")
			if os.Getenv("WEIR_UPDATE") != "" {
				writeFile(t, golden, got)
			}
			if want := readFile(t, golden); got != want {
				t.Errorf("got:\n%swant:\n%s", got, want)
			}
		})
	}
}

func TestParseReturnsProblems(t *testing.T) {
	t.Parallel()
	file := "testdata/bad/bounds/club.odcs.yaml"
	_, err := contract.Parse(file, []byte(readFile(t, file)))
	problems, ok := errors.AsType[document.Problems](err)
	if !ok || len(problems) == 0 {
		t.Fatalf("error is %v, not Problems", err)
	}
	first := problems[0]
	if first.File != file || first.Line == 0 || first.Path == "" || first.Reason == "" || first.Advice == "" {
		t.Errorf("problem lacks a part: %+v", first)
	}
}
