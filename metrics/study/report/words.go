package report

import (
	"fmt"
	"strings"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/policy"
)

var methodWords = map[match.Method]string{
	match.Nearest: "nearest-neighbour matching", match.Exact: "exact matching", match.Coarsened: "coarsened exact matching",
	match.Subclass: "subclassification on the propensity score", match.Optimal: "optimal pair matching", match.Full: "full matching",
	match.Entropy: "entropy balancing", match.Weighting: "inverse propensity weighting",
}

var distanceWords = map[match.Distance]string{
	match.Score: "a propensity score", match.Mahalanobis: "the Mahalanobis distance", match.RobustMahalanobis: "the rank-based Mahalanobis distance",
	match.ScaledEuclidean: "the scaled Euclidean distance", match.Euclidean: "the Euclidean distance",
}

// matchWords says in words how units were matched: what was asked for, whose
// calipers are in standard deviations, with the defaults that were filled in.
func matchWords(p *protocol.Protocol, asked, s match.Spec) string {
	words := methodWords[s.Method]
	if s.Method == match.Nearest {
		words = fmt.Sprintf("%g:1 %s", max(1, s.Ratio), words)
		if s.Replace {
			words += " with replacement"
		} else {
			words += " without replacement"
		}
	}
	if on := distanceWords[s.Distance]; on != "" && (s.Method == match.Nearest || s.Method == match.Optimal || s.Method == match.Full) {
		words += " on " + on
	}
	parts := []string{words}
	for _, c := range asked.Calipers {
		of, unit := c.Variable, "standard deviations"
		if of == "" {
			of = "the distance"
		}
		if c.Raw {
			unit = "units"
		}
		parts = append(parts, fmt.Sprintf("within a caliper of %g %s of %s", c.Width, unit, labelOf(p, of)))
	}
	if s.Exact != "" {
		var names []string
		for name := range strings.SplitSeq(strings.TrimPrefix(s.Exact, "~"), ",") {
			names = append(names, labelOf(p, strings.TrimSpace(name)))
		}
		parts = append(parts, "exactly on "+strings.Join(names, " and "))
	}
	if s.Discard != "" && s.Discard != match.DiscardNone {
		parts = append(parts, "without units outside common support")
	}
	return strings.Join(parts, ", ")
}

func labelOf(p *protocol.Protocol, name string) string {
	if c, ok := p.Covariate(name); ok {
		return c.Label
	}
	switch name {
	case protocol.SchoolColumn:
		return "school"
	case protocol.YearColumn:
		return "school year"
	}
	return name
}

// write fills in the texts.
func (r *Report) write(in Input) {
	r.Limits = r.limits(in)
	r.Methods = r.methods(in)
	r.References = references(in)
}

// limits says in plain words what the study cannot tell.
func (r *Report) limits(in Input) []string {
	lines := []string{
		"The groups are alike in what was measured. They can differ in what was not, such as motivation; the E-value and Rosenbaum's bound say how strong such a difference would have to be.",
		"Only teachers who consent to research are in the data, so the study says nothing certain about those who do not.",
		fmt.Sprintf("The effect is that of the %s who have a match (%s), not of all teachers.", estimandWords(in.Plan.Match.Estimand), r.Sample.Treated.Shown),
		"Dates are known by the month. What happened within the month in which the treatment began may have come before or after it.",
	}
	if in.Phase == policy.Design {
		return append(lines[:3:3], "This is a design: no outcome was read.")
	}
	for _, o := range in.Protocol.Outcomes {
		if o.Dataset == "observation_score" || o.Dataset == "evaluation_rating" {
			lines = append(lines, "Observers may have known who took part. Observation scores are no outcome of students, and do not qualify a study for ESSA's tiers 1 to 3.")
			break
		}
	}
	if r.Sample.Schools < 20 {
		lines = append(lines, fmt.Sprintf("There are %d schools. With fewer than 20, intervals lean on the correction for few clusters.", r.Sample.Schools))
	}
	if len(r.Deviations) > 0 {
		lines = append(lines, "The analysis departs from what was registered; see the deviations.")
	}
	return lines
}

func estimandWords(e match.Estimand) string {
	switch e {
	case match.ATC:
		return "comparison teachers"
	case match.ATE:
		return "teachers"
	case match.ATT:
	}
	return "treated teachers"
}

// methods is text for a paper.
func (r *Report) methods(in Input) []string {
	p := in.Protocol
	var covariates, years []string
	for _, c := range p.Covariates {
		covariates = append(covariates, c.Label)
	}
	for _, year := range p.Years {
		years = append(years, fmt.Sprintf("%d/%02d", year-1, year%100))
	}
	paragraphs := []string{fmt.Sprintf(
		"Units are teachers in the school years %s. Treated are those with %s (%s to %s), the comparison those with %s. We formed the comparison group by %s, "+
			"given %s, measured from %s to %s. Weir (version %s), whose matching follows MatchIt 4.7.2 (Ho et al. 2011), matched %s treated and %s comparison teacher-years in %d schools.",
		list(years), p.Treatment.Name, p.Treatment.Window.From, p.Treatment.Window.To, p.Comparison.Name, r.Match,
		list(covariates), p.Baseline.From, p.Baseline.To, orUnknown(r.Source.Program), r.Sample.Treated.Shown, r.Sample.Comparison.Shown, r.Sample.Schools)}
	if in.Phase == policy.Estimate {
		errors := ""
		if len(r.Effects) > 0 {
			errors = r.Effects[0].SEType
		}
		paragraphs = append(paragraphs, fmt.Sprintf(
			"Effects were estimated by g-computation with a linear model of the outcome (logistic where it is binary) on treatment, covariates and their products, weighted by the match "+
				"and averaged over the %s (Greifer 2023). Standard errors are %s with clusters by school%s. "+
				"Effect sizes are Hedges' g, or Cox's index, by the What Works Clearinghouse's Handbook 5.0. P-values over outcomes were adjusted by Benjamini and Hochberg's method.",
			estimandWords(in.Plan.Match.Estimand), errors, satterthwaite(errors)))
		if p.Dose != nil {
			paragraphs = append(paragraphs, fmt.Sprintf("Among units with some treatment, bands of the amount (%s) were compared with the lowest by least squares with the covariates and "+
				"CR2 standard errors; the mean outcome at given amounts is by the generalized propensity score, with errors by a bootstrap of schools (Hirano and Imbens 2004).", p.Dose.Label))
		}
		if p.OverTime != nil {
			paragraphs = append(paragraphs, "Matched units were followed over periods by a regression with effects of units and of periods, weighted by the match, with CR1S standard errors by school. "+
				"Doubly robust differences given the covariates, of all units with every period, stand beside it (Callaway and Sant'Anna 2021; Sant'Anna and Zhao 2020). "+
				"Periods count from each unit's own school year, so that all treated units start together.")
		}
		paragraphs = append(paragraphs, "Protocol and match were registered on an append-only audit log before any outcome of the outcome window was read; policy withheld outcomes until then. "+
			"Counts are rounded, and those of small groups withheld.")
	}
	return paragraphs
}

func satterthwaite(variance string) string {
	if variance == "CR2" {
		return " and Satterthwaite's degrees of freedom (Pustejovsky and Tipton 2018)"
	}
	return ""
}

func orUnknown(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

// list joins words as a sentence does.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// references lists what the report rests on.
func references(in Input) []string {
	out := []string{
		"Greifer, N. (2023). Estimating effects after matching. Vignette of MatchIt.",
		"Ho, D., Imai, K., King, G., & Stuart, E. (2011). MatchIt: Nonparametric preprocessing for parametric causal inference. Journal of Statistical Software, 42(8). doi:10.18637/jss.v042.i08",
		"What Works Clearinghouse (2022). Procedures and Standards Handbook, version 5.0.",
	}
	if in.Phase == policy.Estimate && in.Protocol.Dose != nil {
		out = append(out, "Hirano, K., & Imbens, G. (2004). The propensity score with continuous treatments. In Gelman and Meng, Applied Bayesian modeling and causal inference.")
	}
	if in.Phase == policy.Estimate && in.Protocol.OverTime != nil {
		out = append(out,
			"Callaway, B., & Sant'Anna, P. (2021). Difference-in-differences with multiple time periods. Journal of Econometrics, 225.",
			"Sant'Anna, P., & Zhao, J. (2020). Doubly robust difference-in-differences estimators. Journal of Econometrics, 219.")
	}
	if in.Phase == policy.Estimate {
		out = append(out,
			"Benjamini, Y., & Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal Statistical Society B, 57.",
			"Oster, E. (2019). Unobservable selection and coefficient stability. Journal of Business & Economic Statistics, 37.",
			"Pustejovsky, J., & Tipton, E. (2018). Small-sample methods for cluster-robust variance estimation. Journal of Business & Economic Statistics, 36.",
			"Rosenbaum, P. (2002). Observational studies (2nd ed.). Springer.",
			"Simonsohn, U., Simmons, J., & Nelson, L. (2020). Specification curve analysis. Nature Human Behaviour, 4.",
			"VanderWeele, T., & Ding, P. (2017). Sensitivity analysis in observational research: introducing the E-value. Annals of Internal Medicine, 167.")
	}
	return out
}
