package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weir-warehouse/weir/metrics/study"
	"github.com/weir-warehouse/weir/policy"
)

// matchOptions is what the flags of match say, besides the plan itself.
type matchOptions struct {
	plan study.Plan
	spec matchSpec
	call string // as it was typed
	id   string
	out  string
	kind string // of the files in out
	plot bool

	examination study.Examination

	comparison string // of several arms, the one that the others are compared with
	pairwise   bool
}

func (a *app) newMatch() *cobra.Command {
	var o matchOptions
	cmd := &cobra.Command{
		Use:   "match FILE --formula 'TREATMENT ~ COVARIATES'",
		Short: "Match treated units to comparison units, and estimate effects",
		Long: `Forms a comparison group from a CSV, JSON, Parquet or Arrow file, measures
balance before and after, and estimates the effect on each outcome. Options,
their defaults and results are those of MatchIt for R; the effects are those of
its guide, by three outcome models. No warehouse is needed.

With --out it writes units, pairs, balance, sample_sizes, flow and effects into
a directory, which must be new, empty, or an unchanged one of its own; with
several arms into one for each comparison of two.`,
		Example: `  weir match lalonde.csv --formula 'treat ~ age + educ + race + re74' \
    --caliper 0.2 --exact race --outcome re78
  weir match lalonde.csv --formula 'treat ~ age + educ + race' --method cem \
    --cutpoints age=4 --outcome re78 --out cem --plots
  weir match teachers.parquet --formula 'coached ~ years + level' \
    --method full --outcome score --cluster school -o json
  weir match lalonde.csv --formula 'treat ~ age + educ + race + re75' \
    --caliper 0.2 --outcome re78 --subgroups race --placebo re75 --sensitivity
  weir match teachers.csv --formula 'programme ~ years + level' \
    --comparison none --pairwise --outcome score --out arms`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			spec, err := o.spec.spec(cmd.Flags())
			if err != nil {
				return err
			}
			o.plan.Match, o.call = spec, callText(cmd, args)
			return a.match(cmd.Context(), args[0], o)
		},
	}
	flags := cmd.Flags()
	o.spec.flags(flags)
	flags.StringSliceVar(&o.plan.Outcomes, "outcome", nil, "outcome columns, separated by commas")
	flags.StringVar(&o.plan.Covariates, "covariates", "", "covariates of the outcome models, as 'age + educ' (default those of --formula)")
	flags.StringVar(&o.plan.Clusters, "cluster", "", "column of units that depend on each other, such as schools, for standard errors")
	flags.StringVar((*string)(&o.plan.Missing), "missing", "", "fill missing covariates in: mean, median or indicator (default refuse them)")
	flags.BoolVar(&o.plan.Balance.Interactions, "interactions", false, "also the balance of squares and products of covariates")
	flags.BoolVar(&o.plan.Balance.Subclasses, "subclasses", false, "also the balance within each subclass")
	flags.StringVar(&o.plan.Balance.Extra, "addlvariables", "", "further variables whose balance to show, as 'log(age) + school'")
	flags.StringSliceVar(&o.examination.Subgroups, "subgroups", nil, "columns of few values: the effects within each, and a test of their difference")
	flags.BoolVar(&o.examination.Sensitivity, "sensitivity", false, "how effects stand up: Rosenbaum's gamma, Oster's delta, and with --cluster without any one")
	flags.StringSliceVar(&o.examination.Placebos, "placebo", nil, "covariates from before treatment, such as the outcome's baseline, on which to estimate the effect that cannot be")
	flags.BoolVar(&o.examination.Specifications, "specifications", false, "also the effects by other reasonable ways to match (specification curve)")
	flags.StringVar(&o.comparison, "comparison", "", "of a treatment with several arms, the one that each other is compared with")
	flags.BoolVar(&o.pairwise, "pairwise", false, "with --comparison, also compare the other arms with each other")
	flags.StringVar(&o.id, "id", "", "column that names the units (default id, if there is one, else the row's number)")
	flags.StringVar(&o.out, "out", "", "directory to write tables and pictures into")
	flags.StringVar(&o.kind, "format", "csv", "format of the tables: csv, json or parquet")
	flags.BoolVar(&o.plot, "plots", false, "also write pictures (SVG and PNG) of balance, overlap and effects")
	o.plan.Balance.PairDistance = true
	return cmd
}

// check refuses what does not go together before any work.
func (o matchOptions) check() error {
	switch {
	case o.plan.Match.Formula == "":
		return policy.Errorf(policy.Usage, "--formula is missing; write --formula 'treatment ~ covariate + covariate'")
	case !isTableFormat(o.kind):
		return policy.Errorf(policy.Usage, "--format %q is unknown; known are csv, json and parquet", o.kind)
	case o.plot && o.out == "":
		return policy.Errorf(policy.Usage, "--plots needs --out, the directory for the pictures")
	case o.examination.Any() && len(o.plan.Outcomes) == 0:
		return policy.Errorf(policy.Usage, "--subgroups, --placebo, --sensitivity and --specifications need --outcome")
	case o.pairwise && o.comparison == "":
		return policy.Errorf(policy.Usage, "--pairwise needs --comparison, the arm that the others are compared with first")
	}
	return nil
}

// match reads, compares, writes and prints, in this order.
func (a *app) match(ctx context.Context, path string, o matchOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.out != "" && o.comparison == "" {
		if err := checkFolder(o.out); err != nil {
			return err
		}
	}
	bar := a.progress(3, "read")
	defer bar.Close() //nolint:errcheck // a picture
	step := func(what string) {
		bar.Describe(what)
		_ = bar.Add(1) //nolint:errcheck // a picture
	}
	data, err := a.readUnits(ctx, path, o)
	if err != nil {
		return err
	}
	step("match")
	reports, err := o.compare(data)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	step("write")
	for _, report := range reports {
		if o.out != "" {
			if err := report.write(o); err != nil {
				return err
			}
		}
	}
	step("done")
	_ = bar.Clear() //nolint:errcheck // a picture
	for _, report := range reports {
		for _, line := range report.Warnings {
			_, _ = fmt.Fprintf(a.stderr, "warning: %s%s\n", report.prefix(), line) //nolint:errcheck // nobody is left to tell
		}
	}
	if a.config.Output == formatJSON {
		return printReportsJSON(a.stdout, reports, o.comparison != "")
	}
	for _, report := range reports {
		if err := report.print(a.stdout); err != nil {
			return err
		}
	}
	return nil
}

// compare makes a report, or with several arms one for each two of them.
func (o matchOptions) compare(data units) ([]matchReport, error) {
	if o.comparison == "" {
		c, err := study.Compare(data.frame, o.plan)
		if err != nil {
			return nil, err
		}
		r, err := o.report("", c, data.id)
		return []matchReport{r}, err
	}
	contrasts, err := study.CompareArms(data.frame, o.plan, o.comparison, o.pairwise)
	if err != nil {
		return nil, err
	}
	var reports []matchReport
	taken := map[string]bool{}
	for _, c := range contrasts {
		r, err := o.report(c.Treated+" against "+c.Control, c.Comparison, func(k int) string { return data.id(c.Rows[k]) })
		if err != nil {
			return nil, err
		}
		r.folder = folderName(r.name)
		for taken[r.folder] {
			r.folder += "_"
		}
		taken[r.folder] = true
		reports = append(reports, r)
	}
	return reports, nil
}

// optionTexts returns all texts in which columns may be named.
func (o matchOptions) optionTexts() []string {
	p, s := o.plan, o.plan.Match
	texts := []string{
		s.Formula, s.Exact, s.AntiExact, s.Within, s.Mahvars, s.Weights, string(s.Distance),
		p.Covariates, p.Clusters, p.Balance.Extra,
	}
	texts = append(texts, o.examination.Subgroups...)
	texts = append(texts, o.examination.Placebos...)
	for _, c := range s.Calipers {
		texts = append(texts, c.Variable)
	}
	return append(texts, p.Outcomes...)
}

// callText spells the call with the flags that were set, in the order of their
// names, as a shell takes it.
func callText(cmd *cobra.Command, args []string) string {
	call := []string{cmd.CommandPath()}
	for _, arg := range args {
		call = append(call, quoted(arg))
	}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, value := range values {
			call = append(call, "--"+f.Name+"="+quoted(value))
		}
	})
	return strings.Join(call, " ")
}

// quoted quotes what a shell would not take as it is.
func quoted(arg string) string {
	if arg != "" && strings.IndexFunc(arg, func(r rune) bool {
		return !strings.ContainsRune("-_./=:,+", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0 {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
