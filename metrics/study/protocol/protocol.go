package protocol

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/policy"
)

// Protocol is a study's plan.
type Protocol struct {
	ID         string      `yaml:"id"`
	Title      string      `yaml:"title"`
	Question   string      `yaml:"question"`
	Claim      string      `yaml:"claim"`     // what a source reports, with the source
	Agreement  string      `yaml:"agreement"` // id of the data sharing agreement
	Program    string      `yaml:"program_kind"`
	Unit       Unit        `yaml:"unit"`
	Population []Condition `yaml:"population"` // of columns of teacher; all must hold
	Clusters   string      `yaml:"clusters"`   // units that depend on each other
	Years      []int       `yaml:"years"`      // school years by the year in which they end
	Treatment  Arm         `yaml:"treatment"`
	Comparison Arm         `yaml:"comparison"`
	Baseline   Window      `yaml:"baseline"`
	Covariates []Measure   `yaml:"covariates"`
	Outcomes   []Outcome   `yaml:"outcomes"`
	Method     Method      `yaml:"method"`
	// Adjust names the covariates of the outcome models; empty: all.
	Adjust    []string `yaml:"adjust"`
	Missing   string   `yaml:"missing"`   // of covariates: indicator, mean, median; empty: the unit is left out
	Subgroups []string `yaml:"subgroups"` // names of covariates that are categories
	// Dose asks how the primary outcome depends on the amount of treatment; nil: not.
	Dose *DoseResponse `yaml:"dose_response"`
	// OverTime follows an outcome from before treatment; nil: not.
	OverTime *OverTime `yaml:"over_time"`
	Alpha    float64   `yaml:"alpha"`

	text []byte
}

// Unit is what is compared.
type Unit string

// TeacherYear is a teacher in a school year. It is the only unit: outcomes of
// students count for their teachers by the share of instruction.
const TeacherYear Unit = "teacher_year"

// Condition demands that a column has one of some values.
type Condition struct {
	Column string   `yaml:"column"` // of the dataset; pd_program.kind is of its programme
	In     []string `yaml:"in"`
	Every  bool     `yaml:"every"` // of an arm: each of the values must occur
}

// Arm says which units are treated, or serve as comparison.
type Arm struct {
	Name       string      `yaml:"name"`
	Dataset    string      `yaml:"dataset"`
	Conditions []Condition `yaml:"conditions"`
	// Only leaves out units with other rows of the dataset in the window.
	Only   bool   `yaml:"only"`
	Dose   Dose   `yaml:"dose"`
	Window Window `yaml:"window"`
}

// Dose bounds how many rows a unit must have. Zero is no bound.
type Dose struct {
	Least int `yaml:"least"`
	Most  int `yaml:"most"`
}

// Window is a period of whole months of a school year, such as 10-01 to 04-30.
// Policy shows dates about people by the month.
type Window struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
	Year int    `yaml:"year"` // of a measure: school years after the unit's own; −1 is the one before
}

// Statistic makes one value of a unit's rows.
type Statistic string

// The statistics. Value is for datasets with one row a unit: teacher, school.
const (
	Value Statistic = "value"
	Mean  Statistic = "mean"
	Sum   Statistic = "sum"
	Count Statistic = "count"
	Share Statistic = "share" // of rows whose column has one of the values Of
)

// Measure is a value of each unit.
type Measure struct {
	Name       string      `yaml:"name"`
	Label      string      `yaml:"label"` // for readers
	Dataset    string      `yaml:"dataset"`
	Column     string      `yaml:"column"`
	Statistic  Statistic   `yaml:"statistic"`
	Of         []string    `yaml:"of"`
	Conditions []Condition `yaml:"conditions"`
	Window     Window      `yaml:"window"` // of a covariate: the baseline's unless given
}

// Role is an outcome's weight in the argument.
type Role string

// The roles.
const (
	Primary   Role = "primary"
	Secondary Role = "secondary"
)

// Outcome is a measure that the treatment may have changed.
type Outcome struct {
	Measure `yaml:",inline"`

	Role      Role   `yaml:"role"`
	Direction string `yaml:"direction"` // higher_is_better or lower_is_better
	// Baseline is the covariate that is the outcome before treatment. Effects
	// are also stated as a share of its mean, and it serves as placebo outcome.
	Baseline string `yaml:"baseline"`
	Unit     string `yaml:"unit"` // of the values, for readers
}

// DoseResponse asks how an outcome depends on the amount of treatment, among
// units of either arm that have some.
type DoseResponse struct {
	Statistic Statistic `yaml:"statistic"` // count: rows that make a unit treated; sum: of their Column
	Column    string    `yaml:"column"`
	Label     string    `yaml:"label"` // of the amount, for readers
	Cuts      []float64 `yaml:"cuts"`  // between bands, ascending; a cut belongs to the band above
	At        []float64 `yaml:"at"`    // amounts at which the curve is estimated, ascending
}

// OverTime follows an outcome over periods around treatment (difference in
// differences and event study). Periods that begin after the treatment's window
// does are treated ones.
type OverTime struct {
	Outcome string   `yaml:"outcome"`
	Periods []Period `yaml:"periods"` // in order of time
}

// Period is a window with its name for readers.
type Period struct {
	Name   string `yaml:"name"`
	Window `yaml:",inline"`
}

// Text is the protocol's file.
func (p *Protocol) Text() []byte { return p.text }

// Hash is the SHA-256 of the protocol's file, hex.
func (p *Protocol) Hash() string {
	sum := sha256.Sum256(p.text)
	return hex.EncodeToString(sum[:])
}

// Students reports whether an outcome is one of students.
func (p *Protocol) Students() bool {
	return slices.ContainsFunc(p.Outcomes, func(o Outcome) bool { return o.OfStudents() })
}

// OfStudents reports whether the measure is of students, who count for their
// teachers.
func (m *Measure) OfStudents() bool { return datasets[m.Dataset].students }

// Study is what policy needs to know of the protocol.
func (p *Protocol) Study(phase policy.Phase, registered bool) *policy.Study {
	s := &policy.Study{ID: p.ID, Protocol: p.Hash(), Phase: phase, Registered: registered}
	for _, o := range p.Outcomes {
		s.Outcomes = append(s.Outcomes, o.Dataset)
		for _, year := range p.Years {
			s.Windows = append(s.Windows, o.Window.In(year))
		}
	}
	if p.OverTime != nil {
		for _, period := range p.OverTime.Periods[p.FirstTreated():] {
			for _, year := range p.Years {
				s.Windows = append(s.Windows, period.In(year))
			}
		}
	}
	slices.Sort(s.Outcomes)
	s.Outcomes = slices.Compact(s.Outcomes)
	slices.SortFunc(s.Windows, compareWindows)
	s.Windows = slices.Compact(s.Windows)
	return s
}

// Covariate returns the covariate of a name.
func (p *Protocol) Covariate(name string) (Measure, bool) {
	i := slices.IndexFunc(p.Covariates, func(m Measure) bool { return m.Name == name })
	if i < 0 {
		return Measure{}, false
	}
	return p.Covariates[i], true
}

// Spec is the match that the protocol asks for.
func (p *Protocol) Spec() match.Spec { return p.Method.spec(p.matched()) }

// Adjusted lists the covariates of the outcome models.
func (p *Protocol) Adjusted() []string {
	if len(p.Adjust) > 0 {
		return p.Adjust
	}
	return p.matched()
}

func (p *Protocol) matched() []string {
	var names []string
	for _, c := range p.Covariates {
		names = append(names, c.Name)
	}
	return names
}
