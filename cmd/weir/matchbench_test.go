package main

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/stats"
	"github.com/weir-warehouse/weir/sql/duck"
)

const (
	benchUnits      = 1_000_000
	benchCovariates = 10
	benchFormula    = "treat ~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10"
	// tableGLM is the processor time of stats.GLM for a million units where
	// MatchIt's own times are those of the tasks. It was measured beside MatchIt:
	// 0.66 s where MatchIt's nearest took 5.2 s, which is 4 s in the table.
	tableGLM = 510 * time.Millisecond
)

// matchTask is something that MatchIt 4.7.2 does too.
type matchTask struct {
	name  string
	units int
	spec  match.Spec
	r     string        // the arguments of matchit(); empty: it takes minutes, so go by the table
	table time.Duration // what MatchIt takes, one thread, 20 % treated, 10 covariates
}

func matchTasks() []matchTask {
	return []matchTask{
		{"nearest", benchUnits, match.Spec{}, "method = 'nearest'", 4 * time.Second},
		{"caliper", benchUnits, match.Spec{Calipers: []match.Caliper{{Width: 0.2}}}, "caliper = 0.2", 4 * time.Second},
		{"subclass", benchUnits, match.Spec{Method: match.Subclass}, "method = 'subclass'", 4600 * time.Millisecond},
		{"cem", benchUnits, match.Spec{Method: match.Coarsened}, "method = 'cem'", 5400 * time.Millisecond},
		{"ratio3", benchUnits, match.Spec{Ratio: 3}, "", 462 * time.Second},
		{"mahalanobis", benchUnits / 10, match.Spec{Distance: match.Mahalanobis}, "", 431 * time.Second},
	}
}

// wholeTask is the time of MatchIt's whole run: read, match, summary, effect.
const wholeTask = 28 * time.Second

// matchBench is a file of units, the same units as columns, and what MatchIt
// takes for them.
type matchBench struct {
	*bench

	columns map[string][]float64
	r       map[string]time.Duration // by task, and "whole"; nil without R and a correct MatchIt
	factor  float64                  // this machine's time over the table's
}

// BenchmarkMatchIt prints how many times as long as Weir MatchIt takes: in the
// same run if R has MatchIt 4.7.2 or later, else by the table of its times,
// scaled by how long this machine takes for a propensity model.
func BenchmarkMatchIt(b *testing.B) {
	s := newMatchBench(b)
	b.Run("whole", func(b *testing.B) {
		var took usage
		for b.Loop() {
			took = s.command("match", filepath.Join(s.dir, "units.parquet"), "--formula", benchFormula, "--outcome", "y")
		}
		s.report(b, "whole", wholeTask, took.wall)
		b.ReportMetric(took.peak, "MB")
	})
	for _, task := range matchTasks() {
		b.Run(task.name, func(b *testing.B) {
			f := s.frame(task.units)
			task.spec.Formula = benchFormula
			start := time.Now()
			n := 0
			for ; b.Loop(); n++ {
				if _, err := match.Run(f, task.spec); err != nil {
					b.Fatal(err)
				}
			}
			s.report(b, task.name, task.table, time.Since(start)/time.Duration(n))
		})
	}
}

func (s *matchBench) report(b *testing.B, task string, table, took time.Duration) {
	b.Helper()
	theirs, measured := s.r[task]
	if !measured {
		theirs = time.Duration(float64(table) * s.factor)
	}
	b.ReportMetric(ratio(theirs, took), "MatchIt/weir")
	b.ReportMetric(0, "ns/op")
}

func newMatchBench(b *testing.B) *matchBench {
	b.Helper()
	s := &matchBench{bench: &bench{B: b, dir: b.TempDir(), memory: "700MB", weir: buildWeir(b)}, columns: map[string][]float64{}}
	s.draw()
	s.write()
	glm := s.glm()
	if !s.runR() {
		s.factor = glm.Seconds() / tableGLM.Seconds()
	}
	b.Logf("propensity model %v; this machine takes %.2f times as long as the table's; MatchIt's times measured here: %v", glm, s.factor, s.r)
	return s
}

// draw makes the units: covariates of which treatment depends, and an outcome.
func (s *matchBench) draw() {
	r := rand.New(rand.NewPCG(1, 0))
	logit := make([]float64, benchUnits)
	for j := range benchCovariates {
		x := make([]float64, benchUnits)
		for i := range x {
			x[i] = math.Round(r.NormFloat64()*1e6) / 1e6
			logit[i] += x[i] / float64(2+j)
		}
		s.columns["x"+strconv.Itoa(j+1)] = x
	}
	treat, y := make([]float64, benchUnits), make([]float64, benchUnits)
	for i := range treat {
		if r.Float64() < 1/(1+math.Exp(1.7-logit[i])) {
			treat[i] = 1
		}
		y[i] = math.Round(1e6*(logit[i]+0.2*treat[i]+r.NormFloat64())) / 1e6
	}
	s.columns["treat"], s.columns["y"] = treat, y
}

func (s *matchBench) names() []string {
	names := []string{"treat", "y"}
	for j := range benchCovariates {
		names = append(names, "x"+strconv.Itoa(j+1))
	}
	return names
}

func (s *matchBench) frame(n int) *match.Frame {
	s.Helper()
	var columns []match.Column
	for _, name := range s.names() {
		columns = append(columns, match.Numeric(name, s.columns[name][:n]))
	}
	f, err := match.NewFrame(columns...)
	if err != nil {
		s.Fatal(err)
	}
	return f
}

// write writes the units as CSV, for R, and as Parquet.
func (s *matchBench) write() {
	s.Helper()
	csv := filepath.Join(s.dir, "units.csv")
	file, err := os.Create(csv)
	if err != nil {
		s.Fatal(err)
	}
	w, names := bufio.NewWriter(file), s.names()
	fmt.Fprintln(w, strings.Join(names, ",")) //nolint:errcheck // Flush tells
	for i := range benchUnits {
		for j, name := range names {
			if j > 0 {
				_ = w.WriteByte(',')
			}
			_, _ = w.WriteString(strconv.FormatFloat(s.columns[name][i], 'g', -1, 64))
		}
		_ = w.WriteByte('\n')
	}
	if err := w.Flush(); err != nil {
		s.Fatal(err)
	}
	if err := file.Close(); err != nil {
		s.Fatal(err)
	}
	s.engine("", fmt.Sprintf("COPY (FROM %s) TO %s", duck.Literal(csv), duck.Literal(filepath.Join(s.dir, "units.parquet"))))
}

// glm is the processor time of a propensity model of all units here.
func (s *matchBench) glm() time.Duration {
	s.Helper()
	var d stats.Design
	for _, name := range s.names()[2:] {
		d.Names, d.Columns = append(d.Names, name), append(d.Columns, s.columns[name])
	}
	start := s.ownCPU()
	if _, err := (stats.GLM{}).Fit(d.WithIntercept(benchUnits), s.columns["treat"], nil); err != nil {
		s.Fatal(err)
	}
	return s.ownCPU() - start
}

// wholeR is a run as MatchIt's guide has it: the effect by g-computation with
// products of treatment and covariates, its error by clusters of pairs. It reads
// by the fastest reader that R has here.
const wholeR = `{
	d <- if (requireNamespace("data.table", quietly = TRUE)) data.table::fread("%[1]s", data.table = FALSE) else read.csv("%[1]s", colClasses = "numeric")
	m <- MatchIt::matchit(formula, d)
	s <- summary(m)
	md <- MatchIt::match.data(m)
	x <- attr(terms(formula), "term.labels")
	fit <- lm(as.formula(paste("y ~ treat * (", paste(x, collapse = " + "), ")")), md, weights = weights)
	target <- md[md$treat == 1, ]
	d1 <- transform(target, treat = 1)
	d0 <- transform(target, treat = 0)
	gradient <- colMeans(model.matrix(delete.response(terms(fit)), d1) - model.matrix(delete.response(terms(fit)), d0))
	v <- if (requireNamespace("sandwich", quietly = TRUE)) sandwich::vcovCL(fit, md$subclass) else vcov(fit)
	effect <- c(sum(gradient * coef(fit)), sqrt(drop(gradient %%*%% v %%*%% gradient)))
}`

// runR lets MatchIt do the tasks, if R has a correct one.
func (s *matchBench) runR() bool {
	s.Helper()
	program, err := exec.LookPath("Rscript")
	if err != nil {
		return false
	}
	var script strings.Builder
	fmt.Fprintf(&script, `if (!requireNamespace("MatchIt", quietly = TRUE) || packageVersion("MatchIt") < "4.7.2") quit()
		say <- function(what, seconds) cat(what, seconds, "\n")
		seconds <- function(x) system.time(suppressWarnings(x))[["elapsed"]]
		formula <- %s
		say("whole", seconds(%s))
	`, benchFormula, fmt.Sprintf(wholeR, filepath.Join(s.dir, "units.csv")))
	for _, task := range matchTasks() {
		if task.r != "" {
			fmt.Fprintf(&script, "say(%q, seconds(MatchIt::matchit(formula, d, %s)))\n", task.name, task.r)
		}
	}
	file := filepath.Join(s.dir, "matchit.R")
	if err := os.WriteFile(file, []byte(script.String()), 0o600); err != nil {
		s.Fatal(err)
	}
	out, err := exec.CommandContext(s.Context(), program, file).Output()
	if err != nil || len(out) == 0 {
		return false
	}
	s.r = map[string]time.Duration{}
	for line := range strings.Lines(string(out)) {
		if what, text, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				s.Fatalf("R says %q", line)
			}
			s.r[what] = time.Duration(n * float64(time.Second))
		}
	}
	s.factor = s.r["nearest"].Seconds() / matchTasks()[0].table.Seconds()
	return true
}
