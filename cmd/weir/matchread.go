package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// units is a file's rows: the columns that options name, and what names them.
type units struct {
	frame *match.Frame
	ids   []string // nil: row numbers
}

// id names a unit.
func (u units) id(i int) string {
	if u.ids == nil {
		return strconv.Itoa(i + 1)
	}
	return u.ids[i]
}

// defaultID is the column that names the units if none is given.
const defaultID = "id"

// batchReader is a table in batches; io.EOF ends it.
type batchReader interface {
	Schema() *arrow.Schema
	Next() (arrow.RecordBatch, error)
}

// fileColumns says what to read of a file.
type fileColumns struct {
	wanted func(*arrow.Schema) ([]int, error) // the places of the columns
	text   func(name string) bool             // whether a column's numbers are names, to be kept as they are written
}

// readUnits reads the columns of a file that the options name.
func (a *app) readUnits(ctx context.Context, path string, o matchOptions) (units, error) {
	var out units
	err := a.openTable(ctx, path, fileColumns{o.wanted, func(name string) bool { return name == o.idColumn() }}, func(r batchReader) (err error) {
		out, err = collect(r, o)
		return err
	})
	return out, err
}

// openTable hands f the file's table, the columns that are wanted. Errors name
// the file.
func (a *app) openTable(ctx context.Context, path string, o fileColumns, f func(batchReader) error) error {
	switch info, err := os.Stat(path); {
	case err != nil:
		return policy.Errorf(policy.Usage, "%s cannot be read: %w", path, errors.Unwrap(err))
	case info.Size() == 0:
		return policy.Errorf(policy.DataRefused, "%s is empty", path)
	case info.IsDir():
		return policy.Errorf(policy.Usage, "%s is a directory; name a CSV, JSON, Parquet or Arrow file", path)
	}
	if err := a.openFormat(ctx, path, o, f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (a *app) openFormat(ctx context.Context, path string, o fileColumns, f func(batchReader) error) error {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".arrow", ".feather", ".ipc", ".arrows":
		return openArrow(ctx, path, o, f)
	case ".parquet", ".pq":
		return a.openEngine(ctx, "read_parquet("+duck.Literal(path)+")", o, f)
	case ".json", ".ndjson", ".jsonl":
		return a.openEngine(ctx, "read_json("+duck.Literal(path)+", sample_size=-1)", o, f)
	default: // also .csv.gz, .tsv, .txt; blanks and R's NA are missing
		return a.openEngine(ctx, "read_csv("+duck.Literal(path)+", nullstr=['', 'NA'], sample_size=-1)", o, f)
	}
}

// openEngine reads through the engine, which makes the types few: BOOLEAN,
// DOUBLE and VARCHAR.
func (a *app) openEngine(ctx context.Context, source string, o fileColumns, f func(batchReader) error) (err error) {
	spill, err := os.MkdirTemp("", "weir-read-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(spill)) }()
	instance, err := duck.OpenInstance(duck.Options{
		MemoryLimit: a.config.Engine.MemoryLimit, Threads: a.config.Engine.Threads, TempDirectory: spill,
	})
	if err != nil {
		return err
	}
	defer instance.Close()
	conn, err := instance.Connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	columns, err := selection(conn, source, o)
	if err != nil {
		return err
	}
	stream, err := conn.Query(ctx, "SELECT "+columns+" FROM "+source)
	if err != nil {
		return unreadable(err)
	}
	defer stream.Close()
	return f(stream)
}

// unreadable says that the engine could not read the file. It names the fault's
// first line alone; others repeat rows.
func unreadable(err error) error {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return policy.Errorf(policy.DataRefused, "the file is no table that can be read: %s", text)
}

// selection lists the wanted columns with their casts.
func selection(conn *duck.Conn, source string, o fileColumns) (string, error) {
	statement, err := conn.Prepare("SELECT * FROM " + source)
	if err != nil {
		return "", unreadable(err)
	}
	defer statement.Close()
	schema, err := statement.Schema()
	if err != nil {
		return "", err
	}
	fields, err := o.wanted(schema)
	if err != nil {
		return "", err
	}
	list := make([]string, 0, len(fields))
	for _, i := range fields {
		field := schema.Field(i)
		name := duck.Ident(field.Name)
		switch {
		case field.Type.ID() == arrow.BOOL:
			list = append(list, name)
		case isNumeric(field.Type) && !o.text(field.Name):
			list = append(list, "CAST("+name+" AS DOUBLE) AS "+name)
		default:
			list = append(list, "CAST("+name+" AS VARCHAR) AS "+name)
		}
	}
	return strings.Join(list, ", "), nil
}

func (o matchOptions) idColumn() string {
	if o.id != "" {
		return o.id
	}
	return defaultID
}

// allColumns finds the . of a formula that stands for all columns.
var allColumns = regexp.MustCompile(`(^|[^\w.])\.($|[^\w.])`)

// wanted returns the places of the columns to read: that of the ids, and all
// whose names occur in an option, since an option may be an expression.
func (o matchOptions) wanted(schema *arrow.Schema) ([]int, error) {
	var places []int
	var names []string
	for i, field := range schema.Fields() {
		names = append(names, field.Name)
		named := slices.ContainsFunc(o.optionTexts(), func(text string) bool {
			return strings.Contains(text, field.Name) || allColumns.MatchString(text)
		})
		if named || field.Name == o.idColumn() {
			places = append(places, i)
		}
	}
	if len(places) == 0 || len(places) == 1 && names[places[0]] == o.idColumn() {
		return nil, policy.Errorf(policy.Usage, "it has none of the columns that the options name, but %s", strings.Join(names, ", "))
	}
	return places, nil
}

// collect reads all batches. The column of ids is no column of the frame, so
// that the formula treat ~ . means what it says.
func collect(r batchReader, o matchOptions) (units, error) {
	collectors := make([]collector, r.Schema().NumFields())
	for i, field := range r.Schema().Fields() {
		collectors[i] = o.collectorOf(field)
	}
	for {
		batch, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return units{}, unreadable(err)
		}
		for i, column := range batch.Columns() {
			collectors[i].add(column)
		}
		batch.Release()
	}
	var out units
	var columns []match.Column
	for _, c := range collectors {
		switch c := c.(type) {
		case *idCollector:
			out.ids = c.ids
		case variable:
			columns = append(columns, c.column())
		}
	}
	if o.id != "" && out.ids == nil {
		return out, policy.Errorf(policy.Usage, "--id: the data has no column %q", o.id)
	}
	var err error
	out.frame, err = match.NewFrame(columns...)
	return out, err
}
