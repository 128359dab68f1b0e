package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/duck"
)

// auditWriters lists the formats of an export that are written as a stream.
func auditWriters() map[string]func(io.Writer, iter.Seq2[audit.Record, error]) error {
	return map[string]func(io.Writer, iter.Seq2[audit.Record, error]) error{
		"ndjson": audit.WriteNDJSON, "csv": audit.WriteCSV, "opa": audit.WriteOPA,
	}
}

const formatParquet = "parquet"

func (a *app) newAuditExport() *cobra.Command {
	var f auditFilter
	var format string
	cmd := &cobra.Command{
		Use:   "export FILE",
		Short: "Write entries as NDJSON, CSV, Parquet or OPA's decision log",
		Long: `Writes the entries that all given filters select to a new file that only you can
read. The format is the file's ending (.ndjson, .csv, .parquet), or what
--format says: ndjson, csv, parquet, or opa for the decisions alone, in the JSON
in which OPA posts its decision log. With - in place of the file it writes to
the output.`,
		Example: "  weir audit export march.parquet --from 2026-03-01 --until 2026-03-31\n  weir audit export - --format opa",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format == "" {
				format = strings.TrimPrefix(filepath.Ext(args[0]), ".")
			}
			filter, err := f.filter()
			if err != nil {
				return err
			}
			reader, _, err := a.auditLog()
			if err != nil {
				return err
			}
			return a.exportAudit(cmd.Context(), args[0], format, reader.Search(cmd.Context(), filter))
		},
	}
	f.flags(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "", "ndjson, csv, parquet or opa; by default the file's ending")
	return cmd
}

func (a *app) exportAudit(ctx context.Context, file, format string, records iter.Seq2[audit.Record, error]) error {
	write, ok := auditWriters()[format]
	switch {
	case format == formatParquet:
		write = func(w io.Writer, records iter.Seq2[audit.Record, error]) error {
			return a.writeAuditParquet(ctx, w, records)
		}
	case !ok:
		return policy.Errorf(policy.Usage, "--format %q is unknown; known are ndjson, csv, parquet and opa", format)
	}
	if file == "-" {
		return write(a.stdout, records)
	}
	return writeFile(file, func(w io.Writer) error { return write(w, records) })
}

// writeAuditParquet has the engine write entries, with the columns of the
// dataset audit.decisions. They pass through a directory of their own in the
// home.
func (a *app) writeAuditParquet(ctx context.Context, w io.Writer, records iter.Seq2[audit.Record, error]) (err error) {
	db, err := duck.Open(ctx, a.engine()) // which makes the temporary directory
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	dir, err := os.MkdirTemp(a.config.Engine.TempDirectory, "audit-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	lines, table := filepath.Join(dir, "entries.ndjson"), filepath.Join(dir, "entries.parquet")
	if err := writeFile(lines, func(w io.Writer) error { return audit.WriteNDJSON(w, records) }); err != nil {
		return err
	}
	if err := copyToParquet(ctx, db, lines, table); err != nil {
		return fmt.Errorf("write audit entries as Parquet: %w", err)
	}
	f, err := os.Open(table)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return errors.Join(err, f.Close())
}

func copyToParquet(ctx context.Context, db *duck.DB, lines, table string) (err error) {
	conn, err := db.SQL().Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	var columns []string
	for i, expression := range audit.Projection("entry") {
		columns = append(columns, expression+" AS "+duck.Ident(audit.Columns()[i].Name))
	}
	for _, statement := range []string{
		"SET TimeZone = 'UTC'",
		fmt.Sprintf(`COPY (SELECT %s FROM read_json_objects(%s, format = 'newline_delimited') AS t(entry))
			TO %s (FORMAT parquet, COMPRESSION zstd)`, strings.Join(columns, ", "), duck.Literal(lines), duck.Literal(table)),
	} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
