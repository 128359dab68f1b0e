package synth_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/mapping"
	"github.com/weir-warehouse/weir/etl/synth"
	"github.com/weir-warehouse/weir/policy"
)

// TestMess compares a messy district with the sound one of the same seed.
func TestMess(t *testing.T) {
	t.Parallel()
	o := synth.Options{Districts: 1, Schools: 4, Teachers: 400, Years: 1, Seed: 5}
	soundDir, sound := generate(t, 2, o)
	o.Mess = true
	dir, truth := generate(t, 2, o)
	if len(sound.Mess) != 0 || len(truth.Mess) == 0 {
		t.Fatalf("%d messy files without mess, %d with", len(sound.Mess), len(truth.Mess))
	}
	rows := map[string]int64{}
	for _, f := range sound.Files {
		rows[f.Path] = f.Rows
	}
	for _, f := range truth.Files {
		rows[f.Path] -= f.Rows
	}
	for _, m := range truth.Mess {
		extra := int64(0)
		for rule, n := range m.Quarantined {
			if n <= 0 {
				t.Errorf("%s: %d rows for %s", m.Path, n, rule)
			}
			extra += int64(n)
		}
		if rows[m.Path] != -extra {
			t.Errorf("%s has %d rows more, stated %d", m.Path, -rows[m.Path], extra)
		}
		delete(rows, m.Path)
	}
	for path, n := range rows {
		if n != 0 {
			t.Errorf("%s has %d rows less, stated none", path, n)
		}
	}
	encodings(t, soundDir, dir)
	catalog, err := contract.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pd_cost.mapping.yaml", "pd_program.mapping.yaml"} {
		m, err := mapping.Read(filepath.Join(dir, name), catalog)
		if err != nil || !m.Matches(strings.Replace(name, ".mapping.yaml", ".csv", 1)) {
			t.Errorf("%s does not fit its file (%v)", name, err)
		}
	}
}

// encodings checks how the messy files are encoded, against their sound twins.
func encodings(t *testing.T, sound, messy string) {
	t.Helper()
	read := func(dir, name string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	want := read(sound, "pd_program.csv")
	if got, err := charmap.Windows1252.NewDecoder().Bytes(read(messy, "pd_program.csv")); err != nil || !bytes.Equal(got, want) {
		t.Errorf("pd_program.csv is not the same in windows-1252 (%v)", err)
	}
	utf16 := read(messy, "micro_credential.csv")
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(utf16)
	if err != nil || !bytes.Contains(text, []byte("Évaluation formative")) {
		t.Errorf("micro_credential.csv is not UTF-16 with a mark (%v)", err)
	}
	if !bytes.HasPrefix(read(messy, "survey_response.csv"), []byte("\xef\xbb\xbfresponse_id,")) {
		t.Error("survey_response.csv has no byte order mark")
	}
	if !bytes.HasPrefix(read(messy, "pd_cost.csv"), []byte("cost_id;program_id;")) {
		t.Error("pd_cost.csv has no semicolons")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "mine.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	absent := filepath.Join(t.TempDir(), "district")
	for name, test := range map[string]struct {
		options synth.Options
		says    string
	}{
		"no directory":      {synth.Options{Districts: 1, Schools: 1, Teachers: 10, Years: 1}, "out:"},
		"not empty":         {synth.Options{Out: full, Districts: 1, Schools: 1, Teachers: 10, Years: 1}, "not empty"},
		"no districts":      {synth.Options{Out: absent, Schools: 1, Teachers: 10, Years: 1}, "districts 0"},
		"too few teachers":  {synth.Options{Out: absent, Districts: 2, Schools: 8, Teachers: 10, Years: 1}, "teachers 10"},
		"too many years":    {synth.Options{Out: absent, Districts: 1, Schools: 1, Teachers: 10, Years: 11}, "years 11"},
		"too small to soil": {synth.Options{Out: absent, Districts: 1, Schools: 1, Teachers: 10, Years: 1, Mess: true}, "mess"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := synth.Generate(t.Context(), open(t, 1).SQL(), test.options)
			if policy.CodeOf(err) != policy.Usage || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want one of usage that says %q", err, test.says)
			}
		})
	}
}

// TestFailureLeavesNothing runs the model twice in one instance, which fails.
func TestFailureLeavesNothing(t *testing.T) {
	t.Parallel()
	db, parent := open(t, 2).SQL(), t.TempDir()
	o := synth.Options{Out: filepath.Join(parent, "first"), Districts: 1, Schools: 1, Teachers: 10, Years: 1}
	if _, err := synth.Generate(t.Context(), db, o); err != nil {
		t.Fatal(err)
	}
	o.Out = filepath.Join(parent, "second")
	if _, err := synth.Generate(t.Context(), db, o); err == nil {
		t.Fatal("the second run did not fail")
	}
	entries, err := os.ReadDir(parent)
	if err != nil || len(entries) != 1 {
		t.Errorf("%d directories are left, want 1 (%v)", len(entries), err)
	}
}
