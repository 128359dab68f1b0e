package etl

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

// person is a person column of a batch, and the temporary table who_<column>
// that maps each combination of identifiers in the batch to a key.
type person struct {
	col     *contract.Column
	ids     []string // identifier columns that the batch offers, most trusted first
	schemes []string // their schemes
	who     string
}

// resolve finds the keys of all people that the batch names. In a dataset that
// mints people, unknown ones get random keys, which stand in the vault only
// when the batch is written.
func (g *staging) resolve(ctx context.Context) error {
	for i := range g.k.Columns {
		col := &g.k.Columns[i]
		if col.Person == "" {
			continue
		}
		p := person{col: col, who: "who_" + col.Name}
		for j, id := range col.IdentifierColumns() {
			if g.offered[id] {
				p.ids, p.schemes = append(p.ids, id), append(p.schemes, col.Person.Schemes()[j])
			}
		}
		if err := g.resolvePerson(ctx, p); err != nil {
			return fmt.Errorf("resolve %s: %w", col.Name, err)
		}
		g.people = append(g.people, p)
	}
	return g.define(ctx)
}

func (g *staging) resolvePerson(ctx context.Context, p person) error {
	if len(p.ids) == 0 {
		return g.exec(ctx, "CREATE OR REPLACE TEMP TABLE "+duck.Ident(p.who)+" (person_key UUID, conflict BOOLEAN)")
	}
	if err := g.exec(ctx, p.lookup()); err != nil {
		return err
	}
	if g.k.Mints {
		if err := g.mint(ctx, p); err != nil {
			return err
		}
	}
	return g.exec(ctx, g.personViolations(p))
}

// lookup maps each combination of identifiers to the key that the vault has
// for them. They conflict when two name different people, or when the person
// found has another value of a more trusted scheme than the one that found it:
// an address that was given to a new colleague must not merge the two.
func (p person) lookup() string {
	var joins, keys, conflicts []string
	for i, id := range p.ids {
		keys = append(keys, fmt.Sprintf("k%d.person_key", i))
		joins = append(joins, fmt.Sprintf("LEFT JOIN vault.identity.identifier k%[1]d ON k%[1]d.person = %[2]s AND k%[1]d.scheme = %[3]s AND k%[1]d.value = s.%[4]s",
			i, duck.Literal(string(p.col.Person)), duck.Literal(p.schemes[i]), duck.Ident(id)))
	}
	first := "coalesce(" + strings.Join(keys, ", ") + ")"
	for i, id := range p.ids {
		conflicts = append(conflicts, fmt.Sprintf("coalesce(%s <> %s, false)", keys[i], first))
		if i < len(p.ids)-1 {
			conflicts = append(conflicts, fmt.Sprintf(`(s.%s IS NOT NULL AND coalesce(%s) IS NULL AND EXISTS (FROM vault.identity.identifier o
				WHERE o.person_key = %s AND o.scheme = %s))`, duck.Ident(id), strings.Join(keys[:i+1], ", "), first, duck.Literal(p.schemes[i])))
		}
	}
	ids := duck.Idents(p.ids)
	return fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE %s AS
		SELECT s.*, %s AS person_key, (%s) AS conflict
		FROM (SELECT DISTINCT %s FROM stage WHERE NOT _empty AND %s) s %s`,
		duck.Ident(p.who), first, strings.Join(conflicts, " OR "), ids, p.named(), strings.Join(joins, " "))
}

// named is the condition that a row gives any identifier.
func (p person) named() string {
	parts := make([]string, len(p.ids))
	for i, id := range p.ids {
		parts[i] = duck.Ident(id) + " IS NOT NULL"
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// mint gives new people random keys: the hash of a random secret, which is
// forgotten, and a running number. Going from the most to the least trusted
// scheme, combinations that share an identifier are one person; when that
// leaves an identifier with two people, its combinations conflict.
func (g *staging) mint(ctx context.Context, p person) error {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return fmt.Errorf("draw a random secret: %w", err)
	}
	who := duck.Ident(p.who)
	for _, id := range p.ids {
		shared := fmt.Sprintf(`UPDATE %[1]s w SET person_key = k.person_key FROM (
			SELECT %[2]s AS id, any_value(person_key) AS person_key FROM %[1]s WHERE person_key IS NOT NULL AND NOT conflict GROUP BY 1 HAVING count(DISTINCT person_key) = 1) k
			WHERE w.person_key IS NULL AND NOT w.conflict AND w.%[2]s = k.id`, who, duck.Ident(id))
		fresh := fmt.Sprintf(`UPDATE %[1]s w SET person_key = m.person_key FROM (
			SELECT id, CAST(substr(sha256(%[3]s || %[2]s || row_number() OVER ()), 1, 32) AS UUID) AS person_key
			FROM (SELECT DISTINCT %[4]s AS id FROM %[1]s WHERE person_key IS NULL AND NOT conflict AND %[4]s IS NOT NULL)) m
			WHERE w.person_key IS NULL AND NOT w.conflict AND w.%[4]s = m.id`,
			who, duck.Literal(":"+id+":"), duck.Literal(hex.EncodeToString(secret)), duck.Ident(id))
		for _, stmt := range []string{shared, fresh} {
			if err := g.exec(ctx, stmt); err != nil {
				return err
			}
		}
	}
	for _, id := range p.ids {
		clash := fmt.Sprintf(`UPDATE %[1]s SET conflict = true WHERE %[2]s IN (
			SELECT %[2]s FROM %[1]s WHERE %[2]s IS NOT NULL GROUP BY 1 HAVING count(DISTINCT person_key) > 1)`, who, duck.Ident(id))
		if err := g.exec(ctx, clash); err != nil {
			return err
		}
	}
	return nil
}

func (g *staging) personViolations(p person) string {
	return fmt.Sprintf(`INSERT INTO violation
		SELECT s.rowid, CASE WHEN w.conflict THEN %s ELSE %s END, %s
		FROM stage s JOIN %s w ON %s WHERE %s AND (w.conflict OR w.person_key IS NULL)`,
		duck.Literal(ruleIdentity), duck.Literal(rulePerson), duck.Literal(p.col.Name), duck.Ident(p.who), p.match("w"), g.passed())
}

// match joins a stage row s to its combination of identifiers.
func (p person) match(who string) string {
	op := "IS NOT DISTINCT FROM"
	if len(p.ids) == 1 {
		op = "="
	}
	parts := make([]string, len(p.ids))
	for i, id := range p.ids {
		parts[i] = fmt.Sprintf("s.%s %s %s.%[1]s", duck.Ident(id), op, who)
	}
	return strings.Join(parts, " AND ")
}

// withdrawn is the SQL of whether a stage row s says that a loaded row has
// ended.
func (g *staging) withdrawn() string {
	if g.rows.Source == sourceRow {
		return "s._deleted"
	}
	return "false"
}

// define makes three views under the dataset's own column names, with _row:
// keyed, all rows with the keys of people; staged, those of them that passed
// the value checks; and passing, the same without people, which is cheaper.
func (g *staging) define(ctx context.Context) error {
	own := []string{"s.rowid AS _row"}
	for i := range g.k.Columns {
		if col := &g.k.Columns[i]; col.Person == "" {
			own = append(own, "s."+duck.Ident(col.Name))
		}
	}
	cols := append(slices.Clone(own), g.withdrawn()+" AS _deleted", g.passed()+" AS _passed")
	var joins []string
	for i, p := range g.people {
		key := "CAST(NULL AS UUID)"
		if len(p.ids) > 0 {
			alias := fmt.Sprintf("w%d", i)
			key = fmt.Sprintf("CASE WHEN NOT %s.conflict THEN %[1]s.person_key END", alias)
			joins = append(joins, fmt.Sprintf("LEFT JOIN %s %s ON %s", duck.Ident(p.who), alias, p.match(alias)))
		}
		cols = append(cols, key+" AS "+duck.Ident(p.col.Name))
	}
	for _, stmt := range []string{
		fmt.Sprintf("CREATE OR REPLACE TEMP VIEW keyed AS SELECT %s FROM stage s %s WHERE NOT _empty", strings.Join(cols, ", "), strings.Join(joins, " ")),
		"CREATE OR REPLACE TEMP VIEW staged AS FROM keyed WHERE _passed",
		fmt.Sprintf("CREATE OR REPLACE TEMP VIEW passing AS SELECT %s FROM stage s WHERE %s", strings.Join(own, ", "), g.passed()),
	} {
		if err := g.exec(ctx, stmt); err != nil {
			return err
		}
	}
	return nil
}

// cheapest returns the cheaper view that has the columns.
func (g *staging) cheapest(columns ...string) string {
	for _, name := range columns {
		if col, ok := g.k.Column(name); ok && col.Person != "" {
			return "staged"
		}
	}
	return "passing"
}
