package etl

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Loader loads source files into the build of a home.
type Loader struct {
	Home         Home
	Catalog      *contract.Catalog
	Engine       duck.Options
	RemovalLimit float64 // share of a dataset's rows that a full file may end
	Program      string  // version, for the ledger
	Now          func() time.Time
	Progress     func(done, total int, what string) // may be nil

	// Marts finds what was made of data with these revisions, by dataset, and is to
	// be published beside it. May be nil.
	Marts func(ctx context.Context, revisions map[string]string) (Marts, error)
}

// Status is what became of a file.
type Status string

// The outcomes of a file.
const (
	StatusLoaded  Status = "loaded"
	StatusAlready Status = "already loaded"
	StatusRefused Status = "refused"
)

// Outcome is what became of one file for one dataset.
type Outcome struct {
	Batch
	Status  Status   `json:"status"`
	Reason  string   `json:"reason,omitempty"`
	Dropped []string `json:"dropped_columns,omitempty"` // read, and by rule never stored
	Ignored int64    `json:"ignored"`                   // records of kinds that no dataset holds
	Seconds float64  `json:"seconds"`
}

// Report is what a load did.
type Report struct {
	Outcomes []Outcome `json:"outcomes"`
	Retried  []Retried `json:"retried,omitempty"` // quarantined rows that could be loaded now
}

// Refused counts the files that were refused.
func (r Report) Refused() int {
	n := 0
	for _, o := range r.Outcomes {
		if o.Status == StatusRefused {
			n++
		}
	}
	return n
}

// Load loads the files at the paths, referenced datasets first, and then tries
// quarantined rows again. A refused file does not keep the others out. The
// caller holds the writer's lock.
func (l *Loader) Load(ctx context.Context, paths []string, o Options) (r Report, err error) {
	s, err := l.open(ctx)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	defer func() { err = errors.Join(err, os.RemoveAll(l.Home.unpacked())) }()
	jobs, err := l.plan(ctx, s, paths, o)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, release(jobs)) }()
	for i, j := range jobs {
		l.progress(i, len(jobs), j.file.Name)
		outcome, err := l.run(ctx, s, j, o)
		if err != nil {
			return r, err
		}
		r.Outcomes = append(r.Outcomes, outcome)
	}
	l.progress(len(jobs), len(jobs), "")
	r.Retried, err = l.retry(ctx, s, false)
	return r, err
}

// uncounted is the part of a load's memory that the engine is not given. A load
// of ten million rows took up to 0.6 GB beyond what the engine counts, and may
// take 0.3 GB more than the limit.
const uncounted = 300_000_000

// open clears what a crash left in the scratch directory and opens the store.
func (l *Loader) open(ctx context.Context) (*store, error) {
	if err := errors.Join(os.RemoveAll(l.Home.scratch()), os.MkdirAll(l.Home.scratch(), 0o700)); err != nil {
		return nil, fmt.Errorf("clear the scratch directory: %w", err)
	}
	return openStore(ctx, l.Home, l.Catalog, l.Engine.Less(uncounted))
}

func (l *Loader) progress(done, total int, what string) {
	if l.Progress != nil {
		l.Progress(done, total, what)
	}
}

// run loads one file. Refused data is an outcome; a fault of the machine is an
// error.
func (l *Loader) run(ctx context.Context, s *store, j job, o Options) (Outcome, error) {
	start := l.Now()
	out := Outcome{Status: StatusLoaded, Batch: Batch{File: j.file.Name}}
	err := j.err
	if err == nil {
		out.Dataset = j.k.Name
		if j.roster != nil {
			err = l.loadDerived(ctx, s, j, o, &out)
		} else {
			err = l.loadTable(ctx, s, j, o, &out)
		}
	}
	out.Seconds = l.Now().Sub(start).Seconds()
	if err != nil {
		if code := policy.CodeOf(err); code != policy.DataRefused && code != policy.Usage {
			return out, err
		}
		out = Outcome{Status: StatusRefused, Reason: err.Error(), Batch: Batch{File: j.file.Name, Dataset: out.Dataset}}
	}
	return out, nil
}

func (l *Loader) loadTable(ctx context.Context, s *store, j job, o Options, out *Outcome) (err error) {
	p, err := j.file.Prepare(ctx, l.Home.scratch(), j.mapping.Format.Encoding, tabular.DefaultLimits())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Remove()) }()
	out.SHA256, out.Mode = p.SHA256, j.k.LoadMode
	if j.mapping.Mode != "" {
		out.Mode = j.mapping.Mode
	}
	if done, err := l.begin(ctx, s, j.k, out, j.mapping.Digest); done || err != nil {
		return err
	}
	var g *staging
	src := source{file: p, head: j.head}
	err = p.Read(ctx, l.Home.scratch(), j.head, func(relation string) (int64, error) {
		if g, err = s.stage(ctx, j.k, out.Mode, j.rows(relation)); err != nil {
			return 0, err
		}
		staged, err := scalar[int64](ctx, s.conn, "SELECT count(*) FROM stage")
		src.rows = staged / int64(j.bound.Repeat)
		return src.rows, err
	})
	if err != nil {
		return unreadable(j.file, err)
	}
	g.sources = []source{src}
	return l.finish(ctx, g, out, o)
}

// rows is what the file offers of its dataset.
func (j job) rows(relation string) Rows {
	rows := Rows{Query: j.bound.Query(relation), Formats: map[string]string{}, Source: "rowid"}
	if j.bound.Repeat > 1 {
		rows.Source = fmt.Sprintf("(rowid // %d)", j.bound.Repeat)
	}
	for _, in := range j.bound.Columns {
		rows.Columns = append(rows.Columns, in.Name)
		rows.Formats[in.Name] = in.Format
	}
	return rows
}

// unreadable turns an engine's refusal of a file into ours. Its first line
// names places, not values.
func unreadable(f tabular.File, err error) error {
	if !duck.IsInvalidInput(err) {
		return err
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return policy.Errorf(policy.DataRefused, "%s: cannot be read as %s: %s", f.Name, f.Format, text)
}

// begin identifies the batch; done tells that it is loaded already.
func (l *Loader) begin(ctx context.Context, s *store, k *contract.Contract, out *Outcome, mappingDigest string) (done bool, err error) {
	out.ID = digest(k.Name, out.SHA256, mappingDigest, k.Digest, string(out.Mode))
	ledger := duck.Ident(string(k.Compartment)) + ".ledger.batch"
	last, err := scalar[int](ctx, s.conn, "SELECT coalesce(max(seq), 0) FROM "+ledger)
	if err != nil {
		return false, err
	}
	out.Seq = last + 1
	seqs, err := column[int](ctx, s.conn, "SELECT seq FROM "+ledger+" WHERE batch_id = ?", out.ID)
	if err != nil || len(seqs) == 0 {
		return false, err
	}
	out.Status, out.Seq = StatusAlready, seqs[0]
	out.Reason = fmt.Sprintf("the same content is batch %d of %s", seqs[0], k.Compartment)
	return true, nil
}

// finish checks what was staged, and writes it.
func (l *Loader) finish(ctx context.Context, g *staging, out *Outcome, o Options) error {
	if err := g.resolve(ctx); err != nil {
		return err
	}
	if err := g.checkSets(ctx); err != nil {
		return err
	}
	if err := g.weigh(ctx, &out.Batch, "true"); err != nil {
		return err
	}
	if !o.AcceptRemovals {
		if err := g.allowRemovals(ctx, &out.Batch, l.RemovalLimit); err != nil {
			return err
		}
	}
	now := l.Now()
	if err := g.writeQuarantine(ctx, &out.Batch, now); err != nil {
		return err
	}
	return g.write(ctx, &out.Batch, now, l.Program)
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}
