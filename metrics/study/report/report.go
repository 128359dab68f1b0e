package report

import (
	"encoding/json"
	"math"
	"strconv"
)

// Report is a study's report. It names what it was made from, and holds no
// moment of its making, so that the same study gives the same bytes.
type Report struct {
	Format    int    `json:"format"`
	ID        string `json:"id"`
	Title     string `json:"title"`
	Question  string `json:"question"`
	Claim     string `json:"claim,omitempty"`
	Phase     string `json:"phase"`
	Author    string `json:"author"`
	Agreement string `json:"agreement"`
	Program   string `json:"program_kind,omitempty"`

	Source       Source        `json:"source"`
	Protocol     Protocol      `json:"protocol"`
	Registration *Registration `json:"registration,omitempty"`
	Deviations   []Deviation   `json:"deviations"`

	Treatment   string        `json:"treatment"`
	Comparison  string        `json:"comparison"`
	Unit        string        `json:"unit"`
	Sample      Sample        `json:"sample"`
	Flow        []Step        `json:"flow"`
	Match       string        `json:"match"` // in words
	Balance     []Balance     `json:"balance"`
	Power       []Power       `json:"power"`
	Effects     []Effect      `json:"effects"`
	Subgroups   []Subgroups   `json:"subgroups"`
	Sensitivity []Sensitivity `json:"sensitivity"`
	Dose        *Dose         `json:"dose_response,omitempty"`
	OverTime    *OverTime     `json:"over_time,omitempty"`
	Evidence    []Evidence    `json:"evidence"`

	Warnings   []string `json:"warnings"`
	Hidden     []string `json:"hidden"` // what disclosure control left out, and why
	Limits     []string `json:"limits"`
	Methods    []string `json:"methods"` // paragraphs
	References []string `json:"references"`
	Figures    []Figure `json:"figures"`
}

// Source is what a report was made from.
type Source struct {
	Snapshot       string `json:"snapshot"`
	PolicyRevision string `json:"policy_revision"`
	Program        string `json:"program_version"`
}

// Protocol is the protocol that a report follows.
type Protocol struct {
	SHA256 string `json:"sha256"`
	Text   string `json:"text"`
}

// Registration is where the audit log has the protocol.
type Registration struct {
	AuditIndex int64  `json:"audit_index"`
	On         string `json:"on"` // day
	Protocol   string `json:"protocol_sha256"`
	Match      string `json:"match_sha256"`
	Snapshot   string `json:"snapshot"`
}

// Deviation is a departure from what was registered, with its reason.
type Deviation struct {
	AuditIndex int64    `json:"audit_index"`
	On         string   `json:"on"`
	Why        string   `json:"why"`
	Fields     []string `json:"fields"` // of the protocol that differ
}

// Sample is how many were compared: rounded, and only where policy allows.
type Sample struct {
	Treated    Count `json:"treated"`    // units in the analysis
	Comparison Count `json:"comparison"` // the same
	Teachers   Count `json:"teachers"`   // distinct
	Schools    int   `json:"schools"`
	Students   Count `json:"students"` // distinct; of outcomes of students
}

// Count is a number of people or units as readers get it.
type Count struct {
	N     *int64 `json:"n"` // nil: not shown
	Shown string `json:"shown"`
}

// Step is a place in the flow of units, with its count in each arm.
type Step struct {
	Label      string `json:"label"`
	Treated    Count  `json:"treated"`
	Comparison Count  `json:"comparison"`
	Total      Count  `json:"total"`
	Lost       bool   `json:"lost"` // units that left here
}

// Number is a figure of six significant digits; NaN is null.
type Number float64

// MarshalJSON writes the number, or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return []byte(strconv.FormatFloat(float64(n), 'g', -1, 64)), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (n *Number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}

// significant is how many digits reports have: more would tell of single
// units, and none of the estimates is as certain.
const significant = 6

func number(x float64) Number {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', significant, 64), 64)
	if err != nil {
		return Number(math.NaN())
	}
	return Number(rounded)
}

// Balance is a covariate, or a level of one, before and after matching.
type Balance struct {
	Name          string `json:"name"`
	TreatedBefore Number `json:"treated_before"`
	ControlBefore Number `json:"comparison_before"`
	SMDBefore     Number `json:"smd_before"`
	Treated       Number `json:"treated"`
	Control       Number `json:"comparison"`
	SMD           Number `json:"smd"`
	VarianceRatio Number `json:"variance_ratio"`
	KS            Number `json:"ks"` // greatest difference of the distribution functions
	G             Number `json:"g"`
	Category      string `json:"wwc"`
	Hidden        string `json:"hidden,omitempty"` // why the numbers are not shown
}

// Power is the smallest effect that would be found with 80 % power.
type Power struct {
	R2     Number `json:"r2"`
	Effect Number `json:"minimum_detectable_effect"` // in standard deviations
}

// Effect is one effect.
type Effect struct {
	Outcome    string `json:"outcome"`
	Label      string `json:"label"`
	Unit       string `json:"unit,omitempty"`
	Role       string `json:"role"`
	Status     string `json:"status"` // registered or exploratory
	Model      string `json:"model"`
	Measure    string `json:"measure"`
	Main       bool   `json:"main"` // the one that the protocol's conclusion rests on
	Estimate   Number `json:"estimate"`
	Low        Number `json:"ci_low"`
	High       Number `json:"ci_high"`
	SE         Number `json:"se"`
	SEType     string `json:"se_type"`
	DF         Number `json:"df"` // null: normal
	P          Number `json:"p"`
	Adjusted   Number `json:"p_adjusted"`
	Treated    Number `json:"mean_treated"`
	Control    Number `json:"mean_comparison"`
	Clusters   int    `json:"clusters"`
	G          Number `json:"g"`
	GLow       Number `json:"g_low"`
	GHigh      Number `json:"g_high"`
	Improve    Number `json:"improvement_index"`
	EValue     Number `json:"e_value"`
	ELimit     Number `json:"e_value_limit"`
	Naive      Number `json:"naive"`     // difference without matching
	NaiveLow   Number `json:"naive_low"` // and its interval
	NaiveHigh  Number `json:"naive_high"`
	Baseline   Number `json:"baseline_mean"`       // of the treated in the match
	Percent    Number `json:"percent_of_baseline"` // effect over that mean
	PercentLow Number `json:"percent_low"`         // and its interval
	PercentTop Number `json:"percent_high"`
	Students   Count  `json:"students"`
}

// Subgroups are effects by the levels of a covariate.
type Subgroups struct {
	Outcome string     `json:"outcome"`
	By      string     `json:"by"`
	Label   string     `json:"label"`
	Levels  []Subgroup `json:"levels"`
	P       Number     `json:"p_of_difference"`
}

// Subgroup is the effect in one level.
type Subgroup struct {
	Level      string `json:"level"`
	Treated    Count  `json:"treated"`
	Comparison Count  `json:"comparison"`
	Estimate   Number `json:"estimate"`
	Low        Number `json:"ci_low"`
	High       Number `json:"ci_high"`
	P          Number `json:"p"`
	Hidden     string `json:"hidden,omitempty"`
}

// Dose is how the primary outcome depends on the amount of treatment.
type Dose struct {
	Outcome string      `json:"outcome"`
	Label   string      `json:"label"` // of the amount
	Bands   []DoseBand  `json:"bands"`
	P       Number      `json:"p_of_bands"` // that they are alike
	Curve   []DosePoint `json:"curve"`
}

// DoseBand is an amount's band; its effect is against the lowest.
type DoseBand struct {
	Band   string `json:"band"`
	Units  Count  `json:"units"`
	Effect Number `json:"effect"`
	Low    Number `json:"ci_low"`
	High   Number `json:"ci_high"`
	P      Number `json:"p"`
	Hidden string `json:"hidden,omitempty"`
}

// DosePoint is the mean outcome if all had the amount.
type DosePoint struct {
	Amount  Number `json:"amount"`
	Outcome Number `json:"outcome"`
	Low     Number `json:"ci_low"`
	High    Number `json:"ci_high"`
}

// OverTime is an outcome over periods around treatment.
type OverTime struct {
	Outcome    string   `json:"outcome"`
	Reference  string   `json:"reference"` // the period to which effects are relative
	Difference Number   `json:"difference_in_differences"`
	Low        Number   `json:"ci_low"`
	High       Number   `json:"ci_high"`
	P          Number   `json:"p"`
	TrendP     Number   `json:"p_of_pre_trend"`
	Periods    []Period `json:"periods"`
	Complete   Count    `json:"units_with_every_period"`
	Problem    string   `json:"problem,omitempty"` // why there are no doubly robust effects
}

// Period is the difference between the arms in a period, less that in the
// reference period.
type Period struct {
	Name       string `json:"period"`
	Treated    Count  `json:"treated"`
	Comparison Count  `json:"comparison"`
	After      bool   `json:"after"` // treatment had begun
	Effect     Number `json:"effect"`
	Low        Number `json:"ci_low"`
	High       Number `json:"ci_high"`
	P          Number `json:"p"`
	Robust     Number `json:"doubly_robust"`
	RobustLow  Number `json:"doubly_robust_low"`
	RobustHigh Number `json:"doubly_robust_high"`
	Hidden     string `json:"hidden,omitempty"`
}

// Sensitivity is how an outcome's effect stands up.
type Sensitivity struct {
	Outcome     string          `json:"outcome"`
	Gamma       Number          `json:"rosenbaum_gamma"`
	Delta       Number          `json:"oster_delta"`
	R2Max       Number          `json:"oster_r2_max"`
	LeastSchool Number          `json:"least_without_a_school"`
	MostSchool  Number          `json:"most_without_a_school"`
	Placebo     *Placebo        `json:"placebo,omitempty"`
	Curve       []Specification `json:"specifications"`
	Least       Number          `json:"specification_least"`
	Median      Number          `json:"specification_median"`
	Most        Number          `json:"specification_most"`
	Count       int             `json:"specification_count"`
	Significant int             `json:"specification_significant"`
	SameSign    int             `json:"specification_same_sign"`
}

// Placebo is the effect on the outcome before treatment, which must be none.
type Placebo struct {
	Name     string `json:"name"`
	Estimate Number `json:"estimate"`
	Low      Number `json:"ci_low"`
	High     Number `json:"ci_high"`
	P        Number `json:"p"`
}

// Specification is the effect by another way to match or to model.
type Specification struct {
	Match    string `json:"match"`
	Model    string `json:"model"`
	Estimate Number `json:"estimate"`
	Low      Number `json:"ci_low"`
	High     Number `json:"ci_high"`
	P        Number `json:"p"`
	MaxSMD   Number `json:"max_smd"`
	Chosen   bool   `json:"chosen"`
	Problem  string `json:"problem,omitempty"`
}

// Evidence is a suggested rating of an outcome's effect with its reasons.
type Evidence struct {
	Outcome  string      `json:"outcome"`
	WWC      string      `json:"wwc"`
	ESSA     int         `json:"essa_tier"`
	Criteria []Criterion `json:"criteria"`
}

// Criterion is one condition of a rating.
type Criterion struct {
	Name   string `json:"name"`
	Met    bool   `json:"met"`
	Reason string `json:"reason"`
}

// Figure is a picture, as SVG.
type Figure struct {
	Name    string `json:"name"`
	Caption string `json:"caption"`
	SVG     string `json:"svg"`
}

// JSON writes the report as it is kept and compared.
func (r *Report) JSON() ([]byte, error) {
	data, err := json.MarshalIndent(r, "", "  ")
	return append(data, '\n'), err
}
