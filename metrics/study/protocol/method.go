package protocol

import (
	"strings"

	"github.com/weir-warehouse/weir/metrics/match"
)

// Method is the match, with MatchIt's names for its options (see docs/match.md).
type Method struct {
	Method      string                `yaml:"method"`
	Estimand    string                `yaml:"estimand"`
	Distance    string                `yaml:"distance"`
	Link        string                `yaml:"link"`
	Ridge       float64               `yaml:"ridge"`
	Formula     string                `yaml:"formula"` // right side; empty: all covariates
	Exact       []string              `yaml:"exact"`
	AntiExact   []string              `yaml:"antiexact"`
	Within      string                `yaml:"within"`
	Mahvars     []string              `yaml:"mahvars"`
	Caliper     float64               `yaml:"caliper"` // of the distance
	Calipers    map[string]float64    `yaml:"calipers"`
	StdCaliper  *bool                 `yaml:"std_caliper"`
	Discard     string                `yaml:"discard"`
	Reestimate  bool                  `yaml:"reestimate"`
	Ratio       float64               `yaml:"ratio"`
	MinControls float64               `yaml:"min_controls"`
	MaxControls float64               `yaml:"max_controls"`
	Replace     bool                  `yaml:"replace"`
	ReuseMax    int                   `yaml:"reuse_max"`
	Order       string                `yaml:"m_order"`
	Seed        uint64                `yaml:"seed"`
	Subclass    int                   `yaml:"subclass"`
	MinN        int                   `yaml:"min_n"`
	Cutpoints   map[string]Cuts       `yaml:"cutpoints"`
	Grouping    map[string][][]string `yaml:"grouping"`
	K2K         bool                  `yaml:"k2k"`
	K2KMethod   string                `yaml:"k2k_method"`
	Moments     int                   `yaml:"moments"`
}

// Cuts is how coarsened exact matching divides a covariate: by a rule, a number
// of bins, or at values.
type Cuts struct {
	Rule string    `yaml:"rule"`
	Bins int       `yaml:"bins"`
	At   []float64 `yaml:"at"`
}

// treated is the column that tells the arms apart.
const treated = "treated"

func (m Method) spec(covariates []string) match.Spec {
	formula := m.Formula
	if formula == "" {
		formula = strings.Join(covariates, " + ")
	}
	list := func(names []string) string { return strings.Join(names, ", ") }
	s := match.Spec{
		Formula: treated + " ~ " + strings.TrimPrefix(strings.TrimSpace(formula), "~"), Method: match.Method(m.Method),
		Estimand: match.Estimand(m.Estimand), Distance: match.Distance(m.Distance), Link: m.Link, Ridge: m.Ridge,
		Exact: list(m.Exact), AntiExact: list(m.AntiExact), Within: m.Within, Mahvars: list(m.Mahvars),
		Discard: match.Discard(m.Discard), Reestimate: m.Reestimate, Ratio: m.Ratio, MinControls: m.MinControls,
		MaxControls: m.MaxControls, Replace: m.Replace, ReuseMax: m.ReuseMax, Order: match.Order(m.Order), Seed: m.Seed,
		Subclasses: m.Subclass, MinN: m.MinN, Grouping: m.Grouping, K2K: m.K2K, K2KDistance: match.Distance(m.K2KMethod), Moments: m.Moments,
	}
	raw := m.StdCaliper != nil && !*m.StdCaliper
	if m.Caliper != 0 {
		s.Calipers = append(s.Calipers, match.Caliper{Width: m.Caliper, Raw: raw})
	}
	for _, name := range sortedKeys(m.Calipers) {
		s.Calipers = append(s.Calipers, match.Caliper{Variable: name, Width: m.Calipers[name], Raw: raw})
	}
	if len(m.Cutpoints) > 0 {
		s.Cutpoints = match.Cutpoints{}
	}
	for _, name := range sortedKeys(m.Cutpoints) {
		c := m.Cutpoints[name]
		s.Cutpoints[name] = match.Bins{Rule: c.Rule, Count: c.Bins, Cuts: c.At}
	}
	return s
}
