package stats

import (
	"math"

	"github.com/weir-warehouse/weir/policy"
)

// Oster is how an effect moves when controls are added, from which follows
// what unobserved ones could do (Oster, J. Bus. Econ. Stat. 37, 2019, section
// 3, with her approximation).
type Oster struct {
	Uncontrolled, R2Uncontrolled float64 // effect and R² without controls
	Controlled, R2Controlled     float64 // and with them
	R2Max                        float64 // R² with unobserved controls too; 0 means min(1.3·R2Controlled, 1)
}

// Beta returns the effect if unobserved controls matter delta times as much as
// observed ones. Errors: R² that do not rise from uncontrolled to controlled to R2Max.
func (o Oster) Beta(delta float64) (float64, error) {
	largest, err := o.largest()
	if err != nil {
		return 0, err
	}
	return o.Controlled - delta*(o.Uncontrolled-o.Controlled)*(largest-o.R2Controlled)/(o.R2Controlled-o.R2Uncontrolled), nil
}

// Delta returns how much unobserved controls would have to matter, relative to
// observed ones, for the effect to be zero; +Inf if controls do not move it.
// Errors: as Beta.
func (o Oster) Delta() (float64, error) {
	largest, err := o.largest()
	if err != nil {
		return 0, err
	}
	if o.Uncontrolled == o.Controlled {
		return math.Inf(1), nil
	}
	return o.Controlled * (o.R2Controlled - o.R2Uncontrolled) / ((o.Uncontrolled - o.Controlled) * (largest - o.R2Controlled)), nil
}

func (o Oster) largest() (float64, error) {
	largest := o.R2Max
	if largest == 0 {
		largest = min(1.3*o.R2Controlled, 1)
	}
	if !(o.R2Uncontrolled >= 0 && o.R2Uncontrolled < o.R2Controlled && o.R2Controlled < largest && largest <= 1) {
		return 0, policy.Errorf(policy.DataRefused,
			"unobserved selection: R² must rise from %v without controls to %v with them to %v at most", o.R2Uncontrolled, o.R2Controlled, largest)
	}
	return largest, nil
}
