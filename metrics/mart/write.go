package mart

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/sql/duck"
)

// catalogTable describes the relations of a mart, within its file.
const catalogTable = "ledger.relation"

// Build is the marts of a build folder.
type Build struct {
	Dir string
}

// Path is the file of a mart.
func (b Build) Path(mart string) string { return filepath.Join(b.Dir, mart+".duckdb") }

// Mart is a mart as it lies in the build.
type Mart struct {
	Name      string
	Content   string // digest of everything in it: equal for the same rows and descriptions
	Relations []Relation
}

// List reads which marts there are, by name.
func (b Build) List(ctx context.Context) (out []Mart, err error) {
	files, err := filepath.Glob(filepath.Join(b.Dir, "mart_*.duckdb"))
	if err != nil || len(files) == 0 {
		return nil, err
	}
	db, err := duck.Open(ctx, duck.Options{Threads: 1})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	slices.Sort(files)
	for _, file := range files {
		m, err := read(ctx, db.SQL(), file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", filepath.Base(file), err)
		}
		out = append(out, m)
	}
	return out, nil
}

func read(ctx context.Context, q duck.Querier, file string) (m Mart, err error) {
	m.Name = strings.TrimSuffix(filepath.Base(file), ".duckdb")
	if err := duck.Attach(ctx, q, file, m.Name, duck.ReadOnly); err != nil {
		return m, err
	}
	defer func() {
		_, detach := q.ExecContext(ctx, "DETACH "+duck.Ident(m.Name))
		err = errors.Join(err, detach)
	}()
	if err := q.QueryRowContext(ctx, fmt.Sprintf("SELECT content FROM %s.ledger.content", duck.Ident(m.Name))).Scan(&m.Content); err != nil {
		return m, err
	}
	rows, err := q.QueryContext(ctx, fmt.Sprintf("SELECT description FROM %s.%s ORDER BY name", duck.Ident(m.Name), catalogTable))
	if err != nil {
		return m, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var text string
		var r Relation
		if err := rows.Scan(&text); err != nil {
			return m, err
		}
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			return m, err
		}
		m.Relations = append(m.Relations, r)
	}
	if err := rows.Err(); err != nil {
		return m, err
	}
	for i := range m.Relations {
		r := &m.Relations[i]
		if err := q.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*) FROM %s.main.%s", duck.Ident(m.Name), duck.Ident(r.Name))).Scan(&r.Count); err != nil {
			return m, err
		}
	}
	return m, nil
}

// Update replaces an owner's relations in all marts by the given ones, whose rows
// it selects on the connection. Relations of others stay. It returns the names of
// the marts whose content changed. The caller holds the writer's lock.
func (b Build) Update(ctx context.Context, conn *sql.Conn, owner string, relations []Relation) (changed []string, err error) {
	present, err := b.List(ctx)
	if err != nil {
		return nil, err
	}
	byMart, theirs := map[string][]Relation{}, map[string]bool{}
	for _, m := range present {
		for _, r := range m.Relations {
			theirs[m.Name] = theirs[m.Name] || r.Owner == owner
			if r.Owner != owner {
				r.Rows = fmt.Sprintf("SELECT * FROM %s.main.%s ORDER BY ALL", duck.Ident("old_"+m.Name), duck.Ident(r.Name))
				byMart[m.Name] = append(byMart[m.Name], r)
			}
		}
	}
	for _, r := range relations {
		r.Owner = owner
		byMart[r.Mart], theirs[r.Mart] = append(byMart[r.Mart], r), true
	}
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		if !theirs[name] {
			continue
		}
		old := slices.IndexFunc(present, func(m Mart) bool { return m.Name == name })
		content := ""
		if old >= 0 {
			content = present[old].Content
		}
		fresh, err := b.write(ctx, conn, name, content, byMart[name])
		if err != nil {
			return changed, fmt.Errorf("write %s: %w", name, err)
		}
		if fresh {
			changed = append(changed, name)
		}
	}
	return changed, nil
}

// write writes one mart. A mart without relations is removed.
func (b Build) write(ctx context.Context, conn *sql.Conn, name, content string, relations []Relation) (changed bool, err error) {
	path := b.Path(name)
	if len(relations) == 0 {
		return true, os.Remove(path)
	}
	slices.SortFunc(relations, func(x, y Relation) int { return cmp.Compare(x.Name, y.Name) })
	partial := path + ".partial"
	if err := errors.Join(gone(partial), gone(partial+".wal")); err != nil {
		return false, err
	}
	if content != "" {
		if err := duck.Attach(ctx, conn, path, "old_"+name, duck.ReadOnly); err != nil {
			return false, err
		}
	}
	next, err := b.fill(ctx, conn, partial, relations)
	if content != "" {
		_, detach := conn.ExecContext(ctx, "DETACH "+duck.Ident("old_"+name))
		err = errors.Join(err, detach)
	}
	if err != nil {
		return false, errors.Join(err, gone(partial))
	}
	if next == content {
		return false, gone(partial)
	}
	if err := os.Chmod(partial, 0o600); err != nil {
		return false, err
	}
	return true, os.Rename(partial, path)
}

// gone removes a file that may not be there.
func gone(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// fill makes the file and returns the digest of what is in it.
func (b Build) fill(ctx context.Context, conn *sql.Conn, path string, relations []Relation) (content string, err error) {
	if err := duck.Attach(ctx, conn, path, "new_mart", duck.ReadWrite); err != nil {
		return "", err
	}
	defer func() {
		_, detach := conn.ExecContext(ctx, "DETACH new_mart")
		err = errors.Join(err, detach)
	}()
	statements := []string{
		"CREATE SCHEMA new_mart.ledger",
		"CREATE TABLE new_mart." + catalogTable + " (name VARCHAR NOT NULL, description VARCHAR NOT NULL)",
		"CREATE TABLE new_mart.ledger.content (content VARCHAR NOT NULL)",
	}
	var digests []string
	for _, r := range relations {
		text, err := json.Marshal(r)
		if err != nil {
			return "", err
		}
		statements = append(statements, r.create("new_mart"),
			fmt.Sprintf("INSERT INTO new_mart.main.%s %s", duck.Ident(r.Name), r.Rows),
			fmt.Sprintf("INSERT INTO new_mart.%s VALUES (%s, %s)", catalogTable, duck.Literal(r.Name), duck.Literal(string(text))))
		digests = append(digests, fmt.Sprintf("(SELECT coalesce(string_agg(sha256(t::VARCHAR), '' ORDER BY rowid), '') FROM new_mart.main.%s t)", duck.Ident(r.Name)))
	}
	for _, stmt := range statements {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return "", err
		}
	}
	query := fmt.Sprintf("SELECT sha256(concat_ws(' ', (SELECT string_agg(description, '' ORDER BY name) FROM new_mart.%s), %s))", catalogTable, strings.Join(digests, ", "))
	if err := conn.QueryRowContext(ctx, query).Scan(&content); err != nil {
		return "", err
	}
	_, err = conn.ExecContext(ctx, fmt.Sprintf("INSERT INTO new_mart.ledger.content VALUES (%s); CHECKPOINT new_mart", duck.Literal(content)))
	return content, err
}

// create writes the CREATE TABLE of a relation.
func (r Relation) create(database string) string {
	columns := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		columns[i] = duck.Ident(c.Name) + " " + c.Type
	}
	return fmt.Sprintf("CREATE TABLE %s.main.%s (%s)", database, duck.Ident(r.Name), strings.Join(columns, ", "))
}
