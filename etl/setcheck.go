package etl

import (
	"context"
	"fmt"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

// checkSets runs the checks that need more than one row: row checks over
// people, keys, unique columns, overlaps, and last references, since a row may
// refer to another of its batch only if that one is loaded.
func (g *staging) checkSets(ctx context.Context) error {
	steps := []func(context.Context) error{g.checkPeople, g.checkKeys, g.checkUnique, g.checkOverlaps, g.checkReferences}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("check %s: %w", g.k.Name, err)
		}
	}
	return nil
}

// good is the condition, on a row s, that nothing is held against it yet.
const good = "NOT EXISTS (FROM violation v WHERE v._row = s._row)"

func (g *staging) violate(ctx context.Context, rule, column, rows string) error {
	return g.exec(ctx, fmt.Sprintf("INSERT INTO violation SELECT _row, %s, %s FROM (%s)", duck.Literal(rule), duck.Literal(column), rows))
}

func (g *staging) checkPeople(ctx context.Context) error {
	for _, rc := range g.k.RowChecks {
		if !namesPerson(g.k, rc) {
			continue
		}
		if err := g.violate(ctx, rc.Name, strings.Join(rc.Columns, ","), "SELECT _row FROM staged s WHERE NOT coalesce(("+rc.Expression+"), true)"); err != nil {
			return err
		}
	}
	return nil
}

// checkKeys finds rows of the batch with the same primary key. Copies beyond
// the first are duplicate rows; rows that differ are all set aside, since none
// can be told to be right. Keys are compared by hash first: few rows remain.
func (g *staging) checkKeys(ctx context.Context) error {
	keys := duck.Idents(g.k.PrimaryKey)
	suspects := fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE suspect AS
		SELECT s.* FROM staged s WHERE hash(%s) IN (SELECT hash(%[1]s) FROM staged GROUP BY 1 HAVING count(*) > 1) AND %s`, keys, good)
	if err := g.exec(ctx, suspects); err != nil {
		return err
	}
	var content []string
	for _, col := range g.k.Columns {
		content = append(content, duck.Ident(col.Name))
	}
	return g.exec(ctx, fmt.Sprintf(`INSERT INTO violation
		SELECT _row, CASE WHEN alike THEN %s ELSE %s END, %s
		FROM (SELECT _row, row_number() OVER w AS nth, count(*) OVER k AS n, min(md5(CAST(row(%s) AS VARCHAR))) OVER k = max(md5(CAST(row(%[4]s) AS VARCHAR))) OVER k AS alike
			FROM suspect WINDOW k AS (PARTITION BY %s), w AS (PARTITION BY %[5]s ORDER BY _row))
		WHERE n > 1 AND (NOT alike OR nth > 1)`,
		duck.Literal(ruleDuplicateRow), duck.Literal(ruleDuplicateKey), duck.Literal(strings.Join(g.k.PrimaryKey, ",")),
		strings.Join(content, ", "), keys))
}

// sameKey is the condition that the rows s and t have the same primary key.
func (g *staging) sameKey() string {
	parts := make([]string, len(g.k.PrimaryKey))
	for i, c := range g.k.PrimaryKey {
		parts[i] = fmt.Sprintf("s.%s = t.%[1]s", duck.Ident(c))
	}
	return strings.Join(parts, " AND ")
}

func (g *staging) checkUnique(ctx context.Context) error {
	for _, col := range g.k.Columns {
		if !col.Unique || len(g.k.PrimaryKey) == 1 && col.Name == g.k.PrimaryKey[0] {
			continue
		}
		name := duck.Ident(col.Name)
		rows := fmt.Sprintf(`SELECT _row FROM staged s WHERE %s IN (SELECT %[1]s FROM staged WHERE %[1]s IS NOT NULL GROUP BY 1 HAVING count(*) > 1)
			OR EXISTS (FROM %s t WHERE t.%[1]s = s.%[1]s AND NOT (%s))`, name, table(g.k), g.sameKey())
		if err := g.violate(ctx, ruleUnique, col.Name, rows); err != nil {
			return err
		}
	}
	return nil
}

// checkOverlaps finds rows whose period begins before an earlier one with the
// same key has ended, in the batch or among the loaded rows that the batch
// does not replace.
func (g *staging) checkOverlaps(ctx context.Context) error {
	for _, o := range g.k.Overlaps {
		period := fmt.Sprintf("%s, %s AS _from, coalesce(%s, DATE '9999-12-31') AS _to", duck.Idents(o.Key), duck.Ident(o.From), duck.Ident(o.To))
		var present []string
		for _, c := range append([]string{o.From}, o.Key...) {
			present = append(present, duck.Ident(c)+" IS NOT NULL")
		}
		rows := fmt.Sprintf(`SELECT _row FROM (
			SELECT _row, _from, max(_to) OVER (PARTITION BY %s ORDER BY _from, _row NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS _until
			FROM (SELECT s._row, %s FROM staged s WHERE %s AND %s
				UNION ALL SELECT NULL, %[2]s FROM %[5]s t WHERE %[3]s AND NOT EXISTS (FROM staged s WHERE %[6]s)))
			WHERE _row IS NOT NULL AND _from <= _until`,
			duck.Idents(o.Key), period, strings.Join(present, " AND "), good, table(g.k), g.sameKey())
		if err := g.violate(ctx, o.Name, strings.Join([]string{o.From, o.To}, ","), rows); err != nil {
			return err
		}
	}
	return nil
}

// checkReferences finds rows that refer to nothing that is or was loaded. A
// dataset that refers to itself is checked until no further row falls.
func (g *staging) checkReferences(ctx context.Context) error {
	for {
		before, err := scalar[int64](ctx, g.conn, "SELECT count(*) FROM violation")
		if err != nil {
			return err
		}
		again := false
		for i := range g.k.Columns {
			col := &g.k.Columns[i]
			if col.Reference == nil {
				continue
			}
			again = again || col.Reference.Dataset == g.k.Name
			if err := g.violate(ctx, ruleReference, col.Name, g.orphans(col)); err != nil {
				return err
			}
		}
		after, err := scalar[int64](ctx, g.conn, "SELECT count(*) FROM violation")
		if err != nil || !again || after == before {
			return err
		}
	}
}

func (g *staging) orphans(col *contract.Column) string {
	to, ok := g.catalog.Get(col.Reference.Dataset)
	if !ok {
		return "SELECT NULL AS _row WHERE false" // a catalog has no dangling references
	}
	name, target := duck.Ident(col.Name), duck.Ident(col.Reference.Column)
	known := fmt.Sprintf("SELECT %s AS id FROM %s UNION SELECT %[1]s FROM %s", target, table(to), past(to))
	if to == g.k {
		known += fmt.Sprintf(" UNION SELECT %s FROM staged s WHERE %s", target, good)
	}
	return fmt.Sprintf("SELECT s._row FROM staged s ANTI JOIN (%s) k ON s.%s = k.id WHERE s.%[2]s IS NOT NULL AND NOT EXISTS (FROM violation v WHERE v._row = s._row AND v.rule = %s AND v.col = %s)",
		known, name, duck.Literal(ruleReference), duck.Literal(col.Name))
}
