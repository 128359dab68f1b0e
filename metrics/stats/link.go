package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/weir-warehouse/weir/policy"
)

// Link is the function that a binomial model takes of the probability to get
// the linear predictor. The zero value is Logit.
type Link int

// The links of R's binomial family, and the identity (a linear probability
// model fitted by maximum likelihood).
const (
	Logit Link = iota
	Probit
	Cloglog
	Cauchit
	Log
	Identity
)

var linkNames = [...]string{"logit", "probit", "cloglog", "cauchit", "log", "identity"}

// ParseLink returns the link of that name, spelled as R spells it.
func ParseLink(name string) (Link, error) {
	for i, known := range linkNames {
		if name == known {
			return Link(i), nil
		}
	}
	return 0, policy.Errorf(policy.Usage, "unknown link %q: choose one of %v", name, linkNames)
}

// String returns the link's name.
func (l Link) String() string {
	if l < 0 || int(l) >= len(linkNames) {
		return "unknown"
	}
	return linkNames[l]
}

const (
	epsilon    = 2.220446049250313e-16 // between 1 and the next double, R's .Machine$double.eps
	probitEdge = 8.125890664701906     // minus the normal quantile of epsilon
)

// linear returns the linear predictor of a probability.
func (l Link) linear(mu float64) float64 {
	switch l {
	case Probit:
		return distuv.UnitNormal.Quantile(mu)
	case Cloglog:
		return math.Log(-math.Log1p(-mu))
	case Cauchit:
		return math.Tan(math.Pi * (mu - 0.5))
	case Log:
		return math.Log(mu)
	case Identity:
		return mu
	default:
		return math.Log(mu / (1 - mu))
	}
}

// mean returns the probability of a linear predictor, and its derivative. As
// in R, links that map to (0, 1) are kept from reaching its ends by rounding.
func (l Link) mean(eta float64) (mu, slope float64) {
	switch l {
	case Probit:
		slope = max(math.Exp(-eta*eta/2)/math.Sqrt(2*math.Pi), epsilon)
		return math.Erfc(-min(max(eta, -probitEdge), probitEdge)/math.Sqrt2) / 2, slope
	case Cloglog:
		slope = max(math.Exp(min(eta, 700))*math.Exp(-math.Exp(min(eta, 700))), epsilon)
		return max(min(-math.Expm1(-math.Exp(eta)), 1-epsilon), epsilon), slope
	case Cauchit:
		edge := math.Tan(math.Pi * (0.5 - epsilon))
		slope = max(1/(math.Pi*(1+eta*eta)), epsilon)
		return math.Atan(min(max(eta, -edge), edge))/math.Pi + 0.5, slope
	case Log:
		mu = math.Exp(eta)
		return mu, max(mu, epsilon)
	case Identity:
		return eta, 1
	default:
		return logistic(eta)
	}
}

func logistic(eta float64) (mu, slope float64) {
	e := math.Exp(eta)
	switch {
	case eta < -30:
		return epsilon / (1 + epsilon), epsilon
	case eta > 30:
		return 1 / (1 + epsilon), epsilon
	default:
		return e / (1 + e), e / ((1 + e) * (1 + e))
	}
}
