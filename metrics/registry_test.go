package metrics_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/document"
	"github.com/weir-warehouse/weir/metrics"
)

func contracts(t testing.TB) *contract.Catalog {
	t.Helper()
	c, err := contract.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// load loads the built-in metrics with those of folders: by id, metric.yaml and
// metric.sql.
func load(t testing.TB, own map[string][2]string) (*metrics.Registry, error) {
	t.Helper()
	dir := t.TempDir()
	for id, files := range own {
		folder := filepath.Join(dir, id)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{"metric.yaml", "metric.sql"} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(files[i]), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return metrics.Load(context.Background(), dir, contracts(t))
}

func TestBuiltIn(t *testing.T) {
	t.Parallel()
	r, err := load(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, ok := r.Get("pd_spending")
	if !ok || !slices.Equal(m.Datasets, []string{"academic_session", "pd_cost", "pd_program", "school"}) || !slices.Equal(m.Tags, []string{"cost", "roster"}) || m.Mart != "mart_core" {
		t.Errorf("pd_spending: %+v", m)
	}
}

const total = `id: %
family: own
title: A total
question: How much?
definition: A sum.
unit: USD
direction: neutral
person: teacher
method: {name: total}
dimensions: [[district]]
source: {citation: ours}
`

func metricOf(id string) string { return strings.ReplaceAll(total, "%", id) }

func relation(id string) string {
	return "id: " + id + "\nkind: relation\ntitle: A relation\ndefinition: Rows.\n"
}

// A metric that reads a coaching column through three CTEs, a relation and a
// join is tagged coaching, and lies with formative data.
func TestTagsFlow(t *testing.T) {
	t.Parallel()
	r, err := load(t, map[string][2]string{
		"deep": {metricOf("deep"), `
			WITH a AS (SELECT teacher_key, minutes AS m FROM coaching_session),
			b AS (SELECT teacher_key, m * 2 AS n FROM a),
			c AS (SELECT teacher_key, n AS o FROM b)
			SELECT district_id, school_id, t.teacher_key, c.o AS value
			FROM teacher t JOIN school USING (school_id) JOIN c ON c.teacher_key = t.teacher_key`},
		"through":  {metricOf("through"), "SELECT district_id, school_id, teacher_key, x AS value FROM observed JOIN school USING (school_id)"},
		"observed": {relation("observed"), "SELECT teacher_key, school_id, x FROM scored JOIN teacher USING (teacher_key)"},
		"scored":   {relation("scored"), "SELECT teacher_key, sum(score) AS x FROM observation_score GROUP BY ALL"},
		"counted":  {metricOf("counted"), "SELECT district_id, school_id, teacher_key, (SELECT count(*) FROM student_outcome) AS value FROM teacher JOIN school USING (school_id)"},
		"coached":  {metricOf("coached"), "SELECT district_id, school_id, a.teacher_key, 1 AS value FROM coach_assignment a JOIN teacher t USING (teacher_key) JOIN school USING (school_id)"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]struct{ tag, mart string }{
		"deep": {"coaching", "mart_formative"}, "through": {"evaluation", "mart_evaluative"},
		"counted": {"student_record", "mart_students"}, "coached": {"coaching", "mart_formative"},
	} {
		m, ok := r.Get(id)
		if !ok || !slices.Contains(m.Tags, want.tag) || m.Mart != want.mart {
			t.Errorf("%s: tags %v in %s, want %+v", id, m.Tags, m.Mart, want)
		}
	}
	through, _ := r.Get("through")
	if !slices.Equal(through.Relations, []string{"scored", "observed"}) || !slices.Contains(through.Datasets, "observation_score") {
		t.Errorf("through: %v, %v", through.Relations, through.Datasets)
	}
	families := r.Families()
	i := slices.IndexFunc(families, func(f metrics.Family) bool { return f.Name == "own" })
	if i < 0 || families[i].Mart != "mart_formative_evaluative_students" || !slices.Contains(families[i].Tags, "coaching") {
		t.Errorf("families: %+v", families)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	const good = "SELECT district_id, school_id, teacher_key, 1 AS value FROM teacher JOIN school USING (school_id)"
	for name, c := range map[string]struct {
		own  map[string][2]string
		want string
	}{
		"vault":     {map[string][2]string{"m": {metricOf("m"), "SELECT staff_number FROM staff_identity"}}, `relation "staff_identity" does not exist`},
		"file":      {map[string][2]string{"m": {metricOf("m"), "SELECT * FROM 'x.csv'"}}, "files cannot be read"},
		"function":  {map[string][2]string{"m": {metricOf("m"), "SELECT random() AS value"}}, "rule known-function"},
		"two":       {map[string][2]string{"m": {metricOf("m"), good + "; " + good}}, "rule single-statement"},
		"column":    {map[string][2]string{"m": {metricOf("m"), "SELECT district_id, 1 AS value FROM district"}}, "no column teacher_key"},
		"unbound":   {map[string][2]string{"m": {metricOf("m"), "SELECT nothing FROM district"}}, "the engine refuses it"},
		"field":     {map[string][2]string{"m": {metricOf("m") + "colour: red\n", good}}, `m/metric.yaml: colour (line 12): unknown field "colour"`},
		"dimension": {map[string][2]string{"m": {strings.Replace(metricOf("m"), "[[district]]", "[[school]]", 1), good}}, "(line 10): who sees a value"},
		"method":    {map[string][2]string{"m": {strings.Replace(metricOf("m"), "total}", "sum}", 1), good}}, `(line 9): method "sum" is unknown`},
		"option":    {map[string][2]string{"m": {strings.Replace(metricOf("m"), "total}", "total, options: {a: 1}}", 1), good}}, `option "a" is unknown`},
		"circle": {map[string][2]string{
			"a": {relation("a"), "FROM b"}, "b": {relation("b"), "FROM a"},
		}, "reads itself: a, b, a"},
		"name":      {map[string][2]string{"n": {metricOf("m"), good}}, `metric "m" does not bear the folder's name`},
		"dataset":   {map[string][2]string{"teacher": {relation("teacher"), "SELECT 1 AS x"}}, `a dataset is named "teacher"`},
		"family":    {map[string][2]string{"m": {strings.Replace(metricOf("m"), "family: own", "family: school", 1), good}}, `a dataset is named "school"`},
		"published": {map[string][2]string{"r": {relation("r") + "unit: USD\n", "SELECT 1 AS x"}}, "a relation is not published, so it has no unit"},
		"line":      {map[string][2]string{"m": {metricOf("m"), "\nSELECT district_id,\n  schol_id\nFROM school"}}, "m/metric.sql (line 3): the engine refuses it: Binder Error: Referenced column"},
		"number":    {map[string][2]string{"m": {metricOf("m"), strings.Replace(good, "1 AS", "'1' AS", 1)}}, "column value is VARCHAR, and must be a number"},
		"key":       {map[string][2]string{"m": {metricOf("m"), strings.Replace(good, "teacher_key,", "1 AS teacher_key,", 1)}}, "column teacher_key is INTEGER, and must be the key of a dataset"},
		"studies":   {map[string][2]string{"m": {strings.Replace(metricOf("m"), "family: own", "family: study_effect", 1), good}}, `m/metric.yaml: family (line 2): "study_effect" is a name for relations of studies`},
		"columns": {map[string][2]string{"m": {metricOf("m"), good}, "m_low": {metricOf("m_low"), good}},
			`m_low/metric.yaml: id (line 1): family own would have two columns m_low`},
		"dimension's column": {map[string][2]string{"category": {metricOf("category"), good}}, `family own would have two columns category`},
		"comparison":         {map[string][2]string{"m": {metricOf("m") + "comparison: coaching_dose\n", good}}, "comparison (line 12): a metric that has a matched comparison is a plain one"},
		"people of none":     {map[string][2]string{"m": {strings.Replace(metricOf("m"), "person: teacher", "person: none", 1) + "minimum_n: 20\n", good}}, "minimum_n (line 12): the metric is about no people"},
		"no tags":            {map[string][2]string{"m": {metricOf("m") + "declassified: [{why: x}]\n", good}}, "declassified[0].tags (line 12): no tag is named"},
		"another's tag":      {map[string][2]string{"m": {metricOf("m") + "declassified: [{tags: [coaching], why: x}]\n", good}}, `declassified[0].tags (line 12): the metric has no tag "coaching"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, c.own)
			if _, ok := errors.AsType[document.Problems](err); !ok || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// Each field of metric.yaml and each method is explained.
func TestFieldsAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/metric-methods.md")
	if err != nil {
		t.Fatal(err)
	}
	_, err = load(t, map[string][2]string{"m": {metricOf("m") + "nothing: x\n", "SELECT 1"}, "n": {strings.Replace(metricOf("n"), "total}", "nothing}", 1), "SELECT 1"}})
	lists := regexp.MustCompile(`(?m); use (?:one of )?([\w, ]+)$`).FindAllStringSubmatch(err.Error(), -1)
	if len(lists) != 2 {
		t.Fatalf("%v names %d lists", err, len(lists))
	}
	for _, list := range lists {
		for name := range strings.SplitSeq(list[1], ", ") {
			if !regexp.MustCompile("(?m)^\\| [^|]*`" + name + "`").Match(text) {
				t.Errorf("docs/metric-methods.md does not explain %s", name)
			}
		}
	}
}

// Hidden folders, such as those of a version control, are no metrics.
func TestHiddenFolders(t *testing.T) {
	t.Parallel()
	if _, err := load(t, map[string][2]string{".git": {"", ""}}); err != nil {
		t.Error(err)
	}
}

// The page of metrics is that of the catalogue.
func TestDocument(t *testing.T) {
	t.Parallel()
	const path = "../docs/metrics.md"
	r, err := load(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := r.Document(&got); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("WEIR_UPDATE") != "" {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got.String() != string(want) {
		t.Errorf("docs/metrics.md is not current; run go generate ./metrics (%v)", err)
	}
}
