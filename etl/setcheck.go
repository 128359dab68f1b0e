package etl

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

// checkSets runs the checks that need more than one row: row checks over
// people, keys, unique columns, overlaps and references. What a row may be
// depends on which others fall, so where rows of the dataset depend on each
// other the last three go on until none falls.
func (g *staging) checkSets(ctx context.Context) error {
	for _, step := range []func(context.Context) error{g.checkPeople, g.checkKeys} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("check %s: %w", g.k.Name, err)
		}
	}
	for last, n := int64(-1), int64(0); n != last; {
		last = n
		for _, step := range []func(context.Context) error{g.checkUnique, g.checkOverlaps, g.checkReferences} {
			if err := step(ctx); err != nil {
				return fmt.Errorf("check %s: %w", g.k.Name, err)
			}
		}
		if !g.interdependent() {
			return nil
		}
		var err error
		if n, err = scalar[int64](ctx, g.conn, "SELECT count(*) FROM violation"); err != nil {
			return err
		}
	}
	return nil
}

// interdependent reports whether rows of the dataset depend on each other.
func (g *staging) interdependent() bool {
	return len(g.k.Overlaps) > 0 || slices.ContainsFunc(g.k.Columns, func(c contract.Column) bool {
		return c.Unique || c.Reference != nil && c.Reference.Dataset == g.k.Name
	})
}

// good is the condition, on a row s, that nothing is held against it yet.
const good = "NOT EXISTS (FROM violation v WHERE v._row = s._row)"

func (g *staging) violate(ctx context.Context, rule, column, rows string) error {
	return g.exec(ctx, fmt.Sprintf("INSERT INTO violation SELECT _row, %s, %s FROM (%s)", duck.Literal(rule), duck.Literal(column), rows))
}

// checkPeople leaves out rows with somebody unknown: they wait for that person.
func (g *staging) checkPeople(ctx context.Context) error {
	for _, rc := range g.k.RowChecks {
		if !namesPerson(g.k, rc) {
			continue
		}
		if err := g.violate(ctx, rc.Name, strings.Join(rc.Columns, ","), "SELECT _row FROM staged s WHERE "+good+" AND NOT coalesce(("+rc.Expression+"), true)"); err != nil {
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
	if err := g.findTwins(ctx, keys); err != nil {
		return err
	}
	if n, err := scalar[int64](ctx, g.conn, "SELECT count(*) FROM twin"); err != nil || n == 0 {
		return err
	}
	if err := g.exec(ctx, fmt.Sprintf("CREATE OR REPLACE TEMP TABLE suspect AS SELECT s.* FROM staged s WHERE hash(%s) IN (FROM twin) AND %s", keys, good)); err != nil {
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

// twinRows is how many rows are compared by hash at once: as many as fit in
// memory beside the stage.
const twinRows = 10_000_000

// findTwins writes the hashes that more than one key has. Beyond twinRows it
// goes through the hashes by residue, so that its memory does not grow with
// the file.
func (g *staging) findTwins(ctx context.Context, keys string) error {
	rows, err := scalar[int64](ctx, g.conn, "SELECT count(*) FROM stage")
	if err != nil {
		return err
	}
	if err := g.exec(ctx, "CREATE OR REPLACE TEMP TABLE twin (h UBIGINT)"); err != nil {
		return err
	}
	parts := max(1, (rows+twinRows-1)/twinRows)
	for part := range parts {
		if err := g.exec(ctx, fmt.Sprintf("INSERT INTO twin SELECT h FROM (SELECT hash(%s) AS h FROM %s) WHERE h %% %d = %d GROUP BY 1 HAVING count(*) > 1",
			keys, g.cheapest(g.k.PrimaryKey...), parts, part)); err != nil {
			return err
		}
	}
	return nil
}

// sameKey is the condition that rows a and b have the same primary key.
func (g *staging) sameKey(a, b string) string { //nolint:unparam // both names read best at the call
	parts := make([]string, len(g.k.PrimaryKey))
	for i, c := range g.k.PrimaryKey {
		parts[i] = fmt.Sprintf("%s.%s = %s.%[2]s", a, duck.Ident(c), b)
	}
	return strings.Join(parts, " AND ")
}

// stays is the condition that the batch leaves a loaded row t as it is.
func (g *staging) stays() string {
	cond := fmt.Sprintf("NOT EXISTS (FROM staged s WHERE %s AND %s)", g.sameKey("s", "t"), good)
	if g.mode == contract.Full && g.complete() {
		cond += fmt.Sprintf(" AND EXISTS (FROM keyed s WHERE %s)", g.sameKey("s", "t"))
	}
	return cond
}

func (g *staging) checkUnique(ctx context.Context) error {
	for _, col := range g.k.Columns {
		if !col.Unique || len(g.k.PrimaryKey) == 1 && col.Name == g.k.PrimaryKey[0] {
			continue
		}
		rows := fmt.Sprintf(`SELECT _row FROM staged s WHERE %[1]s AND NOT _deleted
			AND (%[2]s IN (SELECT %[2]s FROM staged s WHERE %[1]s AND NOT _deleted AND %[2]s IS NOT NULL GROUP BY 1 HAVING count(*) > 1)
				OR EXISTS (FROM %[3]s t WHERE t.%[2]s = s.%[2]s AND %[4]s))`, good, duck.Ident(col.Name), table(g.k), g.stays())
		if err := g.violate(ctx, ruleUnique, col.Name, rows); err != nil {
			return err
		}
	}
	return nil
}

// checkOverlaps finds rows whose period shares a day with one of the same key:
// first with loaded ones, then of the rest those that begin before an earlier
// one of the batch has ended.
func (g *staging) checkOverlaps(ctx context.Context) error {
	for _, o := range g.k.Overlaps {
		present, alike := []string{"NOT _deleted", good}, []string{}
		for _, c := range append([]string{o.From}, o.Key...) {
			present = append(present, "s."+duck.Ident(c)+" IS NOT NULL")
		}
		for _, c := range o.Key {
			alike = append(alike, fmt.Sprintf("t.%s = s.%[1]s", duck.Ident(c)))
		}
		from, to := duck.Ident(o.From), "coalesce(%s."+duck.Ident(o.To)+", DATE '9999-12-31')"
		batch := fmt.Sprintf("SELECT s.*, s.%s AS _from, %s AS _to FROM staged s WHERE %s", from, fmt.Sprintf(to, "s"), strings.Join(present, " AND "))
		loaded := fmt.Sprintf("SELECT _row FROM (%s) s WHERE EXISTS (FROM %s t WHERE %s AND t.%s <= s._to AND s._from <= %s AND %s)",
			batch, table(g.k), strings.Join(alike, " AND "), from, fmt.Sprintf(to, "t"), g.stays())
		within := fmt.Sprintf(`SELECT _row FROM (
			SELECT _row, _from, max(_to) OVER (PARTITION BY %s ORDER BY _from, _row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS _until FROM (%s))
			WHERE _from <= _until`, duck.Idents(o.Key), batch)
		for _, rows := range []string{loaded, within} {
			if err := g.violate(ctx, o.Name, strings.Join([]string{o.From, o.To}, ","), rows); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkReferences finds rows that refer to nothing that is or was loaded.
func (g *staging) checkReferences(ctx context.Context) error {
	for i := range g.k.Columns {
		if col := &g.k.Columns[i]; col.Reference != nil {
			if err := g.violate(ctx, ruleReference, col.Name, g.orphans(col)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *staging) orphans(col *contract.Column) string {
	to, ok := g.catalog.Get(col.Reference.Dataset)
	if !ok {
		return "SELECT NULL AS _row WHERE false" // a catalog has no dangling references
	}
	name, target := duck.Ident(col.Name), duck.Ident(col.Reference.Column)
	known := loadedKeys(to, col.Reference.Column)
	if to == g.k {
		known += fmt.Sprintf(" UNION SELECT %s FROM staged s WHERE %s", target, good)
	}
	return fmt.Sprintf("SELECT s._row FROM passing s ANTI JOIN (%s) k ON s.%s = k.id WHERE s.%[2]s IS NOT NULL AND NOT EXISTS (FROM violation v WHERE v._row = s._row AND v.rule = %s AND v.col = %s)",
		known, name, duck.Literal(ruleReference), duck.Literal(col.Name))
}
