package method

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Counted tells whom the values of a metric count and where each of them stands:
// for each list of dimensions, and each breakdown in it, a digest that is equal for
// the same people in the same places, in whatever metric. Lists whose numbers of
// people are not those of unit rows, as in a comparison, have none.
type Counted struct {
	Of map[string]string // by list of dimensions and breakdown, as disclosure control names them

	lock sync.Mutex
	told bool // by the method itself
}

// settle says that the method itself has told whom the values count, or that they
// count nobody as unit rows do.
func (w *Counted) settle() {
	if w != nil {
		w.told = true
	}
}

// ListKey names a list of dimensions as disclosure control does.
func ListKey(columns []string, breakdown string) string {
	words := slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return slices.Contains(Breakdown, c) })
	if breakdown != "" {
		words = append(words, Breakdown[0]+"="+breakdown)
	}
	return strings.Join(words, ",")
}

// places are the columns that tell people's places apart, in the order of marts.
var places = slices.Concat(Dimensions, Breakdown[:2])

// note adds the digests of a list. Given are the numbers of people that the values
// have, by all of their places, if these need not be those that were counted.
func (w *Counted) note(person string, list []string, c *counter, given map[string]int64) {
	listed := Columns(list)
	columns := slices.DeleteFunc(slices.Clone(places), func(p string) bool { return !slices.Contains(listed, p) })
	lines, odd := map[string][]string{}, map[string]bool{} // by breakdown
	for at := range c.known {
		k := &c.known[at]
		if k.every {
			continue
		}
		words, what := make([]string, len(places)), ""
		for i, name := range places {
			if !slices.Contains(columns, name) {
				continue
			}
			of := c.columns[name]
			words[i] = of.names[of.codes[k.first]]
			if name == Breakdown[0] {
				what = words[i]
			}
		}
		place := strings.Join(words, separator)
		lines[what] = append(lines[what], fmt.Sprintf("%s%s%d %x %x", place, separator, k.n, k.people[0], k.people[1]))
		odd[what] = odd[what] || given != nil && given[place] != k.n
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	for what, of := range lines {
		if odd[what] {
			continue
		}
		slices.Sort(of)
		sum := sha256.Sum256([]byte(person + "\x00" + strings.Join(columns, ",") + "\x00" + strings.Join(of, "\x00")))
		w.Of[ListKey(columns, what)] = hex.EncodeToString(sum[:])
	}
}

const separator = "\x1f"

// Count tells whom the values in in.Into count, where the method has not.
func (in Input) Count(ctx context.Context) error {
	w := in.Counted
	if w.told || in.Person == "" {
		return nil
	}
	given, err := in.given(ctx)
	if err != nil {
		return err
	}
	u, err := in.read(ctx, in.Person+" IS NOT NULL", nil, nil)
	if err != nil {
		return err
	}
	defer u.free()
	for _, list := range in.Dimensions {
		c := newCounter(u, tally{add: func([]sum, int32) {}}, list)
		c.count()
		w.note(in.Person, list, c, given)
		c.free()
	}
	return nil
}

// given reads the numbers of people of the values, by all of their places.
func (in Input) given(ctx context.Context) (map[string]int64, error) {
	texts := make([]string, len(places))
	for i, p := range places {
		texts[i] = "coalesce(" + p + ", '')"
	}
	rows, err := in.DB.QueryContext(ctx, fmt.Sprintf("SELECT concat_ws(chr(31), %s), n FROM %s", strings.Join(texts, ", "), in.Into))
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	out := map[string]int64{}
	for rows.Next() {
		var place string
		var n sql.NullInt64
		if err := rows.Scan(&place, &n); err != nil {
			return nil, err
		}
		out[place] = n.Int64
	}
	return out, rows.Err()
}
