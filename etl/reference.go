package etl

import (
	"context"
	"fmt"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// addReferences makes the reference part of each compartment that has reference
// datasets, unless the current snapshot has it already, and adds it to the
// manifest. Its rows are counted with those of its compartment, so it lists no
// tables.
func (s *store) addReferences(ctx context.Context, m, current *snapshot.Manifest, revisions map[string]string) error {
	for _, c := range contract.Compartments() {
		datasets := s.catalog.ReferenceIn(c)
		if len(datasets) == 0 {
			continue
		}
		name := policy.ReferencePart(string(c))
		var words, stmts []string
		for _, k := range datasets {
			columns := make([]string, len(k.Columns))
			for i, col := range k.Columns {
				columns[i] = col.Name
			}
			words = append(words, k.Name, revisions[k.Name])
			stmts = append(stmts, fmt.Sprintf("CREATE TABLE %s.main.%s AS SELECT %s FROM %s", duck.Ident(name), duck.Ident(k.Name), duck.Idents(columns), table(k)))
		}
		part := snapshot.Compartment{Name: name, File: name + ".duckdb", Revision: digest(words...), Tables: []snapshot.Table{}}
		if !part.In(current) {
			if err := s.create(ctx, s.home.Compartment(contract.Compartment(name)), name, stmts...); err != nil {
				return fmt.Errorf("make the reference part of %s: %w", c, err)
			}
		}
		m.Compartments = append(m.Compartments, part)
	}
	return nil
}
