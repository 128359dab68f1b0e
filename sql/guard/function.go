package guard

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// functionsJSON classes every function of the engine into families, each with a
// verdict and its reason. A test holds it to the engine's own list.
//
//go:embed functions.json
var functionsJSON []byte

// family is a group of functions that share a verdict.
type family struct {
	Family  string  `json:"family"`
	Verdict verdict `json:"verdict"`
	Reason  string  `json:"reason"`

	// Literal is what the second argument must be a literal of, if anything.
	Literal string `json:"literal"`
	// Aggregates marks scalar macros that call aggregates.
	Aggregates bool `json:"aggregates"`

	Scalar    []string `json:"scalar"`    // scalar functions, macros and operators
	Aggregate []string `json:"aggregate"` // aggregates and window functions
	Table     []string `json:"table"`     // functions and macros that stand in FROM
	Pragma    []string `json:"pragma"`    // never reached: a PRAGMA is not a SELECT
	Syntax    []string `json:"syntax"`    // names that the binder knows and the engine does not list
}

type verdict string

// The verdicts on a family.
const (
	allowed     verdict = "allow"
	catalogOnly verdict = "catalog" // allowed where no data is touched
	refused     verdict = "refuse"
)

// functions finds a function's family by its folded name and where it stands:
// called in an expression, or as a table. The same name can be two functions.
type functions struct {
	called     map[string]*family
	tables     map[string]*family
	aggregates map[string]bool
}

func readFunctions() (functions, error) {
	var families []*family
	if err := json.Unmarshal(functionsJSON, &families); err != nil {
		return functions{}, fmt.Errorf("functions.json: %w", err)
	}
	fs := functions{
		called: make(map[string]*family), tables: make(map[string]*family), aggregates: make(map[string]bool),
	}
	for _, f := range families {
		if f.Verdict != allowed && f.Verdict != catalogOnly && f.Verdict != refused {
			return functions{}, fmt.Errorf("functions.json: %s: unknown verdict %q", f.Family, f.Verdict)
		}
		for _, names := range [][]string{f.Scalar, f.Aggregate, f.Syntax} {
			for _, n := range names {
				fs.called[fold(n)] = f
			}
		}
		aggregates := f.Aggregate
		if f.Aggregates {
			aggregates = f.Scalar
		}
		for _, n := range aggregates {
			fs.aggregates[fold(n)] = true
		}
		for _, n := range f.Table {
			fs.tables[fold(n)] = f
		}
	}
	return fs, nil
}

// isAggregate reports whether a name is an accepted aggregate's.
func (fs functions) isAggregate(name string) bool {
	f := fs.called[fold(name)]
	return fs.aggregates[fold(name)] && f.Verdict == allowed
}
