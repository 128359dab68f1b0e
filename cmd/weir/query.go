package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/guard"
)

func (a *app) newQuery() *cobra.Command {
	var who requester
	var format, out string
	var explain bool
	cmd := &cobra.Command{
		Use:   `query --as PRINCIPAL --purpose PURPOSE "SQL"`,
		Short: "Answer a SQL statement as policy lets a principal see it",
		Long: `Answers one SELECT from the current snapshot, exactly as policy lets the
principal see it for the purpose. The decision is on the audit log before the
first row leaves. With - in place of the statement it is read from the input.

Formats: table, csv, json, ndjson, arrow (IPC stream) and parquet.`,
		Example: `  weir query --as eva --purpose evaluation "SELECT * FROM observation"
  weir query --as ruth --purpose research --agreement a1 --out x.parquet \
    --format parquet "SELECT * FROM survey_response"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := a.statement(args[0])
			if err != nil {
				return err
			}
			return a.asking(cmd.Context(), who, func(ctx context.Context, s *gateway.Session) error {
				if explain {
					return a.explainGuard(ctx, s, text)
				}
				return a.answer(ctx, s, text, format, out)
			})
		},
	}
	who.flags(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "", "how the answer is written (default as --output)")
	cmd.Flags().StringVar(&out, "out", "", "file to write instead of the output")
	cmd.Flags().BoolVar(&explain, "explain-guard", false, "show the guard's verdict and run nothing")
	return cmd
}

func (a *app) statement(arg string) (string, error) {
	if arg != "-" {
		return arg, nil
	}
	data, err := io.ReadAll(io.LimitReader(a.stdin, guard.MaxText+1))
	return string(data), err
}

// asking opens a session of the asker's, and ends all that it needs.
func (a *app) asking(ctx context.Context, who requester, f func(context.Context, *gateway.Session) error) error {
	g, err := a.gateway(ctx)
	if err != nil {
		return err
	}
	defer g.Close()
	request, err := a.requestOf(ctx, who)
	if err != nil {
		return err
	}
	s, err := g.Open(ctx, request)
	if err != nil {
		return err
	}
	return f(ctx, s)
}

// answer runs a statement and writes its rows.
func (a *app) answer(ctx context.Context, s *gateway.Session, text, format, out string) (err error) {
	if format == "" {
		format = a.config.Output
	}
	write, ok := answerWriters()[format]
	if !ok {
		return policy.Errorf(policy.Usage, "--format %q is unknown; known are table, csv, json, ndjson, arrow and parquet", format)
	}
	result, err := s.Query(ctx, text)
	if err != nil {
		return pointed(err, text)
	}
	defer result.Close()
	if out == "" {
		err = write(a.stdout, result)
	} else {
		err = writeFile(out, func(w io.Writer) error { return write(w, result) })
	}
	for _, note := range result.Notes {
		_, _ = fmt.Fprintf(a.stderr, "note: %s\n", note) //nolint:errcheck // nobody is left to tell
	}
	return err
}

// writeFile writes a new file whole, or not at all.
func writeFile(path string, write func(io.Writer) error) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return policy.Errorf(policy.Usage, "%s exists; name a new file", path)
	}
	partial := path + ".partial"
	f, err := os.OpenFile(partial, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(partial))
	}
	return os.Rename(partial, path)
}

// pointed shows where in the text a refusal points.
func pointed(err error, text string) error {
	refusal, ok := errors.AsType[*guard.Refusal](err)
	if !ok || refusal.Position < 0 || refusal.Position > len(text) {
		return err
	}
	start := strings.LastIndexByte(text[:refusal.Position], '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	column := len([]rune(text[start:refusal.Position]))
	return policy.Errorf(refusal.Code, "%s\n  %s\n  %s^ (%s)", refusal.Error(), line, strings.Repeat(" ", column), refusal.Rule)
}

// guardVerdict is what --explain-guard prints.
type guardVerdict struct {
	Verdict     string   `json:"verdict"`
	Rule        string   `json:"rule"`
	Position    int      `json:"position"`
	Reason      string   `json:"reason"`
	Relations   []string `json:"relations"`
	Columns     []string `json:"columns"`
	Functions   []string `json:"functions"`
	Touches     string   `json:"touches"`
	Fingerprint string   `json:"fingerprint"`
}

func (a *app) explainGuard(ctx context.Context, s *gateway.Session, text string) error {
	v, err := s.Guard(ctx, text)
	if err != nil {
		return err
	}
	out := guardVerdict{
		Verdict: "allow", Position: -1, Relations: v.Relations, Columns: v.Columns, Functions: v.Functions,
		Touches: string(v.Touches), Fingerprint: v.Fingerprint,
	}
	if v.Refusal != nil {
		out.Verdict, out.Rule, out.Position, out.Reason = "refuse", v.Refusal.Rule, v.Refusal.Position, v.Refusal.Error()
	}
	return a.print(out)
}
