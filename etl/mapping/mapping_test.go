package mapping_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/mapping"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

func TestParseKeepsTextsAsWritten(t *testing.T) {
	t.Parallel()
	m, err := mapping.Parse("a.mapping.yaml", []byte(`
dataset: section
files: a*.csv
format: {missing: [007, NA]}
columns:
  section_id: {from: 1.50}
  school_id: {constant: 01}
  session_id: {from: [2024, "=-", Term], join: ""}
  subject: {from: Subj, values: {Yes: mathematics, 010: science, none: }}
  title: {constant: "two\nlines"}
  course_code: {from: "{}"}
unpivot:
  into: grade
  labels: [{part: 1, value: 01}, {part: k, value: KG}]
`), catalog(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []struct{ got, want string }{
		{strings.Join(m.Files, "|"), "a*.csv"},
		{strings.Join(m.Format.Missing, "|"), "007|NA"},
		{m.Columns["section_id"].From[0], "1.50"},
		{string(*m.Columns["school_id"].Constant), "01"},
		{strings.Join(m.Columns["session_id"].From, "|"), "2024|=-|Term"},
		{m.Columns["subject"].Values["Yes"], "mathematics"},
		{m.Columns["subject"].Values["010"], "science"},
		{m.Columns["subject"].Values["none"], ""},
		{string(*m.Columns["title"].Constant), "two\nlines"},
		{string(m.Unpivot.Labels[0].Part + m.Unpivot.Labels[0].Value), "101"},
	} {
		if got.got != got.want {
			t.Errorf("got %q, want %q", got.got, got.want)
		}
	}
}

// Every fault names the file, the field, the value and what to do.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	cat := catalog(t)
	for name, c := range map[string]struct{ text, want string }{
		"nothing":           {"", "holds no mapping; begin with dataset: and the name of a dataset"},
		"list":              {"- dataset: district", "holds no mapping; begin with dataset: and the name of a dataset"},
		"syntax":            {"dataset: [", "[1:10] sequence end token ']' not found"},
		"two documents":     {"dataset: district\n---\ndataset: school", "holds 2 YAML documents, not one; write one mapping a file"},
		"unknown field":     {"dataset: district\ncolums: {}", `[2:1] unknown field "colums"`},
		"repeated field":    {"dataset: district\ndataset: school", `[2:1] mapping key "dataset" already defined at [1:1]`},
		"null field":        {"format: {decimal: ',', null: NA}\ndataset: district", `line 1: "null" is no name; if it is a text, write it in quotes`},
		"alias":             {"dataset: &d district", "line 1: expected plain names and texts, without aliases and tags"},
		"merge":             {"<<: {dataset: district}", "line 1: expected a plain text, without aliases and tags"},
		"no scalar":         {"dataset: district\nignore: [[a]]", "line 2: expected a plain text"},
		"no pairs":          {"dataset: district\ncolumns: {name: {from: a, values: [a]}}", "line 2: expected pairs such as {Online: live_online}"},
		"unknown dataset":   {"dataset: distrikt", "dataset: no contract is named \"distrikt\"; `weir contracts list` shows them"},
		"unknown column":    {"dataset: district\ncolumns: {nam: {from: A}}", `columns.nam: files of district have no column "nam"; use one of district_id, name, nces_id, state`},
		"person key":        {"dataset: teacher\ncolumns: {teacher_key: {from: A}}", `columns.teacher_key: files of teacher have no column "teacher_key"; use one of teacher_number`},
		"no source":         {"dataset: district\ncolumns: {name: {}}", "columns.name: give either from, with a column of the file, or constant"},
		"two sources":       {"dataset: district\ncolumns: {name: {from: A, constant: B}}", "columns.name: give either from, with a column of the file, or constant"},
		"literal source":    {"dataset: district\ncolumns: {name: {from: [=A]}}", "columns.name.from: names no column of the file; use constant"},
		"mapped constant":   {"dataset: district\ncolumns: {name: {constant: A, values: {A: B}}}", "columns.name: a constant is loaded as it is; remove join, split, values and date"},
		"join of one":       {"dataset: district\ncolumns: {name: {from: A, join: '-'}}", "columns.name.join: there is nothing to join; list the columns, as in from: [A, B]"},
		"split":             {"dataset: district\ncolumns: {name: {from: A, split: {on: ','}}}", "columns.name.split: give the separator as on, and as part the number of the part, from 1"},
		"date of a text":    {"dataset: district\ncolumns: {name: {from: A, date: '%Y-%m-%d'}}", "columns.name.date: name holds no dates; remove it"},
		"unknown specifier": {"dataset: district\nformat: {date: '%D/%Y'}", `format.date: "%D" in "%D/%Y" is unknown; use %Y %y %m`},
		"open specifier":    {"dataset: district\nformat: {date: '%Y-%m-%'}", `format.date: "%" in "%Y-%m-%" is unknown`},
		"no day":            {"dataset: district\nformat: {timestamp: '%m/%Y'}", `format.timestamp: "%m/%Y" lacks a year, month or day; write a format such as %m/%d/%Y`},
		"other language":    {"dataset: district\nformat: {date: MM/DD/YYYY}", `format.date: "MM/DD/YYYY" lacks a year, month or day`},
		"used and ignored":  {"dataset: district\ncolumns: {name: {from: A}}\nignore: A", `columns.name.from: "A" is also under ignore; remove it from one of them`},
		"mapped missing":    {"dataset: school\nformat: {missing: [-]}\ncolumns: {level: {from: A, values: {-: high}}}", `columns.level.values: "-" is also under format.missing, where it means no value`},
		"mapped nothing":    {"dataset: school\ncolumns: {level: {from: A, values: {'': high}}}", `columns.level.values: an empty text is no value and cannot be mapped`},
		"enum of values":    {"dataset: school\ncolumns: {level: {from: A, values: {HS: senior}}}", `columns.level.values: "senior" is no value of level; use one of elementary, middle, high, combined`},
		"enum of constant":  {"dataset: school\ncolumns: {level: {constant: senior}}", `columns.level.constant: "senior" is no value of level`},
		"pattern":           {"dataset: district\nfiles: ['[a']", `files: "[a" is not a file name pattern; write a name, with * for any part of it`},
		"mode":              {"dataset: district\nmode: append", `mode: "append" is neither full nor delta`},
		"encoding":          {"dataset: district\nformat: {encoding: latin1}", `format.encoding: "latin1" is unknown; use one of [utf-8 utf-16le utf-16be windows-1252]`},
		"delimiter":         {"dataset: district\nformat: {delimiter: tab}", `format.delimiter: "tab" separates no columns; write ",", ";", "\t" or "|", in double quotes`},
		"skip":              {"dataset: district\nformat: {skip: -1}", "format.skip: -1 is negative; count the lines before the header"},
		"decimal":           {"dataset: district\nformat: {decimal: comma}", `format.decimal: "comma" is neither "." nor ","`},
		"unpivot into":      {"dataset: pd_cost\nunpivot: {into: kind}", `unpivot.into: files of pd_cost have no column "kind"`},
		"unpivot twice":     {"dataset: pd_cost\ncolumns: {unit: {from: A}}\nunpivot: {into: unit}", "unpivot.into: unit is also under columns; remove it from one of them"},
		"unpivot labels":    {"dataset: pd_cost\nunpivot: {into: unit}", "unpivot.labels: list one label a group, as in {part: k, value: KG}"},
		"unpivot parts":     {"dataset: pd_cost\nunpivot: {into: unit, labels: [{part: a, value: b}, {part: a, value: c}]}", `unpivot.labels: part "a" is given twice`},
		"unpivot enum":      {"dataset: pd_cost\nunpivot: {into: ingredient, labels: [{part: a, value: b}]}", `unpivot.labels: "b" is no value of ingredient; use one of personnel`},
		"unpivot nothing":   {"dataset: pd_cost\ncolumns: {unit: {from: A}}\nunpivot: {into: cost_id, labels: [{part: a, value: b}]}", "unpivot: no column repeats; write {} in the from of those that do, as in from: score{}"},
		"too long":          {"dataset: district\nignore: " + strings.Repeat("a", 1<<20), "is larger than 1048576 bytes"},
	} {
		m, err := mapping.Parse("a.mapping.yaml", []byte(c.text), cat)
		if err == nil || m != nil || policy.CodeOf(err) != policy.Usage || !strings.HasPrefix(err.Error(), "a.mapping.yaml: "+c.want) {
			t.Errorf("%s:\n got %v\nwant %s", name, err, c.want)
		}
	}
}

func TestReadNamesTheFile(t *testing.T) {
	t.Parallel()
	_, err := mapping.Read("testdata/absent.mapping.yaml", catalog(t))
	if err == nil || policy.CodeOf(err) != policy.Usage || !strings.Contains(err.Error(), "testdata/absent.mapping.yaml") {
		t.Errorf("got %v", err)
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	m := mapping.Mapping{Files: mapping.Texts{"lms_*.csv", "LMS.csv.gz"}}
	for name, want := range map[string]bool{
		"lms_2024-10.csv": true, "LMS.csv.gz": true, "lms.csv": false, "lms_2024.csv.gz": false, "my lms_2024.csv": false,
	} {
		if got := m.Matches(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// What Parse lets pass as a date format, the engine reads.
func TestDateFormatsAreTheEngines(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db, err := duck.Open(ctx, duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // nothing was written
	for _, format := range []string{
		"%d.%m.%Y", "%-d/%-m/%y", "%Y-%j", "%B %d, %Y %I:%M:%S %p", "%a %b %d %H:%M %Y", "%A %-H:%-M:%-S.%f %Y%m%d",
		"%Y-%m-%dT%H:%M:%S.%g%z", "%-I%p %-y%m%d %n", "%-j %Y 100%%",
	} {
		_, err := mapping.Parse("a", []byte("dataset: district\nformat: {date: '"+format+"'}"), catalog(t))
		if err != nil {
			t.Error(err)
		}
		var same bool
		query := "SELECT CAST(strptime(strftime(TIMESTAMP '2024-10-08 15:30:20', $1), $1) AS DATE) = DATE '2024-10-08'"
		if err := db.SQL().QueryRowContext(ctx, strings.ReplaceAll(query, "$1", duck.Literal(format))).Scan(&same); err != nil || !same {
			t.Errorf("%s: same day %v, %v", format, same, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"dataset: district\nignore: [a]",
		"dataset: pd_cost\nfiles: '*'\nmode: delta\nformat: {skip: 1, missing: NA}\ncolumns: {unit: {from: [a, =b], split: {on: x, part: 1}}}",
		"dataset: pd_cost\ncolumns: {quantity: {from: 'q{}'}}\nunpivot: {into: ingredient, labels: [{part: a, value: travel}]}",
		"dataset: school\ncolumns: {level: {from: A, values: {a: high, 01: }}, name: {constant: 01}}",
		"format: {null: a}\n<<: &x {*x : !!y z}",
	} {
		f.Add([]byte(seed))
	}
	cat, err := contract.Embedded()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := mapping.Parse("fuzz.mapping.yaml", data, cat)
		if (m == nil) == (err == nil) {
			t.Fatalf("mapping %v, error %v", m, err)
		}
		if err != nil && policy.CodeOf(err) != policy.Usage {
			t.Errorf("code of %v", err)
		}
		if err == nil {
			if _, ok := cat.Get(m.Dataset); !ok {
				t.Errorf("dataset %q", m.Dataset)
			}
		}
	})
}

// The mappings that the documentation shows are mappings.
func TestDocumentedMappingsParse(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/mapping.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```yaml\n")[1:]
	if len(blocks) < 2 {
		t.Fatalf("%d mappings", len(blocks))
	}
	for _, block := range blocks {
		block, _, _ = strings.Cut(block, "```")
		if _, err := mapping.Parse("mapping.md", []byte(block), catalog(t)); err != nil {
			t.Errorf("%v\n%s", err, block)
		}
	}
}
