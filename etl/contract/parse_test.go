package contract

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// Nothing of a built-in contract is lost on reading: what was read, written
// out and read again, is the same contract.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	all, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range all {
		text, err := yaml.Marshal(p.doc)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(p.contract.Origin, text)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		again.Source, again.Digest = p.contract.Source, p.contract.Digest
		if !reflect.DeepEqual(again, p.contract) {
			t.Errorf("%s: read again: %+v, want %+v", name, again, p.contract)
		}
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		physical, text string
		fits           bool
	}{
		{"TINYINT", "127", true},
		{"TINYINT", "128", false},
		{"TINYINT", "-128", true},
		{"TINYINT", "-129", false},
		{"BIGINT", "9223372036854775807", true},
		{"INTEGER", "0.5", false},
		{"DECIMAL(3,2)", "9.99", true},
		{"DECIMAL(3,2)", "-9.99", true},
		{"DECIMAL(3,2)", "10", false},
		{"DECIMAL(3,2)", "9.995", false},
		{"DOUBLE", "0.1", true},
	} {
		if _, err := ordinal(test.physical, test.text); (err == nil) != test.fits {
			t.Errorf("ordinal(%s, %s): error %v, want one: %t", test.physical, test.text, err, !test.fits)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                              nil,
		"a >= b_2":                      {"a", "b_2"},
		"ABS(a - 1.5) <= greatest(b,2)": {"abs", "a", "greatest", "b"},
		"a = 'it''s; (' OR b":           {"a", "or", "b"},
		"a\n<> b":                       {"a", "b"},
	} {
		got, err := words(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("words(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"(a", "a)", ")a(", "'a", "a;b", "a -- b", "a /* b", `"a"`, "a::INT", "$1", "a\x00"} {
		if got, err := words(text); err == nil {
			t.Errorf("words(%q) = %q, want an error", text, got)
		}
	}
}

// The authoring guide's example loads, and its list of words is complete.
func TestAuthoringGuide(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/contracts-authoring.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(guide), "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	file := filepath.Join(t.TempDir(), "reading_log"+Suffix)
	if err := os.WriteFile(file, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadDir(filepath.Dir(file)); err != nil {
		t.Error(err)
	}
	for _, word := range append(vocabulary(), Tags()...) {
		if !strings.Contains(string(guide), "`"+word+"`") {
			t.Errorf("the guide does not mention %s", word)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, file := range []string{"added/reading_log", "bad/form/club", "bad/checks/club", "bad/alias/club"} {
		data, err := os.ReadFile("testdata/" + file + Suffix)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("fuzz.odcs.yaml", data)
		if (c == nil) == (err == nil) {
			t.Fatalf("contract %v, error %v", c, err)
		}
	})
}

// A check whose words pass stays within its parentheses: in SQL it cannot end
// the expression that surrounds it.
func FuzzWords(f *testing.F) {
	f.Add("a >= b OR (c IS NULL AND d = 'x)')")
	f.Add("a) OR (b")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := words(text); err != nil {
			return
		}
		if _, err := words("(" + text + ")"); err != nil {
			t.Fatalf("%q alone passes, in parentheses: %v", text, err)
		}
	})
}
