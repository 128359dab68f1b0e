package suggest_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/mapping"
	"github.com/weir-warehouse/weir/etl/mapping/suggest"
	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/sql/duck"
)

// A suggested mapping loads its file: as it is when nothing is left over, and
// else once a person has switched on what is to be ignored.
func TestSuggestedMappingLoads(t *testing.T) {
	t.Parallel()
	want := map[string]struct{ loaded, quarantined int64 }{
		"lms_export.csv": {30, 0}, "hr_staff.txt": {24, 0}, "costs 2024.csv": {20, 0}, "map_fall.csv": {24, 0},
		"terms.csv": {2, 0}, "walkthroughs.csv": {21, 9}, "teachers.csv": {24, 0}, // a peer's visit is no type of observation
	}
	for _, source := range sources(t) {
		t.Run(filepath.Base(source), func(t *testing.T) {
			t.Parallel()
			l := loader(t)
			if _, err := l.Load(context.Background(), []string{"testdata/base"}, etl.Options{}); err != nil {
				t.Fatal(err)
			}
			file, err := tabular.Open(source)
			if err != nil {
				t.Fatal(err)
			}
			text, err := suggest.Mapping(context.Background(), engine(t), file, suggest.Options{Catalog: l.Catalog, Scratch: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			settled := strings.NewReplacer("# ignore:", "ignore:", "#   - ", "  - ").Replace(text)
			if settled != text {
				if o := loadWith(t, l, source, text); o.Status != etl.StatusRefused || !strings.Contains(o.Reason, "has unknown columns") {
					t.Errorf("before columns are ignored: %s: %s", o.Status, o.Reason)
				}
			}
			o, expect := loadWith(t, l, source, settled), want[filepath.Base(source)]
			if o.Status != etl.StatusLoaded || o.Read-o.Quarantined != expect.loaded || o.Quarantined != expect.quarantined {
				t.Errorf("got %+v", o)
			}
		})
	}
}

func loader(t *testing.T) *etl.Loader {
	t.Helper()
	home := etl.Home{Dir: t.TempDir()}
	if err := home.Create(); err != nil {
		t.Fatal(err)
	}
	return &etl.Loader{
		Home: home, Catalog: catalog(t), RemovalLimit: 1, Program: "test", Now: time.Now,
		Engine: duck.Options{MemoryLimit: "500MB", Threads: 1, TempDirectory: filepath.Join(home.Build(), "spill")},
	}
}

// loadWith loads a copy of the file beside its mapping.
func loadWith(t *testing.T, l *etl.Loader, source, text string) etl.Outcome {
	t.Helper()
	data, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, filepath.Base(source), string(data))
	write(t, dir, tabular.Stem(source)+mapping.Suffix, text)
	r, err := l.Load(context.Background(), []string{dir}, etl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r.Outcomes[0]
}
