package mapping

import (
	"context"
	"errors"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Fit reads the header of a file as the mapping says and applies the mapping
// to it. A file that does not fit is an error with policy.DataRefused, which
// says what to do.
func (m *Mapping) Fit(ctx context.Context, q duck.Querier, file tabular.File, c *contract.Contract) (tabular.Head, *Bound, error) {
	head, err := file.Head(ctx, q, m.Format.Encoding, m.Dialect())
	if err != nil {
		return head, nil, err
	}
	bound, err := m.Bind(c, head)
	if misfit, ok := errors.AsType[*Misfit](err); ok {
		advice := "name its columns under columns"
		if len(misfit.Unknown) > 0 {
			advice = "use its columns under columns, or list those that should not be loaded under ignore"
		}
		return head, nil, policy.Errorf(policy.DataRefused, "%s: with the mapping %s, %w: %s", file.Name, m.Origin, misfit, advice)
	}
	return head, bound, err
}
