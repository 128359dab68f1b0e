package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/mart"
	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/metrics/study/report"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// studyOwner owns the marts of studies.
const studyOwner = "study"

const (
	schoolsFile  = "schools.json"  // schools of the match, from which its districts follow
	releasedFile = "released.json" // SHA-256 of the report that was released, and the day
)

// releaseNote says which report of a study was released.
type releaseNote struct {
	Report string `json:"report_sha256"`
	On     string `json:"on"`
}

// value is a cell of a mart as the engine's literal.
func value(x any) string {
	switch v := x.(type) {
	case string:
		if v == "" {
			return "NULL"
		}
		return duck.Literal(v)
	case report.Number:
		if math.IsNaN(float64(v)) {
			return "NULL"
		}
		return strconv.FormatFloat(float64(v), 'g', -1, 64)
	case report.Count:
		if v.N == nil {
			return "NULL"
		}
		return strconv.FormatInt(*v.N, 10)
	default:
		return fmt.Sprint(v)
	}
}

// studyColumn is a column of a mart of studies.
type studyColumn[T any] struct {
	name, kind, description string
	of                      func(T) any
}

// studyRow is a study in a district.
type studyRow struct {
	*report.Report

	district string
	note     releaseNote
}

// effectRow is an effect of a study in a district, or one in a subgroup.
type effectRow struct {
	studyRow

	effect   *report.Effect
	by       string
	subgroup *report.Subgroup
}

var studyColumns = []studyColumn[studyRow]{
	{"study", "VARCHAR", "Id of the study.", func(r studyRow) any { return r.ID }},
	{"district_id", "VARCHAR", "A district with schools in the study.", func(r studyRow) any { return r.district }},
	{"title", "VARCHAR", "Title.", func(r studyRow) any { return r.Title }},
	{"question", "VARCHAR", "Question that the study answers.", func(r studyRow) any { return r.Question }},
	{"agreement", "VARCHAR", "Data sharing agreement.", func(r studyRow) any { return r.Agreement }},
	{"program_kind", "VARCHAR", "Kind of programme that was studied.", func(r studyRow) any { return r.Program }},
	{"treatment", "VARCHAR", "Who was treated.", func(r studyRow) any { return r.Treatment }},
	{"comparison", "VARCHAR", "With whom they are compared.", func(r studyRow) any { return r.Comparison }},
	{"phase", "VARCHAR", "Phase of the report.", func(r studyRow) any { return r.Phase }},
	{"registered_on", "DATE", "Day on which protocol and match were registered.", func(r studyRow) any { return r.Registration.On }},
	{"deviations", "INTEGER", "Departures from what was registered.", func(r studyRow) any { return len(r.Deviations) }},
	{"matching", "VARCHAR", "How units were matched.", func(r studyRow) any { return r.Match }},
	{"n_treated", "BIGINT", "Treated teacher-years in the match, rounded.", func(r studyRow) any { return r.Sample.Treated }},
	{"n_comparison", "BIGINT", "Comparison teacher-years in the match, rounded.", func(r studyRow) any { return r.Sample.Comparison }},
	{"teachers", "BIGINT", "Teachers in the match, rounded.", func(r studyRow) any { return r.Sample.Teachers }},
	{"schools", "INTEGER", "Schools in the match.", func(r studyRow) any { return r.Sample.Schools }},
	{"max_smd_before", "DOUBLE", "Greatest standardized difference of a covariate before matching.", func(r studyRow) any { before, _ := r.MaxSMD(); return before }},
	{"max_smd", "DOUBLE", "And after matching.", func(r studyRow) any { _, after := r.MaxSMD(); return after }},
	{"balance", "VARCHAR", "Balance in a sentence.", func(r studyRow) any { return r.BalanceSummary() }},
	{"wwc", "VARCHAR", "Suggested rating by the What Works Clearinghouse's rules, of the primary outcome.", func(r studyRow) any { return r.Rating().WWC }},
	{"essa_tier", "INTEGER", "Suggested ESSA tier of the primary outcome.", func(r studyRow) any { return r.Rating().ESSA }},
	{"warnings", "INTEGER", "Warnings in the report.", func(r studyRow) any { return len(r.Warnings) }},
	{"snapshot", "VARCHAR", "Snapshot that the study was made from.", func(r studyRow) any { return r.Source.Snapshot }},
	{"policy_revision", "VARCHAR", "Policy in force.", func(r studyRow) any { return r.Source.PolicyRevision }},
	{"program_version", "VARCHAR", "Version of Weir.", func(r studyRow) any { return r.Source.Program }},
	{"protocol_sha256", "VARCHAR", "SHA-256 of the protocol.", func(r studyRow) any { return r.Protocol.SHA256 }},
	{"report_sha256", "VARCHAR", "SHA-256 of the report.", func(r studyRow) any { return r.note.Report }},
	{"released_on", "DATE", "Day of the release.", func(r studyRow) any { return r.note.On }},
}

// inLevel is a figure of the subgroup where there is one, else of all units.
func inLevel(all func(*report.Effect) any, level func(*report.Subgroup) any) func(effectRow) any {
	return func(r effectRow) any {
		if r.subgroup != nil {
			return level(r.subgroup)
		}
		return all(r.effect)
	}
}

// ofAll is a figure that subgroups do not have.
func ofAll(all func(*report.Effect) any) func(effectRow) any {
	return inLevel(all, func(*report.Subgroup) any { return "" })
}

var effectColumns = []studyColumn[effectRow]{
	{"study", "VARCHAR", "Id of the study.", func(r effectRow) any { return r.ID }},
	{"district_id", "VARCHAR", "A district with schools in the study.", func(r effectRow) any { return r.district }},
	{"program_kind", "VARCHAR", "Kind of programme that was studied.", func(r effectRow) any { return r.Program }},
	{"outcome", "VARCHAR", "Name of the outcome.", func(r effectRow) any { return r.effect.Outcome }},
	{"label", "VARCHAR", "What readers call it.", func(r effectRow) any { return r.effect.Label }},
	{"unit", "VARCHAR", "Unit of the effect.", func(r effectRow) any { return r.effect.Unit }},
	{"role", "VARCHAR", "primary or secondary.", func(r effectRow) any { return r.effect.Role }},
	{"status", "VARCHAR", "registered or exploratory.", func(r effectRow) any { return r.effect.Status }},
	{"phase", "VARCHAR", "Phase of the report.", func(r effectRow) any { return r.Phase }},
	{"model", "VARCHAR", "Outcome model; of subgroups: main_effects.", inLevel(func(e *report.Effect) any { return e.Model }, func(*report.Subgroup) any { return "main_effects" })},
	{"measure", "VARCHAR", "difference, risk_difference, risk_ratio or odds_ratio.", func(r effectRow) any { return r.effect.Measure }},
	{"main", "BOOLEAN", "Whether the study's conclusion rests on it.", inLevel(func(e *report.Effect) any { return e.Main }, func(*report.Subgroup) any { return false })},
	{"subgroup_by", "VARCHAR", "Covariate of a subgroup; NULL: all units.", func(r effectRow) any { return r.by }},
	{"subgroup", "VARCHAR", "Its level.", inLevel(func(*report.Effect) any { return "" }, func(s *report.Subgroup) any { return s.Level })},
	{"estimate", "DOUBLE", "Effect.", inLevel(func(e *report.Effect) any { return e.Estimate }, func(s *report.Subgroup) any { return s.Estimate })},
	{"ci_low", "DOUBLE", "Lower limit of the 95 % interval.", inLevel(func(e *report.Effect) any { return e.Low }, func(s *report.Subgroup) any { return s.Low })},
	{"ci_high", "DOUBLE", "Upper limit.", inLevel(func(e *report.Effect) any { return e.High }, func(s *report.Subgroup) any { return s.High })},
	{"p", "DOUBLE", "p-value.", inLevel(func(e *report.Effect) any { return e.P }, func(s *report.Subgroup) any { return s.P })},
	{"p_adjusted", "DOUBLE", "p-value adjusted for the number of outcomes.", ofAll(func(e *report.Effect) any { return e.Adjusted })},
	{"g", "DOUBLE", "Hedges' g or Cox's index.", ofAll(func(e *report.Effect) any { return e.G })},
	{"g_low", "DOUBLE", "Lower limit of its interval.", ofAll(func(e *report.Effect) any { return e.GLow })},
	{"g_high", "DOUBLE", "Upper limit.", ofAll(func(e *report.Effect) any { return e.GHigh })},
	{"improvement_index", "DOUBLE", "Percentile points.", ofAll(func(e *report.Effect) any { return e.Improve })},
	{"percent_of_baseline", "DOUBLE", "Effect in percent of the baseline's mean.", ofAll(func(e *report.Effect) any { return e.Percent })},
	{"percent_low", "DOUBLE", "Lower limit of its interval.", ofAll(func(e *report.Effect) any { return e.PercentLow })},
	{"percent_high", "DOUBLE", "Upper limit.", ofAll(func(e *report.Effect) any { return e.PercentTop })},
	{"naive", "DOUBLE", "Difference without matching.", ofAll(func(e *report.Effect) any { return e.Naive })},
	{"e_value", "DOUBLE", "E-value of the effect.", ofAll(func(e *report.Effect) any { return e.EValue })},
	{"e_value_limit", "DOUBLE", "And of the interval's limit.", ofAll(func(e *report.Effect) any { return e.ELimit })},
	{"n_treated", "BIGINT", "Treated teacher-years, rounded.", func(r effectRow) any {
		return inLevel(func(*report.Effect) any { return r.Sample.Treated }, func(s *report.Subgroup) any { return s.Treated })(r)
	}},
	{"n_comparison", "BIGINT", "Comparison teacher-years, rounded.", func(r effectRow) any {
		return inLevel(func(*report.Effect) any { return r.Sample.Comparison }, func(s *report.Subgroup) any { return s.Comparison })(r)
	}},
	{"n_students", "BIGINT", "Students, rounded.", ofAll(func(e *report.Effect) any { return e.Students })},
	{"specifications", "INTEGER", "Other ways to match and adjust that were tried.", func(r effectRow) any { return r.curve().Count }},
	{"specification_least", "DOUBLE", "Least effect over them.", func(r effectRow) any { return r.curve().Least }},
	{"specification_median", "DOUBLE", "Median.", func(r effectRow) any { return r.curve().Median }},
	{"specification_most", "DOUBLE", "Greatest.", func(r effectRow) any { return r.curve().Most }},
}

// curve is the outcome's specification curve, of the main effect alone.
func (r effectRow) curve() report.Sensitivity {
	for _, s := range r.Sensitivity {
		if s.Outcome == r.effect.Outcome && r.effect.Main && r.subgroup == nil {
			return s
		}
	}
	nan := report.Number(math.NaN())
	return report.Sensitivity{Least: nan, Median: nan, Most: nan}
}

// effectRows are all effects of a study, then those of subgroups.
func effectRows(r studyRow) []effectRow {
	var out []effectRow
	for i := range r.Effects {
		out = append(out, effectRow{studyRow: r, effect: &r.Effects[i]})
	}
	for _, s := range r.Subgroups {
		i := slices.IndexFunc(r.Effects, func(e report.Effect) bool { return e.Outcome == s.Outcome && e.Main })
		if i < 0 {
			continue
		}
		for k := range s.Levels {
			out = append(out, effectRow{studyRow: r, effect: &r.Effects[i], by: s.By, subgroup: &s.Levels[k]})
		}
	}
	return out
}

// studyRelation is a relation of studies in a mart.
func studyRelation[T any](name, description string, key []string, columns []studyColumn[T], in studyMart, rows []T) mart.Relation {
	out := mart.Relation{Name: name, Mart: in.name, Part: true, Description: description, Tags: in.tags, Key: key}
	var casts, values []string
	for _, c := range columns {
		out.Columns = append(out.Columns, mart.Column{Name: c.name, Type: c.kind, Description: c.description, Tags: in.tags})
		casts = append(casts, fmt.Sprintf("CAST(%s AS %s) AS %s", duck.Ident(c.name), c.kind, duck.Ident(c.name)))
	}
	for _, row := range rows {
		cells := make([]string, len(columns))
		for i, c := range columns {
			cells[i] = value(c.of(row))
		}
		values = append(values, "("+strings.Join(cells, ", ")+")")
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = duck.Ident(c.name)
	}
	out.Rows = fmt.Sprintf("SELECT %s FROM (VALUES %s) AS v (%s) ORDER BY ALL", strings.Join(casts, ", "), strings.Join(values, ", "), strings.Join(names, ", "))
	return out
}

// studyMart is a mart with the tags of all that its studies read.
type studyMart struct {
	name    string
	tags    []string
	studies []studyRow
	effects []effectRow
}

// publishStudies writes all released studies into the marts of the build. The
// caller holds the writer's lock.
func (a *app) publishStudies(ctx context.Context) (err error) {
	catalog, err := a.catalog()
	if err != nil {
		return err
	}
	db, err := duck.Open(ctx, a.engine())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.SQL().Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := duck.Attach(ctx, conn, a.home().Compartment(contract.Core), string(contract.Core), duck.ReadOnly); err != nil {
		return err
	}
	folders, err := filepath.Glob(filepath.Join(a.config.Home, enclaveName, "*", releasedFile))
	if err != nil {
		return err
	}
	marts := map[string]*studyMart{}
	for _, note := range folders {
		if err := studyFolder(filepath.Dir(note)).collect(ctx, conn, catalog.Policy(), marts); err != nil {
			return err
		}
	}
	var relations []mart.Relation
	for _, m := range marts {
		relations = append(relations,
			studyRelation("study", "Studies that were released: one row for each district with schools in one.", []string{"study", "district_id"}, studyColumns, *m, m.studies),
			studyRelation("study_effect", "Their effects, by outcome, model, measure and subgroup.",
				[]string{"study", "district_id", "outcome", "model", "measure", "subgroup_by", "subgroup"}, effectColumns, *m, m.effects))
	}
	slices.SortFunc(relations, func(x, y mart.Relation) int { return strings.Compare(x.Mart+x.Name, y.Mart+y.Name) })
	_, err = mart.Build{Dir: a.home().Build()}.Update(ctx, conn, studyOwner, relations)
	return err
}

// collect adds a released study to the mart where it belongs.
func (f studyFolder) collect(ctx context.Context, q duck.Querier, catalog []policy.Dataset, marts map[string]*studyMart) error {
	var note releaseNote
	var schools []string
	for name, into := range map[string]any{releasedFile: &note, schoolsFile: &schools} {
		data, err := os.ReadFile(f.path(name))
		if err == nil {
			err = json.Unmarshal(data, into)
		}
		if err != nil {
			return fmt.Errorf("read %s of study %s: %w", name, filepath.Base(string(f)), err)
		}
	}
	r, _, err := readReport(f.path("released-" + reportName + ".json"))
	if err != nil {
		return err
	}
	p, err := protocol.Parse(r.ID, []byte(r.Protocol.Text))
	if err != nil {
		return err
	}
	compartments, tags := sources(p, catalog)
	name := metrics.MartOf(compartments, tags)
	m := marts[name]
	if m == nil {
		m = &studyMart{name: name}
		marts[name] = m
	}
	m.tags = append(m.tags, tags...)
	slices.Sort(m.tags)
	m.tags = slices.Compact(m.tags)
	districts, err := districtsOf(ctx, q, schools)
	if err != nil {
		return err
	}
	for _, district := range districts {
		row := studyRow{Report: r, district: district, note: note}
		m.studies = append(m.studies, row)
		m.effects = append(m.effects, effectRows(row)...)
	}
	return nil
}

// sources are the compartments and tags of what a protocol reads.
func sources(p *protocol.Protocol, catalog []policy.Dataset) (compartments, tags []string) {
	reads := p.Reads()
	for _, d := range catalog {
		columns, ok := reads[d.Name]
		if !ok {
			continue
		}
		compartments, tags = append(compartments, d.Compartment), append(tags, d.Tags...)
		for _, name := range columns {
			if c, ok := d.Column(name); ok {
				tags = append(tags, c.Tags...)
			}
		}
	}
	slices.Sort(compartments)
	slices.Sort(tags)
	return slices.Compact(compartments), slices.Compact(tags)
}

// districtsOf lists the districts of schools.
func districtsOf(ctx context.Context, q duck.Querier, schools []string) (out []string, err error) {
	names := []string{"''"}
	for _, s := range schools {
		names = append(names, duck.Literal(s))
	}
	rows, err := q.QueryContext(ctx, "SELECT DISTINCT district_id FROM core.main.school WHERE school_id IN ("+strings.Join(names, ", ")+") ORDER BY district_id")
	if err != nil {
		return nil, fmt.Errorf("find the study's districts: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}
