// Package synth writes a synthetic school district: source files in the formats
// that districts export, with effects planted in them and listed in truth.json,
// so that a measure can be shown to find what is there. The model is described
// in docs/synthetic-district.md. People and places are made up; the package
// reads no data, and no name in it belongs to anybody. Rows are made by the
// engine, from hashes of the seed, so that the same options give the same bytes
// whatever the number of threads.
package synth

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Generate writes the district into o.Out and returns what was planted, which
// truth.json in that directory says too. The engine must be a fresh in-memory
// instance, which afterwards holds the model. The directory appears whole or
// not at all.
func Generate(ctx context.Context, db *sql.DB, o Options) (_ Truth, err error) {
	if err := o.check(); err != nil {
		return Truth{}, err
	}
	if err := refuseContent(o.Out); err != nil {
		return Truth{}, err
	}
	parent, name := filepath.Split(filepath.Clean(o.Out))
	if err := os.MkdirAll(filepath.Clean(parent), 0o755); err != nil { //nolint:gosec // made-up data, to be looked at
		return Truth{}, fmt.Errorf("make the output's parent directory: %w", err)
	}
	stage, err := os.MkdirTemp(filepath.Clean(parent), "."+name+"-*")
	if err != nil {
		return Truth{}, fmt.Errorf("make a directory beside the output: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return Truth{}, fmt.Errorf("connect to the engine: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()

	g := generator{Options: o, conn: conn, dir: stage, total: len(files()) + 2}
	truth, err := g.run(ctx)
	if err != nil {
		return Truth{}, err
	}
	return truth, g.publish()
}

// generator is one run. Its connection holds the options as variables of the
// engine, which the statements read.
type generator struct {
	Options

	conn        *sql.Conn
	dir         string // where the files are written until they are complete
	done, total int
}

func (g *generator) run(ctx context.Context) (Truth, error) {
	truth := Truth{Options: g.public()}
	g.step("model")
	if err := g.model(ctx); err != nil {
		return Truth{}, err
	}
	for _, f := range files() {
		g.step(f.path)
		written, err := g.write(ctx, f)
		if err != nil {
			return Truth{}, err
		}
		truth.add(f, written)
	}
	g.step(truthFile)
	var err error
	if truth.Quantities, err = g.quantities(ctx); err != nil {
		return Truth{}, err
	}
	return truth, truth.write(filepath.Join(g.dir, truthFile))
}

func (g *generator) step(what string) {
	if g.Progress != nil {
		g.Progress(g.done, g.total, what)
	}
	g.done++
}

// model sets the options and runs the model's statements in name order, then
// makes of each file's query a view in the schema file.
func (g *generator) model(ctx context.Context) error {
	for name, value := range map[string]int64{
		"districts": int64(g.Districts), "schools": int64(g.Schools), "teachers": int64(g.Teachers),
		"years": int64(g.Years), "seed": g.Seed,
	} {
		if err := g.exec(ctx, fmt.Sprintf("SET VARIABLE %s = CAST(%d AS BIGINT)", name, value)); err != nil {
			return err
		}
	}
	scripts, err := fs.Glob(statements, "sql/model/*.sql")
	if err != nil {
		return fmt.Errorf("list the model's statements: %w", err)
	}
	for _, script := range scripts {
		if err := g.script(ctx, script, "%s"); err != nil {
			return err
		}
	}
	if err := g.exec(ctx, "CREATE SCHEMA file"); err != nil {
		return err
	}
	for _, f := range files() {
		if err := g.script(ctx, f.query(), "CREATE VIEW "+f.view()+" AS %s"); err != nil {
			return err
		}
	}
	return nil
}

// script runs an embedded file, put into the frame at its %s.
func (g *generator) script(ctx context.Context, name, frame string) error {
	text, err := statements.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read statements: %w", err)
	}
	if err := g.exec(ctx, fmt.Sprintf(frame, text)); err != nil {
		return fmt.Errorf("%s: %w", path.Base(name), err)
	}
	return nil
}

func (g *generator) exec(ctx context.Context, statement string) error {
	if _, err := g.conn.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("make the synthetic district: %w", err)
	}
	return nil
}

// publish moves the finished files to their place.
func (g *generator) publish() error {
	if err := os.Chmod(g.dir, 0o755); err != nil { //nolint:gosec // made-up data, to be looked at
		return fmt.Errorf("open the output directory to readers: %w", err)
	}
	if err := os.Remove(g.Out); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("replace the empty output directory: %w", err)
	}
	if err := os.Rename(g.dir, g.Out); err != nil {
		return fmt.Errorf("move the files to their place: %w", err)
	}
	return nil
}
