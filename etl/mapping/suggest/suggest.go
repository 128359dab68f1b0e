// Package suggest writes a first mapping for a source file: it compares the
// header and a sample of the values with the contracts, and says where it is
// unsure. It decides nothing that a person has not read: what fits no column
// is listed, not dropped, and no value goes into the mapping but the codes of
// a column that takes codes.
package suggest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Where a dataset is taken for the one that a file holds, and where another is
// close to it.
const (
	recognised = 0.35
	rival      = 0.1
)

// Options say what to compare a file with.
type Options struct {
	Catalog *contract.Catalog
	Dataset string // that the file holds; empty: the one that it is most like
	Scratch string // directory for decoded copies, which are removed
}

// Mapping returns the text of a commented mapping for the file. The error
// carries policy.DataRefused when the file cannot be read or is like no
// dataset.
func Mapping(ctx context.Context, q duck.Querier, file tabular.File, o Options) (string, error) {
	s, err := readSynonyms()
	if err != nil {
		return "", err
	}
	contracts := o.Catalog.All()
	if o.Dataset != "" {
		c, ok := o.Catalog.Get(o.Dataset)
		if !ok {
			return "", policy.Errorf(policy.Usage, "no contract is named %q; `weir contracts list` shows them", o.Dataset)
		}
		contracts = []*contract.Contract{c}
	}
	sm, err := s.read(ctx, q, file, o.Scratch)
	if err != nil {
		return "", err
	}
	var candidates []candidate
	for _, c := range contracts {
		candidates = append(candidates, s.match(c, sm))
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	if o.Dataset == "" && candidates[0].score < recognised {
		return "", strange(file, candidates)
	}
	return write(sm, candidates), nil
}

// strange says that a file is like no dataset, and which are nearest.
func strange(file tabular.File, candidates []candidate) error {
	near := slices.DeleteFunc(candidates[:min(3, len(candidates))], func(c candidate) bool { return c.score < rival })
	text := "its columns are like those of no dataset"
	if len(near) > 0 {
		text += "; nearest are " + strings.Join(names(near), ", ")
	}
	return policy.Errorf(policy.DataRefused, "%s: %s; if it is one, name it with --dataset, else write a contract for it (docs/contracts-authoring.md)", file.Name, text)
}

// names lists candidates with their scores.
func names(candidates []candidate) []string {
	out := make([]string, len(candidates))
	for i, c := range candidates {
		out[i] = fmt.Sprintf("%s (%.2f)", c.contract.Name, c.score)
	}
	return out
}
