package gateway

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/guard"
)

// Failed is the error of a statement that did not begin to answer, with the
// identifier under which the audit log has the decision on it.
type Failed struct {
	error

	ID string
}

// Unwrap returns the error without the identifier.
func (f *Failed) Unwrap() error { return f.error }

// Query guards, records and starts one statement. The caller closes the
// result. Once the decision is on record an error is a *Failed. A refusal's
// cause is a *guard.Refusal, which has the rule and the position.
func (s *Session) Query(ctx context.Context, text string, params ...Param) (*Result, error) {
	// A statement that was sent is decided and recorded, even if its client has
	// left meanwhile. Only its run can be cancelled.
	lasting := context.WithoutCancel(ctx)
	o, m, leave, err := s.enter(lasting)
	if err != nil {
		return nil, err
	}
	r := &Result{session: s, id: newID(), began: s.g.Now(), done: []func(){leave}}
	if r.err = s.start(lasting, ctx, r, o, m.ID, text, params); r.err == nil {
		return r, nil
	}
	err = r.err
	if r.decided {
		err = &Failed{err, r.id}
	}
	r.Close()
	return nil, err
}

// start decides on a statement, in a context that lasts, and begins to run it.
func (s *Session) start(lasting, ctx context.Context, r *Result, o *open, snapshotID, text string, params []Param) error {
	kinds := make([]string, len(params))
	for i, p := range params {
		kinds[i] = p.Type
	}
	c, err := s.check(lasting, o, text, kinds)
	if err != nil {
		return s.g.hide(lasting, r.id, err)
	}
	r.limits, r.Notes = o.scope.Limits, o.notes(c.Relations)
	decision := s.decision(r.id, snapshotID, o, c.Verdict)
	if _, err := s.g.Recorder.Append(lasting, decision); err != nil {
		return unrecorded(err)
	}
	s.g.meters.decided(decision)
	r.decided = true
	if c.Refusal != nil {
		return refused(c.Refusal)
	}
	if len(params) != len(c.parameters) {
		return policy.Errorf(policy.Usage, "the statement has %d parameters, and %d values are given", len(c.parameters), len(params))
	}
	free, err := s.slot(ctx, o.scope.Limits.Statements)
	if err != nil {
		return err
	}
	r.done = append(r.done, free)
	return s.run(ctx, r, o, c, params)
}

// Guard says whether a statement would be allowed, and runs and records
// nothing.
func (s *Session) Guard(ctx context.Context, text string) (guard.Verdict, error) {
	o, _, leave, err := s.enter(ctx)
	if err != nil {
		return guard.Verdict{}, err
	}
	defer leave()
	c, err := s.check(ctx, o, text, nil)
	if err != nil {
		return guard.Verdict{}, s.g.hide(ctx, newID(), err)
	}
	return c.Verdict, nil
}

// run starts the text that was checked, as soon as it is the statement's turn.
func (s *Session) run(ctx context.Context, r *Result, o *open, c *checked, params []Param) error {
	if limit := o.scope.Limits.Time; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, errTooLong)
		r.done = append(r.done, cancel)
	}
	r.ctx = ctx
	if err := r.turn(); err != nil {
		return err
	}
	err := s.begin(ctx, r, o, c, params)
	r.behind(s.g.turns.give)
	return err
}

// begin starts a statement in the instance where it belongs.
func (s *Session) begin(ctx context.Context, r *Result, o *open, c *checked, params []Param) (err error) {
	instance := o.data
	if c.Touches == guard.TouchesCatalog {
		if instance, err = s.shadow(o, c.Verdict); err != nil {
			return s.g.hide(ctx, r.id, err)
		}
	} else if err := s.g.ready(ctx, o, c.Relations); err != nil {
		return s.g.hide(ctx, r.id, err)
	}
	if r.runner, err = o.idle.take(instance, c.text); err != nil {
		if _, ok := errors.AsType[*duck.Fault](err); ok {
			return r.safe(err)
		}
		return s.g.hide(ctx, r.id, err)
	}
	if !s.g.changing(c.Relations) {
		r.idle = o.idle
	}
	values := make([]duck.Param, len(c.bound))
	for i, at := range c.bound {
		values[i] = duck.Param{Text: params[at].Value, Null: params[at].Null}
	}
	var failed error
	if !r.await(func() { r.stream, failed = r.runner.statement.Query(ctx, values...) }) {
		return r.safe(&duck.Fault{Kind: duck.FaultCanceled, Text: context.Cause(ctx).Error()})
	}
	if failed != nil {
		return r.safe(failed)
	}
	r.schema = s.named(r.stream.Schema(), c.names)
	return nil
}

var errTooLong = errors.New("it took too long")

// decision is the record of what was decided on a statement.
func (s *Session) decision(id, snapshotID string, o *open, v guard.Verdict) audit.Entry {
	e := s.entry(audit.KindDecision)
	e.DecisionID, e.Snapshot, e.Fingerprint, e.Verdict = id, snapshotID, v.Fingerprint, verdictAllow
	if v.Refusal != nil {
		e.Verdict, e.Rules, e.Reasons = verdictDeny, []string{"guard/" + v.Refusal.Rule}, []string{reasonWithoutNames(v.Refusal)}
		return e
	}
	for _, t := range o.tables {
		relation := t.schema + "." + t.name
		if !slices.Contains(v.Relations, relation) {
			continue
		}
		e.Datasets = append(e.Datasets, t.grant.Dataset)
		for _, reason := range t.grant.Reasons {
			if !slices.Contains(e.Rules, reason.Rule) {
				e.Rules = append(e.Rules, reason.Rule)
			}
		}
		for _, col := range t.grant.Columns {
			if !slices.Contains(v.Columns, relation+"."+col.Name) {
				continue
			}
			name := t.grant.Dataset + "." + col.Name
			e.Columns = append(e.Columns, name)
			if col.Mask.Kind != policy.Show {
				e.MaskedColumns = append(e.MaskedColumns, name)
			}
		}
	}
	return e
}

// reasonWithoutNames keeps what a client typed out of the record.
func reasonWithoutNames(r *guard.Refusal) string {
	for _, rule := range guard.Rules() {
		if rule.Name == r.Rule {
			return rule.Doc
		}
	}
	return r.Rule
}

// notes says, in words for whoever asked, what an answer over these relations
// leaves out.
func (o *open) notes(relations []string) []string {
	var notes []string
	for _, t := range o.tables {
		if !slices.Contains(relations, t.schema+"."+t.name) {
			continue
		}
		if t.filtered() {
			notes = append(notes, t.grant.Dataset+" shows only the rows that you may see")
		}
		var masked []string
		for _, col := range t.grant.Columns {
			if col.Mask.Kind != policy.Show && col.Mask.Kind != policy.Hide {
				masked = append(masked, col.Name+" ("+string(col.Mask.Kind)+")")
			}
		}
		if len(masked) > 0 {
			notes = append(notes, t.grant.Dataset+" has masked columns: "+strings.Join(masked, ", "))
		}
	}
	return notes
}

// safe turns a fault of the engine into an error that holds no value of any
// row. What came before the first row was read depends on the text and on the
// scope's own names alone; of anything later only the kind is told.
func (r *Result) safe(err error) error {
	f, ok := errors.AsType[*duck.Fault](err)
	if !ok {
		return r.session.g.hide(r.ctx, r.id, err)
	}
	if f.Prepared {
		return unfit(f)
	}
	r.session.g.Log.WarnContext(r.ctx, "statement failed", "id", r.id, "error", f.Text)
	switch f.Kind {
	case duck.FaultCanceled:
		if errors.Is(context.Cause(r.ctx), errTooLong) {
			return policy.Errorf(policy.Canceled, "the statement took longer than the %s that you may have; narrow it", r.limits.Time.Round(time.Second))
		}
		return policy.Errorf(policy.Canceled, "the statement was cancelled")
	case duck.FaultMemory:
		return policy.Errorf(policy.Failed, "the statement needs more memory than you may have; narrow it")
	case duck.FaultValue:
		return policy.Errorf(policy.Usage, "a value does not suit a cast or function of the statement; TRY_CAST gives NULL instead (id %s)", r.id)
	default:
		return policy.Errorf(policy.Failed, "the statement failed as it ran (id %s)", r.id)
	}
}
