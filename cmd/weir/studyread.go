package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/metrics/study/report"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// studyTable is the answer to a statement of a study, in columns.
type studyTable struct {
	frame *match.Frame
	rows  int
}

// noColumn is the name of no column: a study's answers name no ids apart.
const noColumn = "\x00"

// studyAsk answers a study's statements.
type studyAsk func(ctx context.Context, statement string) (studyAnswer, error)

// studyAnswer is a statement's answer in batches, which the caller closes.
type studyAnswer interface {
	batchReader
	Close()
}

// through asks through a session of the gateway.
func through(s *gateway.Session) studyAsk {
	return func(ctx context.Context, statement string) (studyAnswer, error) {
		result, err := s.Query(ctx, statement)
		if err != nil {
			return nil, studyRefusal(err)
		}
		return result, nil
	}
}

// readTable runs a statement and keeps its answer, numbers as doubles.
func readTable(ctx context.Context, ask studyAsk, statement string) (*studyTable, error) {
	result, err := ask(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	all := fileColumns{
		wanted: func(s *arrow.Schema) ([]int, error) {
			places := make([]int, s.NumFields())
			for i := range places {
				places[i] = i
			}
			return places, nil
		},
		text: func(string) bool { return false },
	}
	var out *studyTable
	err = arrowColumns(ctx, result.Schema(), all, result.Next, func(r batchReader) error {
		out, err = collectTable(r)
		return err
	})
	return out, err
}

// studyRefusal says what a refused statement means for a protocol.
func studyRefusal(err error) error {
	if policy.CodeOf(err) == policy.Denied || policy.CodeOf(err) == policy.NotFound {
		return policy.Errorf(policy.CodeOf(err), "the protocol reads what policy does not show in this phase: %w", err)
	}
	return err
}

func collectTable(r batchReader) (*studyTable, error) {
	o := matchOptions{id: noColumn}
	var collectors []collector
	for _, field := range r.Schema().Fields() {
		collectors = append(collectors, o.collectorOf(field))
	}
	out := &studyTable{}
	for {
		batch, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		out.rows += int(batch.NumRows())
		for i, column := range batch.Columns() {
			collectors[i].add(column)
		}
		batch.Release()
	}
	var columns []match.Column
	for _, c := range collectors {
		if v, ok := c.(variable); ok {
			columns = append(columns, v.column())
		}
	}
	var err error
	out.frame, err = match.NewFrame(columns...)
	return out, err
}

// texts returns a column as texts, empty where it is missing.
func (t *studyTable) texts(name string) []string {
	out := make([]string, t.rows)
	c, err := t.frame.Column(name)
	if err != nil {
		return out
	}
	for i := range out {
		switch {
		case c.Numeric() && !math.IsNaN(c.Values()[i]):
			out[i] = fmt.Sprint(c.Values()[i])
		case !c.Numeric() && c.Codes()[i] >= 0:
			out[i] = c.Levels()[c.Codes()[i]]
		}
	}
	return out
}

// truths returns a column of truth values.
func (t *studyTable) truths(name string) []bool {
	out := make([]bool, t.rows)
	for i, text := range t.texts(name) {
		out[i] = text == truths[true]
	}
	return out
}

// gather reads a study's units, and their outcomes once they may be read.
func gather(ctx context.Context, ask studyAsk, p *protocol.Protocol, phase policy.Phase) (report.Units, error) {
	t, err := readTable(ctx, ask, p.UnitsQuery())
	if err != nil {
		return report.Units{}, err
	}
	var outcomes *studyTable
	if phase == policy.Estimate {
		if outcomes, err = readTable(ctx, ask, p.OutcomesQuery()); err != nil {
			return report.Units{}, err
		}
	}
	units, err := sortUnits(t, outcomes, p)
	if err != nil || phase != policy.Estimate {
		return units, err
	}
	units.Students = map[string]map[string][]string{}
	for _, o := range p.Outcomes {
		if !o.OfStudents() {
			continue
		}
		of, err := readTable(ctx, ask, p.StudentsQuery(o))
		if err != nil {
			return report.Units{}, err
		}
		students := map[string][]string{}
		names := of.texts("student_key")
		for i, unit := range of.texts(protocol.UnitColumn) {
			students[unit] = append(students[unit], names[i])
		}
		units.Students[o.Name] = students
	}
	return units, nil
}

// Why a unit of an arm is lost before the match.
const (
	lostBoth       = "in both arms"
	lostPopulation = "not in the population"
	lostSchool     = "without a school"
	lostCovariate  = "a covariate is missing"
)

var lossLabels = []string{lostBoth, lostPopulation, lostSchool, lostCovariate}

// sortUnits divides the units into those of the comparison, and those that are
// lost before it, and joins the outcomes.
func sortUnits(t, outcomes *studyTable, p *protocol.Protocol) (report.Units, error) {
	treated, compared, rostered := t.truths(protocol.TreatedColumn), t.truths(protocol.ComparedColumn), t.truths(protocol.RosterColumn)
	ids, teachers, schools := t.texts(protocol.UnitColumn), t.texts(protocol.TeacherColumn), t.texts(protocol.SchoolColumn)
	incomplete, err := missing(t, p)
	if err != nil {
		return report.Units{}, err
	}
	lost := map[string]*report.Loss{}
	for _, label := range lossLabels {
		lost[label] = &report.Loss{Label: label}
	}
	var out report.Units
	var keep []int
	for i := range ids {
		var why string
		switch {
		case !treated[i] && !compared[i]:
			continue
		case treated[i] && compared[i]:
			why = lostBoth
		case !rostered[i]:
			why = lostPopulation
		case schools[i] == "":
			why = lostSchool
		case incomplete[i]:
			why = lostCovariate
		default:
			keep = append(keep, i)
			out.IDs, out.Teachers, out.Schools = append(out.IDs, ids[i]), append(out.Teachers, teachers[i]), append(out.Schools, schools[i])
			continue
		}
		if loss := lost[why]; treated[i] {
			loss.Treated = append(loss.Treated, teachers[i])
		} else {
			loss.Comparison = append(loss.Comparison, teachers[i])
		}
	}
	for _, label := range lossLabels {
		out.Lost = append(out.Lost, *lost[label])
	}
	if len(keep) == 0 {
		return out, policy.Errorf(policy.DataRefused, "no unit is in either arm; look at the protocol's conditions, windows and years")
	}
	out.Starts = timing(t, p, keep, treated)
	out.Frame, err = frameOf(t, outcomes, p, keep, treated)
	return out, err
}

// missing tells which units lack a covariate that is not filled in.
func missing(t *studyTable, p *protocol.Protocol) ([]bool, error) {
	out := make([]bool, t.rows)
	if p.Missing != "" {
		return out, nil
	}
	for _, c := range p.Covariates {
		column, err := t.frame.Column(c.Name)
		if err != nil {
			return nil, err
		}
		for i := range out {
			if column.Numeric() {
				out[i] = out[i] || math.IsNaN(column.Values()[i])
			} else {
				out[i] = out[i] || column.Codes()[i] < 0
			}
		}
	}
	return out, nil
}

// frameOf makes the frame that is matched: treatment, covariates, school, year
// and outcomes of the units keep.
func frameOf(t, outcomes *studyTable, p *protocol.Protocol, keep []int, treated []bool) (*match.Frame, error) {
	arm := make([]float64, len(keep))
	for k, i := range keep {
		if treated[i] {
			arm[k] = 1
		}
	}
	columns := []match.Column{match.Numeric(protocol.TreatedColumn, arm)}
	part := t.frame.Rows(keep)
	names := []string{protocol.SchoolColumn, protocol.YearColumn}
	for _, c := range p.Covariates {
		if !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	for _, name := range names {
		c, err := part.Column(name)
		if err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	if outcomes != nil {
		of, err := joined(t, outcomes, p, keep)
		if err != nil {
			return nil, err
		}
		columns = append(columns, of...)
	}
	return match.NewFrame(columns...)
}

// joined returns the outcomes of the units keep.
func joined(t, outcomes *studyTable, p *protocol.Protocol, keep []int) ([]match.Column, error) {
	at := make(map[string]int, outcomes.rows)
	for i, id := range outcomes.texts(protocol.UnitColumn) {
		at[id] = i
	}
	ids := t.texts(protocol.UnitColumn)
	var columns []match.Column
	for _, o := range p.Later() {
		c, err := outcomes.frame.Column(o.Name)
		if err != nil {
			return nil, err
		}
		values := make([]float64, len(keep))
		for k, i := range keep {
			values[k] = math.NaN()
			if j, ok := at[ids[i]]; ok && c.Numeric() {
				values[k] = c.Values()[j]
			}
		}
		columns = append(columns, match.Numeric(o.Name, values))
	}
	return columns, nil
}

// timing warns of covariates that were measured when the treatment had begun, or
// may have, as far as months tell.
func timing(t *studyTable, p *protocol.Protocol, keep []int, treated []bool) []string {
	started := t.texts(protocol.StartColumn)
	var lines []string
	for _, c := range p.Covariates {
		last := t.texts(c.Name + protocol.LastSuffix)
		after, same, all := 0, 0, 0
		for _, i := range keep {
			if !treated[i] || last[i] == "" || started[i] == "" {
				continue
			}
			all++
			if last[i] > started[i] {
				after++
			} else if last[i] == started[i] {
				same++
			}
		}
		share := func(n int) string { // no exact count of a few
			if tens := math.Round(10 * float64(n) / float64(all)); tens > 0 {
				return fmt.Sprintf("about %.0f %%", 10*tens)
			}
			return "a few"
		}
		if after > 0 {
			lines = append(lines, fmt.Sprintf("Covariate %s was measured after the treatment began for %s of treated units: it may be its consequence. Narrow the baseline window.", c.Label, share(after)))
		}
		if same > 0 {
			lines = append(lines, fmt.Sprintf("Covariate %s was measured in the month in which the treatment began for %s of treated units; which came first is not known by the month.", c.Label, share(same)))
		}
	}
	return lines
}
