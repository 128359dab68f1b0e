// Package method turns the unit rows of a metric into values: one for each
// combination of dimensions, with an interval, the people behind it and what
// disclosure control needs to judge it. Values are true ones, and never leave as
// they are.
//
// A method works on whole tables inside DuckDB where its formula is closed, and
// on columns read in one ordered query where it is a model or a bootstrap. The
// same rows give the same bits, whatever the number of threads: doubles are
// summed in an order, or as decimals.
package method

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/etl/document"
)

// Kind says which rules of disclosure control the values of a metric are under.
type Kind string

// The kinds.
const (
	// Rate is a share of people: each unit row is one person's, and numerator is
	// 0 or 1. Where units turn out to be several a person, Share rules apply.
	Rate Kind = "rate"
	// Share is a ratio of counts that are no people, such as answers: judged by
	// its people, and hidden near 0 % and 100 % like a rate.
	Share Kind = "share"
	// Amount is a sum over people, money for one: dominance rules apply.
	// Numerator is the sum, and Largest the largest contributions to it.
	Amount Kind = "amount"
	// Estimate is anything else: a mean, a ratio, a model's result. It is judged
	// by its people and, if ResidualDF is not NULL, by those.
	Estimate Kind = "estimate"
)

// Method is a way to make values of unit rows.
type Method interface {
	// Version rises when the method gives other results for the same rows, so
	// that metrics are computed again.
	Version() int
	// Check reads the options, and says which columns the unit rows must have
	// beside the person's key, the school and the dimensions.
	Check(o Options) (columns []string, err error)
	// Kind says which rules of disclosure control apply.
	Kind(o Options) Kind
	// Rereads says that the method reads unit rows more than once, so that they had
	// better be a table than a query.
	Rereads() bool
	// Estimate fills the table in.Into, which has the columns of Results.
	Estimate(ctx context.Context, in Input) error
}

// Input is what a method is given.
type Input struct {
	DB         *sql.Conn  // with unit rows and results
	Units      string     // table of unit rows, as SQL names it
	Columns    []string   // its columns, in order
	Into       string     // temporary table to fill, as SQL names it
	Person     string     // column with the people that n counts; empty: the metric is about no people
	Dimensions [][]string // lists of dimensions, by the columns' names; breakdown stands for its three columns
	Options    Options
	Counted    *Counted // told whom the values count, if not nil
	Seed       uint64   // for what is drawn, made of the data's revision and the metric's id
	Memory     *Memory  // shared by the metrics of a run; may be nil
}

// Options are the options of a method in metric.yaml: texts, as written.
type Options map[string]document.Literal

// Unknown returns an error if there is an option that is not among the known.
func (o Options) Unknown(known ...string) error {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(known, name) {
			return fmt.Errorf("option %q is unknown; known are %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

// Text returns an option, or what stands for it where it is not given.
func (o Options) Text(name, otherwise string) string {
	if v, ok := o[name]; ok {
		return string(v)
	}
	return otherwise
}

// Number returns an option that is a number.
func (o Options) Number(name string, otherwise float64) (float64, error) {
	v, ok := o[name]
	if !ok {
		return otherwise, nil
	}
	n, err := strconv.ParseFloat(string(v), 64)
	if err != nil {
		return 0, fmt.Errorf("option %s = %q is not a number", name, v)
	}
	return n, nil
}

// Dimensions are the columns by which values are given, in the order in which
// marts have them. NULL stands for all.
var Dimensions = []string{
	"district_id", "school_id", "session_id", "program_kind", "program_id", "grade_band", "subject",
	"experience_band", "device_access", "broadband_access",
}

// Breakdown is the pseudo-dimension for whatever else values are given by: what
// it is, which one of it, and where that stands in an order.
var Breakdown = []string{"breakdown", "category", "category_order"}

// Results is the table that a method fills, as the columns of a CREATE TABLE.
//
// Numerator and denominator are the sums that value is made of, where it is. For
// a Rate they count people. Largest holds the largest contributions of one
// person (of one school, where the metric is about no people) to the numerator,
// greatest first, at least three where there are three.
const Results = `
	district_id VARCHAR, school_id VARCHAR, session_id VARCHAR, program_kind VARCHAR, program_id VARCHAR, grade_band VARCHAR,
	subject VARCHAR, experience_band VARCHAR, device_access VARCHAR, broadband_access VARCHAR,
	breakdown VARCHAR, category VARCHAR, category_order DOUBLE,
	value DOUBLE, ci_low DOUBLE, ci_high DOUBLE, ci_method VARCHAR,
	n BIGINT NOT NULL, n_schools BIGINT NOT NULL, numerator DOUBLE, denominator DOUBLE,
	largest DOUBLE[], residual_df BIGINT`

// All returns the methods by name.
func All() map[string]Method { return maps.Clone(methods) }

// ByName finds a method.
func ByName(name string) (Method, bool) {
	m, ok := methods[name]
	return m, ok
}
