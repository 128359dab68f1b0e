package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/weir-warehouse/weir/metrics/study/report"
	"github.com/weir-warehouse/weir/sql/duck"
)

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
	{"n_treated", "BIGINT", "Treated teacher-years in the analysis, rounded.", func(r studyRow) any { return r.Sample.Treated }},
	{"n_comparison", "BIGINT", "Comparison teacher-years in the analysis, rounded.", func(r studyRow) any { return r.Sample.Comparison }},
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
	{"agreement", "VARCHAR", "Data sharing agreement.", func(r effectRow) any { return r.Agreement }},
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
	{"naive_low", "DOUBLE", "Lower limit of its interval.", ofAll(func(e *report.Effect) any { return e.NaiveLow })},
	{"naive_high", "DOUBLE", "Upper limit.", ofAll(func(e *report.Effect) any { return e.NaiveHigh })},
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

// balanceRow is a covariate of a study in a district.
type balanceRow struct {
	studyRow

	covariate report.Balance
}

var balanceColumns = []studyColumn[balanceRow]{
	{"study", "VARCHAR", "Id of the study.", func(r balanceRow) any { return r.ID }},
	{"district_id", "VARCHAR", "A district with schools in the study.", func(r balanceRow) any { return r.district }},
	{"agreement", "VARCHAR", "Data sharing agreement.", func(r balanceRow) any { return r.Agreement }},
	{"program_kind", "VARCHAR", "Kind of programme that was studied.", func(r balanceRow) any { return r.Program }},
	{"covariate", "VARCHAR", "Covariate, or a level of one; of propensity scores, the score.", func(r balanceRow) any { return r.covariate.Name }},
	{"smd_before", "DOUBLE", "Standardized difference before matching.", func(r balanceRow) any { return r.covariate.SMDBefore }},
	{"smd", "DOUBLE", "And after matching.", func(r balanceRow) any { return r.covariate.SMD }},
	{"variance_ratio", "DOUBLE", "Ratio of variances after matching.", func(r balanceRow) any { return r.covariate.VarianceRatio }},
	{"ks", "DOUBLE", "Greatest difference of the distribution functions after matching.", func(r balanceRow) any { return r.covariate.KS }},
	{"g", "DOUBLE", "Hedges' g after matching.", func(r balanceRow) any { return r.covariate.G }},
	{"wwc", "VARCHAR", "Baseline equivalence by the What Works Clearinghouse's rules.", func(r balanceRow) any { return r.covariate.Category }},
}

// specificationRow is an effect of a study in a district by another way to match
// or to model.
type specificationRow struct {
	studyRow

	outcome string
	of      report.Specification
}

var specificationColumns = []studyColumn[specificationRow]{
	{"study", "VARCHAR", "Id of the study.", func(r specificationRow) any { return r.ID }},
	{"district_id", "VARCHAR", "A district with schools in the study.", func(r specificationRow) any { return r.district }},
	{"agreement", "VARCHAR", "Data sharing agreement.", func(r specificationRow) any { return r.Agreement }},
	{"program_kind", "VARCHAR", "Kind of programme that was studied.", func(r specificationRow) any { return r.Program }},
	{"outcome", "VARCHAR", "Name of the outcome.", func(r specificationRow) any { return r.outcome }},
	{"matching", "VARCHAR", "How units were matched.", func(r specificationRow) any { return r.of.Match }},
	{"model", "VARCHAR", "Outcome model.", func(r specificationRow) any { return r.of.Model }},
	{"chosen", "BOOLEAN", "Whether it is the protocol's match.", func(r specificationRow) any { return r.of.Chosen }},
	{"estimate", "DOUBLE", "Effect.", func(r specificationRow) any { return r.of.Estimate }},
	{"ci_low", "DOUBLE", "Lower limit of the 95 % interval.", func(r specificationRow) any { return r.of.Low }},
	{"ci_high", "DOUBLE", "Upper limit.", func(r specificationRow) any { return r.of.High }},
	{"p", "DOUBLE", "p-value.", func(r specificationRow) any { return r.of.P }},
	{"max_smd", "DOUBLE", "Greatest standardized difference of a covariate that the match leaves.", func(r specificationRow) any { return r.of.MaxSMD }},
}

// balanceRows are the covariates of a study that are shown.
func balanceRows(r studyRow) []balanceRow {
	var out []balanceRow
	for _, b := range r.Balance {
		if b.Hidden == "" {
			out = append(out, balanceRow{r, b})
		}
	}
	return out
}

// specificationRows are the specifications of a study that could be made.
func specificationRows(r studyRow) []specificationRow {
	var out []specificationRow
	for _, s := range r.Sensitivity {
		for _, of := range s.Curve {
			if of.Problem == "" {
				out = append(out, specificationRow{r, s.Outcome, of})
			}
		}
	}
	return out
}
