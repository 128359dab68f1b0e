package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy/audit"
)

// followInterval is how often tail --follow looks for new entries, which are
// published once a second.
const followInterval = 500 * time.Millisecond

func (a *app) newAuditTail() *cobra.Command {
	var lines int64
	var follow bool
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Show the newest entries",
		Long: `Shows the newest entries of the audit log, and with --follow goes on to show new
ones as they are published, until it is interrupted.`,
		Example: "  weir audit tail\n  weir audit tail --lines 5 --follow",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			reader, _, err := a.auditLog()
			if err != nil {
				return err
			}
			head, err := reader.Head()
			if err != nil {
				return err
			}
			from := max(head.Size-lines, 0)
			if follow {
				return a.follow(cmd.Context(), reader, from)
			}
			return a.printRecords(reader.Entries(cmd.Context(), from, head.Size))
		},
	}
	cmd.Flags().Int64Var(&lines, "lines", 20, "number of entries to begin with")
	cmd.Flags().BoolVar(&follow, "follow", false, "go on with new entries as they come")
	return cmd
}

// follow writes each entry as it comes, a line each.
func (a *app) follow(ctx context.Context, reader *audit.Reader, from int64) error {
	for record, err := range reader.Follow(ctx, from, followInterval) {
		if err != nil {
			return err
		}
		line, err := a.auditLine(record)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(a.stdout, line); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) auditLine(record audit.Record) (string, error) {
	if a.config.Output == formatJSON {
		entry, err := record.Entry()
		if err != nil {
			return "", err
		}
		line, err := json.Marshal(auditEntry{record.Index, entry})
		return string(line), err
	}
	row, err := auditRowOf(record)
	if err != nil {
		return "", err
	}
	parts := []string{
		strconv.FormatInt(row.Entry, 10), row.Time.UTC().Format(time.RFC3339), string(row.Kind), row.Principal, row.Purpose, row.Verdict,
		strings.Join(row.Datasets, ","), row.Outcome,
	}
	if row.Rows != nil {
		parts = append(parts, fmt.Sprintf("%d rows", *row.Rows))
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " "), nil
}
