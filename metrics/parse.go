package metrics

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/document"
	"github.com/weir-warehouse/weir/metrics/method"
)

// The files of a metric's folder. A folder test holds small input and exact
// expected output.
const (
	yamlFile = "metric.yaml"
	sqlFile  = "metric.sql"
)

type metricDocument struct {
	At           document.Position      `yaml:"-"`
	ID           string                 `yaml:"id"`
	Kind         string                 `yaml:"kind"`
	Family       string                 `yaml:"family"`
	Title        string                 `yaml:"title"`
	Question     string                 `yaml:"question"`
	Definition   string                 `yaml:"definition"`
	Unit         string                 `yaml:"unit"`
	Direction    string                 `yaml:"direction"`
	Person       string                 `yaml:"person"`
	Method       *methodDocument        `yaml:"method"`
	Dimensions   [][]string             `yaml:"dimensions"`
	MinimumN     int                    `yaml:"minimum_n"`
	Descriptive  bool                   `yaml:"descriptive"`
	Comparison   string                 `yaml:"comparison"`
	Declassified []declassifiedDocument `yaml:"declassified"`
	Source       *sourceDocument        `yaml:"source"`
}

type methodDocument struct {
	At      document.Position           `yaml:"-"`
	Name    string                      `yaml:"name"`
	Options map[string]document.Literal `yaml:"options"`
}

type declassifiedDocument struct {
	At   document.Position `yaml:"-"`
	Tags []string          `yaml:"tags"`
	Why  string            `yaml:"why"`
}

type sourceDocument struct {
	At       document.Position `yaml:"-"`
	Claim    string            `yaml:"claim"`
	Citation string            `yaml:"citation"`
}

// parsed is a metric with the report of its metric.yaml.
type parsed struct {
	*document.Report

	metric *Metric
	doc    metricDocument
}

// parse reads a folder. Origin names the folder in problems.
func parse(folder fs.FS, origin string) *parsed {
	p := &parsed{Report: document.NewReport(path.Join(origin, yamlFile)), metric: &Metric{Origin: origin, folder: folder}}
	definition, err := fs.ReadFile(folder, yamlFile)
	if err != nil {
		p.Add("", "write it, or remove the folder", "file cannot be read")
		return p
	}
	query, err := fs.ReadFile(folder, sqlFile)
	if err != nil {
		p.Add("", "write "+sqlFile+" beside it", "%s cannot be read", sqlFile)
	}
	sum := sha256.New()
	sum.Write(definition)
	sum.Write([]byte{0})
	sum.Write(query)
	p.metric.Digest, p.metric.SQL = hex.EncodeToString(sum.Sum(nil)), string(query)
	if !document.Decode(definition, &p.doc, p.Report, "id: and the folder's name") {
		return p
	}
	p.common(path.Base(origin))
	if p.metric.Kind == KindMetric {
		p.published()
		p.dimensions()
		p.method()
	} else {
		p.unpublished()
	}
	return p
}

// common checks what relations have too.
func (p *parsed) common(folder string) {
	d, m := p.doc, p.metric
	m.ID, m.Title, m.Definition = d.ID, d.Title, d.Definition
	p.CheckName("id", d.ID)
	if d.ID != folder {
		p.Add("id", "name the folder "+d.ID, "metric %q does not bear the folder's name", d.ID)
	}
	m.Kind = Kind(d.Kind)
	if d.Kind == "" {
		m.Kind = KindMetric
	}
	if m.Kind != KindMetric && m.Kind != KindRelation {
		p.Add("kind", "write metric or relation", "kind %q is unknown", d.Kind)
	}
	p.require("title", d.Title, "name it in a few words")
	p.require("definition", d.Definition, "say in words what it is")
}

func (p *parsed) require(path, value, advice string) {
	if strings.TrimSpace(value) == "" {
		p.Add(path, advice, "value is missing")
	}
}

// published checks what stands beside published values.
func (p *parsed) published() {
	d, m := p.doc, p.metric
	m.Family, m.Question, m.Unit = d.Family, d.Question, d.Unit
	m.Direction, m.Person = Direction(d.Direction), Person(d.Person)
	m.MinimumN, m.Descriptive, m.Comparison = d.MinimumN, d.Descriptive, d.Comparison
	p.CheckName("family", d.Family)
	switch {
	case d.Family == Tidy:
		p.Add("family", "choose another name", "%q is the relation of all values", Tidy)
	case d.Family == studies || strings.HasPrefix(d.Family, studies+"_"):
		p.Add("family", "choose another name", "%q is a name for relations of studies", d.Family)
	}
	p.require("question", d.Question, "ask the question that it answers")
	p.require("unit", d.Unit, "write share, a currency such as USD, or what is counted, in the plural")
	if !slices.Contains([]Direction{HigherIsBetter, LowerIsBetter, Neutral}, m.Direction) {
		p.Add("direction", "write higher_is_better, lower_is_better or neutral", "direction %q is unknown", d.Direction)
	}
	if !slices.Contains([]Person{Teacher, Student, NoPerson}, m.Person) {
		p.Add("person", "write teacher, student, or none for what is about no people", "person %q is unknown", d.Person)
	}
	if d.MinimumN > 0 && m.Person == NoPerson {
		p.Add("minimum_n", "leave it out, or count teacher or student", "the metric is about no people, so it cannot ask for some")
	}
	if d.MinimumN < 0 {
		p.Add("minimum_n", "leave it out, or write a number of people", "%d is no number of people", d.MinimumN)
	}
	if d.Comparison != "" {
		p.CheckName("comparison", d.Comparison)
		if !d.Descriptive {
			p.Add("comparison", "write descriptive: true", "a metric that has a matched comparison is a plain one, and must say so")
		}
	}
	for _, entry := range d.Declassified {
		p.require(entry.At.Field("why"), entry.Why, "say why these tags need not count")
		if len(entry.Tags) == 0 {
			p.Add(entry.At.Field("tags"), "list the tags that need not count", "no tag is named")
		}
		m.Declassified = append(m.Declassified, Declassified{Tags: entry.Tags, Why: entry.Why})
	}
	if d.Source == nil {
		p.Add("source", "give claim and citation", "source is missing")
		return
	}
	p.require(d.Source.At.Field("citation"), d.Source.Citation, "say where the idea comes from")
	m.Source = Source{Claim: d.Source.Claim, Citation: d.Source.Citation}
}

// dimensions checks the lists and turns their words into columns.
func (p *parsed) dimensions() {
	if len(p.doc.Dimensions) == 0 {
		p.Add("dimensions", "write lists of dimensions, such as [[district], [district, school]]", "no dimensions are offered")
	}
	for i, list := range p.doc.Dimensions {
		at := "dimensions[" + itoa(i) + "]"
		var columns []string
		for _, word := range list {
			column, ok := dimensionColumn(word)
			switch {
			case !ok:
				p.Add(at, "use "+strings.Join(dimensionWords(), ", "), "dimension %q is unknown", word)
			case slices.Contains(columns, column):
				p.Add(at, "name it once", "dimension %q stands twice", word)
			}
			columns = append(columns, column)
		}
		if !slices.Contains(columns, "district_id") {
			p.Add(at, "begin the list with district", "who sees a value is decided by its district, which the list leaves out")
		}
		p.metric.Dimensions = append(p.metric.Dimensions, columns)
	}
}

func (p *parsed) method() {
	if p.doc.Method == nil {
		p.Add("method", "give method: {name: …}", "method is missing")
		return
	}
	d := p.doc.Method
	p.metric.Method, p.metric.Options = d.Name, method.Options(d.Options)
	m, ok := method.ByName(d.Name)
	if !ok {
		p.Add(d.At.Field("name"), "use "+strings.Join(methodNames(), ", "), "method %q is unknown", d.Name)
		return
	}
	if _, err := m.Check(p.metric.Options); err != nil {
		p.Add(d.At.Field("options"), "see docs/metric-methods.md for the options of method "+d.Name, "%v", err)
	}
}

// unpublished refuses what a relation cannot have.
func (p *parsed) unpublished() {
	d := p.doc
	for name, given := range map[string]bool{
		"family": d.Family != "", "question": d.Question != "", "unit": d.Unit != "", "direction": d.Direction != "",
		"person": d.Person != "", "method": d.Method != nil, "dimensions": d.Dimensions != nil, "minimum_n": d.MinimumN != 0,
		"comparison": d.Comparison != "", "declassified": d.Declassified != nil,
	} {
		if given {
			p.Add(name, "leave it out, or write kind: metric", "a relation is not published, so it has no %s", name)
		}
	}
}
