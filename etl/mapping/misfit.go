package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
)

// Misfit says in which ways a header does not fit a dataset.
type Misfit struct {
	Dataset string
	Absent  []string // source columns that the mapping names and the header lacks
	Missing []string // required input columns that nothing fills
	Unknown []string // source columns that mean nothing to the dataset
	Strange bool     // no source column means anything to it; Unknown could be data
}

func (b *Bound) misfit(c *contract.Contract) error {
	e := &Misfit{Dataset: c.Name, Absent: b.absent, Strange: !slices.Contains(b.used, true)}
	for i, name := range b.source {
		if !b.used[i] && !b.ignored[i] {
			e.Unknown = append(e.Unknown, name)
		}
	}
	for _, col := range c.Columns {
		accepted := []string{col.Name}
		if col.Person != "" {
			accepted = col.IdentifierColumns()
		}
		if col.Required && !slices.ContainsFunc(accepted, b.offers) {
			e.Missing = append(e.Missing, strings.Join(accepted, " or "))
		}
	}
	if len(e.Absent)+len(e.Missing)+len(e.Unknown) == 0 && !e.Strange {
		return nil
	}
	return e
}

// Error describes the misfit in one line.
func (e *Misfit) Error() string {
	if e.Strange && len(e.Absent) == 0 {
		return fmt.Sprintf("none of its columns is one of %s, so that its first line may be no header", e.Dataset)
	}
	var parts []string
	if len(e.Absent) > 0 {
		parts = append(parts, "lacks "+quoted(e.Absent)+", which the mapping names")
	}
	if len(e.Missing) > 0 {
		parts = append(parts, "has nothing for "+strings.Join(e.Missing, ", "))
	}
	if len(e.Unknown) > 0 && !e.Strange {
		parts = append(parts, "has unknown columns "+quoted(e.Unknown))
	}
	return fmt.Sprintf("as %s it %s", e.Dataset, strings.Join(parts, "; it "))
}

// Unwrap gives the misfit its error code.
func (e *Misfit) Unwrap() error { return policy.Errorf(policy.DataRefused, "%s", e.Error()) }

func quoted(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(q, ", ")
}
