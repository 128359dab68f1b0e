package match

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// greedy is a nearest-neighbour match under way (Rosenbaum 2020, ch. 9). Rows
// are indexed by focal unit in the data's order.
type greedy struct {
	p      *problem
	units  []int32 // focal units
	row    []int32 // of each unit; −1 if it is not focal
	ratio  []int32 // matches wanted by each row
	start  []int32 // of each row in match
	match  []int32
	count  []int32 // matches so far
	times  []int32 // of each unit: how often it was used
	order  Order
	serve  []int32      // focal units in order of service, without discarded ones
	space  *space       // of a Mahalanobis distance or kin; nil: by score
	score  []float64    // that units are sorted by: with a space its first dimension
	sorted *sortedUnits // within the strata of the stage
	at     []int32      // for the trees of a space
	rows   []int32      // 0, 1, 2, …
	rule   tieRule
	whole  bool // the rule goes by places among all units, not those of a stratum
	near   *nearTies
	// seek makes the finder of available units in a stratum of sorted.
	seek func(stratum int, units []int32, l *limits) finder
}

// nearest matches greedily: within exact strata, and, where asked, within
// clusters first and then outside of them.
func (p *problem) nearest() (*Result, error) {
	s, err := p.space()
	if err != nil {
		return nil, err
	}
	score := p.score
	if s != nil && s.dims == 1 && score == nil {
		score, s = s.points, nil // one dimension is a line
	}
	g, err := p.newGreedy(s, score)
	if err != nil {
		return nil, err
	}
	g.run()
	return p.pairsResult(g.settleTies().pairs())
}

func (g *greedy) run() {
	l := &g.p.limits
	if l.cluster == nil {
		g.stage(l.exact, l)
		return
	}
	outside := *l
	outside.anti = append(slices.Clone(l.anti), l.cluster)
	g.stage(combine(g.p.both()...), l)
	g.stage(l.exact, &outside)
}

// both lists the codes that pairs within a cluster must share.
func (p *problem) both() [][]int32 {
	if p.limits.exact == nil {
		return [][]int32{p.limits.cluster}
	}
	return [][]int32{p.limits.exact, p.limits.cluster}
}

// newGreedy prepares a match in a space, or, if that is nil, by a score.
func (p *problem) newGreedy(s *space, score []float64) (*greedy, error) {
	n := p.frame.n
	g := &greedy{p: p, space: s, score: score, row: make([]int32, n), times: make([]int32, n), near: &nearTies{}}
	for i, focal := range p.focal {
		g.row[i] = -1
		if focal {
			g.row[i] = index32(len(g.units))
			g.units = append(g.units, index32(i))
		}
	}
	var err error
	if g.order, err = p.spec.orderFor(p.score != nil, len(g.units)); err != nil {
		return nil, err
	}
	if g.ratio, err = p.ratios(g.units); err != nil {
		return nil, err
	}
	g.start = make([]int32, len(g.units)+1)
	for i, k := range g.ratio {
		if int(g.start[i])+int(k) > maxRows {
			return nil, policy.Errorf(policy.Usage, "a ratio of %v for %d units makes too many pairs", p.spec.Ratio, len(g.units))
		}
		g.start[i+1] = g.start[i] + k
	}
	g.match, g.count = make([]int32, g.start[len(g.units)]), make([]int32, len(g.units))
	g.serve = g.sequence()
	g.seek = func(stratum int, _ []int32, l *limits) finder { return newLine(g.sorted, stratum, l, g.available) }
	if g.space != nil {
		g.seek = func(_ int, units []int32, l *limits) finder { return g.newTree(units, l) }
		g.score = g.space.first()
		g.at, g.rows = make([]int32, n), make([]int32, n)
		for i := range g.rows {
			g.rows[i] = index32(i)
		}
	}
	return g, nil
}

// ratios returns how many matches each focal unit seeks. With a variable ratio
// those whose scores are least like the others' get the fewest (Ming and
// Rosenbaum 2000).
func (p *problem) ratios(units []int32) ([]int32, error) {
	s := p.spec
	out := make([]int32, len(units))
	if s.MaxControls == 0 {
		for i := range out {
			out[i] = int32(min(s.Ratio, float64(p.frame.n)))
		}
		return out, nil
	}
	n1, least, most := float64(len(units)), max(s.MinControls, 1), s.MaxControls
	total := math.RoundToEven(s.Ratio * n1)
	atMost := math.Floor((total - least*(n1-1)) / (most - least))
	atLeast := n1 - atMost - 1
	if atLeast < 0 || atMost < 0 {
		return nil, policy.Errorf(policy.Usage, "no way to give %v units from %v to %v matches each, %v on average", n1, least, most, s.Ratio)
	}
	shares := append(slices.Repeat([]float64{least}, int(atLeast)), total-(least*atLeast+most*atMost))
	shares = append(shares, slices.Repeat([]float64{most}, int(atMost))...)
	for i := range len(shares) - 1 {
		if shares[i] == 0 {
			shares[i]++
			shares[i+1]--
		}
	}
	for i, place := range p.byScore(units) {
		out[place] = int32(shares[i])
	}
	return out, nil
}

// byScore returns the places of units by score, descending if their mean is
// above the others'.
func (p *problem) byScore(units []int32) []int32 {
	var sum, rest float64
	scores := make([]float64, len(units))
	for i, u := range units {
		scores[i] = p.score[u]
		sum += p.score[u]
	}
	for i, focal := range p.focal {
		if !focal {
			rest += p.score[i]
		}
	}
	if sum/float64(len(units)) > rest/float64(p.frame.n-len(units)) {
		for i := range scores {
			scores[i] = -scores[i]
		}
	}
	return ascending(scores)
}

// sequence returns the focal units in order of service, without discarded ones.
func (g *greedy) sequence() []int32 {
	out := slices.Clone(g.units)
	switch g.order {
	case Largest, Smallest:
		keys := make([]float64, len(out))
		for i, u := range out {
			keys[i] = g.p.score[u]
			if g.order == Largest {
				keys[i] = -keys[i]
			}
		}
		for i, place := range ascending(keys) {
			out[i] = g.units[place]
		}
	case Random:
		r := rand.New(rand.NewPCG(g.p.spec.Seed, 0)) //nolint:gosec // a seed makes the order repeatable
		r.Shuffle(len(out), func(i, k int) { out[i], out[k] = out[k], out[i] })
	default:
	}
	return slices.DeleteFunc(out, func(u int32) bool { return g.p.discarded[u] })
}

// pairs returns the matches made.
func (g *greedy) pairs() *Pairs {
	out := &Pairs{Start: []int32{0}}
	for i, u := range g.units {
		if g.count[i] == 0 {
			continue
		}
		out.Focal = append(out.Focal, u)
		out.Match = append(out.Match, g.match[g.start[i]:g.start[i]+g.count[i]]...)
		out.Start = append(out.Start, index32(len(out.Match)))
	}
	return out
}
