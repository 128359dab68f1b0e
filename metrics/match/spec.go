package match

import "math"

// Method is a way to form comparison groups, by MatchIt's name where it has one.
type Method string

// The methods.
const (
	Nearest   Method = "nearest"  // greedy nearest neighbours
	Exact     Method = "exact"    // strata of equal covariates
	Coarsened Method = "cem"      // strata of equal covariates after coarsening
	Subclass  Method = "subclass" // strata of the score
	Optimal   Method = "optimal"  // pairs of the least total distance
	Full      Method = "full"     // strata of one unit and many, of the least total distance
	Entropy   Method = "ebal"     // weights of the least divergence that balance moments
	Weighting Method = "ipw"      // inverse probability of treatment weights
)

// Estimand is the group of units whose average effect is wanted.
type Estimand string

// The estimands.
const (
	ATT Estimand = "ATT" // of the treated
	ATC Estimand = "ATC" // of the controls
	ATE Estimand = "ATE" // of all units
)

// Distance is a measure of how far two units are apart.
type Distance string

// The distances. Column makes one more.
const (
	Score             Distance = "glm" // difference of propensity scores
	Mahalanobis       Distance = "mahalanobis"
	RobustMahalanobis Distance = "robust_mahalanobis" // rank-based (Rosenbaum 2010, ch. 8)
	ScaledEuclidean   Distance = "scaled_euclidean"
	Euclidean         Distance = "euclidean"
)

const columnPrefix = "column:"

// ColumnDistance is the difference of a numeric column, such as a score that
// was estimated elsewhere.
func ColumnDistance(name string) Distance { return Distance(columnPrefix + name) }

// Order is the order in which nearest-neighbour matching serves units.
type Order string

// The orders.
const (
	Largest  Order = "largest"  // highest score first
	Smallest Order = "smallest" // lowest score first
	DataRow  Order = "data"     // as in the data
	Random   Order = "random"   // by Seed
	Closest  Order = "closest"  // the unit whose best match is nearest first
	Farthest Order = "farthest" // the unit whose best match is farthest first
)

// Discard says which units outside of common support of the score to set aside.
type Discard string

// The ways to discard.
const (
	DiscardNone    Discard = "none"
	DiscardTreated Discard = "treated" // treated units outside the controls' range
	DiscardControl Discard = "control" // controls outside the treated units' range
	DiscardBoth    Discard = "both"    // all units outside either range
)

// Caliper bounds the difference within a pair: at most Width if it is
// positive, more than its magnitude if it is negative.
type Caliper struct {
	Variable string  // a column or expression; empty: the score
	Width    float64 // in the variable's units, or its standard deviations
	Raw      bool    // Width is in the variable's units (std.caliper = FALSE)
}

// Spec says what is wanted. Its zero value, but for Formula, is MatchIt's
// default: 1:1 nearest-neighbour matching without replacement on a logistic
// propensity score for the ATT. A field that the method cannot use is an error.
type Spec struct {
	Formula  string // treatment ~ covariates, in R's notation
	Method   Method
	Estimand Estimand
	Distance Distance
	// Link is the propensity model's link: logit, probit, identity, cloglog,
	// cauchit or log; after the prefix "linear." the distance is the linear
	// predictor instead of the probability.
	Link  string
	Ridge float64 // penalty of the propensity model; see stats.GLM

	Exact     string    // variables that must be equal within a pair, as ~ race + married
	AntiExact string    // variables that must differ within a pair
	Within    string    // a column of clusters: match inside them first, then outside
	Mahvars   string    // variables for a Mahalanobis distance, while the score serves calipers
	Calipers  []Caliper // fixed before matching, over units that are not discarded
	Discard   Discard
	// Reestimate fits the propensity model again without the discarded units.
	Reestimate bool
	Weights    string // column of sampling weights

	Ratio       float64 // controls for each treated unit (for the ATC the other way round); 0: 1
	MinControls float64 // variable ratio, and full matching
	MaxControls float64
	Replace     bool // a control can be used any number of times
	ReuseMax    int  // how often a control can be used; 0: 1, or without limit if Replace
	Order       Order
	Seed        uint64 // of Order Random

	Subclasses int       // number of strata of the score; 0: 6
	Quantiles  []float64 // instead: the score's quantiles that divide strata
	MinN       int       // least units of each arm in a stratum; 0: 1. Negative: drop strata without both arms

	Cutpoints Cutpoints             // of coarsened exact matching
	Grouping  map[string][][]string // of coarsened exact matching: values of a variable that count as one
	K2K       bool                  // prune coarsened strata to pairs
	// K2KDistance orders the pairs within a stratum; empty: mahalanobis.
	K2KDistance Distance

	Moments int // that entropy balancing equates: 1 means; 2 also squares; 3 also cubes; 0: 1
}

// Run forms comparison groups among the units of f. Every constraint of spec
// is checked on the result before it is returned; a breach is an error with
// the code policy.Failed. A spec that contradicts itself or the data's columns
// has the code policy.Usage; data that cannot be matched policy.DataRefused.
func Run(f *Frame, spec Spec) (*Result, error) {
	p, err := prepare(f, spec)
	if err != nil {
		return nil, err
	}
	r, err := p.run()
	if err != nil {
		return nil, err
	}
	if err := p.normalize(r); err != nil {
		return nil, err
	}
	return r, p.verify(r)
}

// unlimited is how often a control can be used with replacement.
const unlimited = math.MaxInt32
