package builder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/dashboards/builder"
)

// The files are what is built.
func TestFilesAreCurrent(t *testing.T) {
	t.Parallel()
	all, err := builder.All(t.Context())
	if err != nil || len(all) != len(dashboards.All()) {
		t.Fatalf("%d dashboards, %d files: %v", len(all), len(dashboards.All()), err)
	}
	for _, d := range all {
		want, err := dashboards.JSON(d)
		if err != nil {
			t.Fatal(err)
		}
		have, err := os.ReadFile(filepath.Join("..", "grafana", strings.TrimPrefix(d.UID, "weir-")+".json"))
		if err != nil || string(have) != string(want) {
			t.Errorf("%s is not current, run 'make generate': %v", d.UID, err)
		}
	}
}
