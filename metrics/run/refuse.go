package run

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/method"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// refuse says what is wrong with a metric's rows, by its file.
func refuse(m *metrics.Metric, reason string, args ...any) error {
	return policy.Errorf(policy.DataRefused, "%s: %s", path.Join(m.Origin, "metric.sql"), fmt.Sprintf(reason, args...))
}

// unfit turns a fault of values into an error that holds none of them, as the
// engine's own words do.
func unfit(m *metrics.Metric, err error) error {
	if duck.IsInvalidInput(err) {
		return refuse(m, "a value does not suit a cast or function, or is no finite number; TRY_CAST and nullif give NULL instead, and rows with NULL are left out")
	}
	return err
}

// check refuses results that no mart could hold: the same combination twice, a
// value that is no number, a rate of more than all, or what counts in every kind as a
// kind of its own.
func (s *store) check(ctx context.Context, m *metrics.Metric) error {
	var twice, odd, beyond, every int64
	texts := strings.Join(slices.Concat(method.Dimensions, method.Breakdown[:2]), ", ")
	err := s.conn.QueryRowContext(ctx, fmt.Sprintf(`SELECT
		(SELECT count(*) FROM (SELECT 1 FROM temp.main.result GROUP BY %s HAVING count(*) > 1)),
		(SELECT count(*) FROM temp.main.result WHERE NOT isfinite(value) OR NOT isfinite(ci_low) OR NOT isfinite(ci_high) OR district_id IS NULL),
		(SELECT count(*) FROM temp.main.result WHERE numerator < 0 OR numerator > denominator),
		(SELECT count(*) FROM temp.main.result WHERE %s IN (%s))`, texts+", category_order", duck.Literal(method.Every), texts)).Scan(&twice, &odd, &beyond, &every)
	kind := kindOf(m)
	switch {
	case err != nil:
		return err
	case twice > 0:
		return fmt.Errorf("its method gives %d combinations of dimensions twice", twice)
	case odd > 0:
		return fmt.Errorf("its method gives %d values that are no finite numbers, or have no district", odd)
	case beyond > 0 && (kind == method.Rate || kind == method.Share):
		return refuse(m, "the numerator of a rate is below 0 or above its denominator in %d values; method ratio divides what is no part of the other", beyond)
	case every > 0:
		return refuse(m, "method %s cannot count rows of %q in every dimension or category; write them once for each", m.Method, method.Every)
	}
	return nil
}
