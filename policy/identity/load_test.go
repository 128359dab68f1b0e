package identity_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
)

// Each folder of testdata/bad holds files that are refused for what its
// problems.txt says. WEIR_UPDATE=1 writes these, to be read before they are
// committed.
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
			_, err := identity.Load(dir)
			problems, ok := errors.AsType[identity.Problems](err)
			if !ok || policy.CodeOf(err) != policy.Usage {
				t.Fatalf("error is %v", err)
			}
			golden := filepath.Join(dir, "problems.txt")
			got := problems.Error() + "\n"
			if os.Getenv("WEIR_UPDATE") != "" {
				writeFile(t, golden, got)
			}
			if want := readFile(t, golden); got != want {
				t.Errorf("got:\n%swant:\n%s", got, want)
			}
			for _, person := range []string{"00123", "zoe@", "Zoe@", "e@staff", "nobody in particular"} {
				if strings.Contains(got, person) {
					t.Errorf("the problems name %s", person)
				}
			}
		})
	}
}

func TestLoadOfAHomeWithoutFiles(t *testing.T) {
	t.Parallel()
	d, err := identity.Load(t.TempDir())
	if err != nil || len(d.Principals()) > 0 || len(d.Agreements()) > 0 {
		t.Errorf("got %+v, %v", d, err)
	}
}

// The files that a new home gets hold nobody, and their examples load once the
// comment signs are gone.
func TestDefaultFiles(t *testing.T) {
	t.Parallel()
	for file, text := range map[string]string{
		identity.PrincipalsFile: identity.DefaultPrincipals, identity.AgreementsFile: identity.DefaultAgreements,
	} {
		_, example, ok := strings.Cut(text, "#\n# "+strings.TrimSuffix(file, ".yaml")+":\n")
		if !ok {
			t.Fatalf("%s has no example", file)
		}
		example = strings.ReplaceAll("\n"+example, "\n# ", "\n")
		example = strings.TrimSuffix(file, ".yaml") + ":" + strings.TrimSuffix(example, strings.TrimSuffix(file, ".yaml")+":\n")
		for _, test := range []struct {
			text  string
			count int
		}{{text, 0}, {example, strings.Count(example, "- id:")}} {
			home := t.TempDir()
			writeFile(t, filepath.Join(home, file), test.text)
			d, err := identity.Load(home)
			if err != nil {
				t.Fatal(err)
			}
			if got := len(d.Principals()) + len(d.Agreements()); got != test.count {
				t.Errorf("%s: %d records, want %d", file, got, test.count)
			}
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(identity.DefaultPrincipals)
	f.Add("principals:\n  - {id: a, roles: [coach], staff_number: 007}\n")
	f.Add("principals: [{id: &a b, roles: *a, schools: {x: [y]}}]\n")
	f.Add("principals:\n- ? [a]\n  : b\n- !!str x\n- |\n  x\n")
	f.Fuzz(func(t *testing.T, text string) {
		home := t.TempDir()
		writeFile(t, filepath.Join(home, identity.PrincipalsFile), text)
		writeFile(t, filepath.Join(home, identity.AgreementsFile), strings.Replace(text, "principals", "agreements", 1))
		d, err := identity.Load(home)
		if err != nil {
			if _, ok := errors.AsType[identity.Problems](err); !ok {
				t.Errorf("an error that is no problem of the file: %v", err)
			}
			return
		}
		for _, e := range d.Principals() {
			if e.ID == "" || len(e.Roles) == 0 {
				t.Errorf("a principal without id or roles: %+v", e)
			}
		}
	})
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
