package httpdoor

import (
	"maps"
	"net/url"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// overseerCommand is the command that a scope must have for its owner to ask
// what others may see.
const overseerCommand = "policy"

// asked is whose view is asked for.
type asked struct {
	policy.Request

	overseer bool // who asks may ask what others may see
	foreign  bool // and does
}

// asked returns the session's own view or, for who may ask for others, that of
// the one named.
func (c *call) asked(values url.Values) (a asked, err error) {
	if a.Request, err = c.request(); err != nil {
		return a, err
	}
	scope, err := c.Policy.Scope(c.r.Context(), a.Request)
	if err != nil {
		return a, err
	}
	a.overseer = slices.Contains(scope.Commands, overseerCommand)
	who := values.Get("principal")
	if a.foreign = who != ""; !a.foreign {
		if values.Has("purpose") || values.Has("agreement") {
			return a, policy.Errorf(policy.Usage, "purpose and agreement in the address go with principal; your own are %s", purposeHeader+" and "+agreementHeader)
		}
		return a, nil
	}
	if !a.overseer {
		return a, policy.Errorf(policy.Denied, "you may ask what you see yourself; leave principal out")
	}
	purpose := policy.Purpose(values.Get("purpose"))
	if !slices.Contains(policy.Purposes(), purpose) {
		return a, policy.Errorf(policy.Usage, "purpose = %q is unknown; name the one for which %s would ask", purpose, who)
	}
	a.Request, err = c.requestOf(who, purpose, values.Get("agreement"))
	return a, err
}

// scopeOf is the session's own scope.
func (c *call) scopeOf() (*policy.Scope, error) {
	r, err := c.request()
	if err != nil {
		return nil, err
	}
	return c.Policy.Scope(c.r.Context(), r)
}

// explain answers what is seen of a dataset or a column, and why. Who does not
// oversee policy hears of nothing that they may not see, as elsewhere.
func (c *call) explain() error {
	values, err := c.fields("dataset", "column", "principal", "purpose", "agreement")
	if err != nil {
		return err
	}
	dataset, column := values.Get("dataset"), values.Get("column")
	if dataset == "" {
		return policy.Errorf(policy.Usage, "name a dataset")
	}
	a, err := c.asked(values)
	if err != nil {
		return err
	}
	x, err := c.Policy.Explain(c.r.Context(), a.Request, dataset, column)
	missing := policy.Errorf(policy.NotFound, "you have no dataset %q, or it has no column %q", dataset, column)
	if policy.CodeOf(err) == policy.NotFound {
		return missing
	}
	if err != nil {
		return err
	}
	if a.foreign {
		x.Rego, x.SQL = nil, "" // they hold the other's own key
	}
	if a.overseer {
		return c.answer(x)
	}
	if !x.Allow || x.Aggregate != nil && column != "" && !slices.Contains(x.Aggregate.By, column) {
		return missing
	}
	if x.Aggregate != nil { // what the figures are made from is not seen itself
		x.Columns = nil
	}
	x.Columns = slices.DeleteFunc(slices.Clone(x.Columns), func(g policy.GrantColumn) bool { return g.Mask.Kind == policy.Hide })
	return c.answer(x)
}

// scopeAnswer is everything that a session may see.
type scopeAnswer struct {
	Revision  string          `json:"revision"`
	Principal string          `json:"principal"`
	Purpose   policy.Purpose  `json:"purpose"`
	Agreement string          `json:"agreement,omitempty"`
	Refusal   *policy.Refusal `json:"refusal,omitempty"`
	Acting    []policy.Role   `json:"acting"`
	Commands  []string        `json:"commands"`
	Limits    limits          `json:"limits"`
	Datasets  []granted       `json:"datasets"`
}

type limits struct {
	Rows       int64   `json:"rows"`
	Seconds    float64 `json:"seconds"`
	Bytes      int64   `json:"memory_bytes"`
	Statements int     `json:"statements"`
}

// granted is what is seen of one dataset.
type granted struct {
	Dataset   string            `json:"dataset"`
	Rows      string            `json:"rows"` // all, some or none
	Reasons   []policy.Reason   `json:"reasons"`
	Columns   []grantedColumn   `json:"columns"`
	Aggregate *policy.Aggregate `json:"aggregate,omitempty"`
	Minimum   int               `json:"minimum_cell,omitempty"`
}

type grantedColumn struct {
	Name string          `json:"name"`
	Mask policy.MaskKind `json:"mask"`
}

// scope answers with all that the session may see.
func (c *call) scope() error {
	values, err := c.fields("principal", "purpose", "agreement")
	if err != nil {
		return err
	}
	r, err := c.asked(values)
	if err != nil {
		return err
	}
	s, err := c.Policy.Scope(c.r.Context(), r.Request)
	if err != nil {
		return err
	}
	out := scopeAnswer{
		Revision: s.Revision, Principal: r.Principal.ID, Purpose: r.Purpose, Refusal: s.Refusal,
		Acting: s.Acting, Commands: append([]string{}, s.Commands...), Datasets: []granted{},
		Limits: limits{s.Limits.Rows, s.Limits.Time.Seconds(), s.Limits.Memory, s.Limits.Statements},
	}
	if r.Agreement != nil {
		out.Agreement = r.Agreement.ID
	}
	for _, name := range slices.Sorted(maps.Keys(s.Grants)) {
		if g := s.Grants[name]; g.Allow {
			out.Datasets = append(out.Datasets, grantedOf(g))
		}
	}
	return c.answer(out)
}

func grantedOf(g *policy.Grant) granted {
	out := granted{
		Dataset: g.Dataset, Rows: g.Rows.Extent(), Reasons: g.Reasons, Columns: []grantedColumn{},
		Aggregate: g.Aggregate, Minimum: g.MinimumCell,
	}
	if g.Aggregate != nil { // its columns are those of the figures
		return out
	}
	for _, col := range g.Columns {
		if col.Mask.Kind != policy.Hide {
			out.Columns = append(out.Columns, grantedColumn{col.Name, col.Mask.Kind})
		}
	}
	return out
}
