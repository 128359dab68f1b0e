package main

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/weir-warehouse/weir/metrics/disclosure"
)

// write makes the protected copy. Columns that no option names are kept beside
// estimates that are shown, and nowhere else: what they tell of a count is not
// known.
func (o checkOptions) write(t checkedTable, release disclosure.Release) (err error) {
	copied := o.copied(t, release.Tables[0])
	partial, err := os.CreateTemp(filepath.Dir(o.out), "."+filepath.Base(o.out)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", o.out, err)
	}
	defer func() { err = errors.Join(err, removed(partial.Name())) }()
	buffered := bufio.NewWriter(partial)
	if err := errors.Join(tableWriters()[o.format()](buffered, copied), buffered.Flush(), partial.Close()); err != nil {
		return fmt.Errorf("write %s: %w", o.out, err)
	}
	return os.Rename(partial.Name(), o.out)
}

// removed removes a file that may be gone.
func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// copied is the protected copy as a table.
func (o checkOptions) copied(t checkedTable, shown disclosure.ReleasedTable) matchTable {
	n := len(shown.Cells)
	people, counts := make([]int64, n), make([]int64, n)
	amounts, shares, rules, reasons := make([]float64, n), make([]string, n), make([]string, n), make([]string, n)
	rest := make([][]string, len(t.others))
	for i := range rest {
		rest[i] = make([]string, n)
	}
	for k := range shown.Cells {
		c := &shown.Cells[k]
		people[k], counts[k], amounts[k], shares[k] = noNumber, noNumber, math.NaN(), c.Share
		if c.People.Shown {
			people[k] = c.People.Number
		}
		if c.Value.Shown {
			counts[k], amounts[k] = c.Value.Number, float64(c.Value.Number)/t.scale
			for i := range rest {
				rest[i][k] = t.rest[k][i]
			}
		}
		why := c.People
		if why.Rule == disclosure.None {
			why = c.Value
		}
		rules[k], reasons[k] = string(why.Rule), why.Reason
	}
	var fields []tableField
	for i, column := range t.columns {
		fields = append(fields, tableField{column, texts(each(t.categories, func(cell []string) string { return cell[i] }))})
	}
	fields = append(fields, tableField{o.people, wholes(people)})
	switch t.Measure.Kind {
	case disclosure.Rates:
		fields = append(fields, tableField{o.count, wholes(counts)}, tableField{"share", texts(shares)})
	case disclosure.Amounts:
		fields = append(fields, tableField{o.amount, numbers(amounts)})
	case disclosure.Estimates:
		for i, column := range t.others {
			fields = append(fields, tableField{column, texts(rest[i])})
		}
	case disclosure.Counts, disclosure.Shares:
	}
	return newTable("protected", append(fields, tableField{"rule", texts(rules)}, tableField{"reason", texts(reasons)})...)
}
