package disclosure

import (
	"errors"
	"fmt"
)

// Thresholds are the numbers that the rules turn on. They are policy's data;
// no rule has a number of its own.
type Thresholds struct {
	People        int64    `json:"people"`         // fewest distinct people behind a figure
	Groups        int64    `json:"groups"`         // fewest groups (schools) behind a figure that is about several
	ZerosDisclose bool     `json:"zeros_disclose"` // whether "nobody" is hidden like a small group
	ResidualDF    int64    `json:"residual_df"`    // fewest residual degrees of freedom of a model
	Rounding      Rounding `json:"rounding"`       // of counts
	Bands         []Band   `json:"bands"`          // of shares
	Dominance     NK       `json:"dominance"`      // of amounts
	PRatio        float64  `json:"p_ratio"`        // least rest beside the two largest contributions, as a share of the largest
	Width         int64    `json:"width"`          // protection level of numbers of people; of those with a property, half
	Spread        float64  `json:"spread"`         // protection level of amounts, as a share of the value, to each side
}

// NK is the dominance rule: the N largest contributions may not make up more
// than the share K of an amount (handbook, section 4.2.2).
type NK struct {
	N int     `json:"n"`
	K float64 `json:"k"`
}

// Band hides the exact share where it lies within Edge of 0 or 1, for groups of
// at least People people (NCES 2011-603).
type Band struct {
	People int64   `json:"people"`
	Edge   float64 `json:"edge"`
}

// of returns the thresholds for a table, which may ask for more people.
func (t Thresholds) of(table *Table) Thresholds {
	t.People = max(t.People, table.Minimum)
	return t
}

// half is the protection level of counts within a group: half that of people,
// since what a band tells of a larger group limits them.
func (t Thresholds) half() int64 { return max(1, t.Width/2) }

// Validate reports the first threshold that makes no sense.
func (t Thresholds) Validate() error {
	switch {
	case t.People < 2:
		return fmt.Errorf("people: %d protects nobody, give at least 2", t.People)
	case t.Groups < 0, t.ResidualDF < 0:
		return errors.New("groups and residual_df cannot be negative")
	case t.Width < 1 || t.Width > t.People-2:
		return fmt.Errorf("width: %d, give 1 to %d: readers know of a hidden count that it is below %d", t.Width, t.People-2, t.People)
	case t.Spread < 0 || t.Spread > 1:
		return fmt.Errorf("spread: %g is not a share", t.Spread)
	case t.PRatio < 0:
		return fmt.Errorf("p_ratio: %g is negative", t.PRatio)
	case t.Dominance.N < 0 || t.Dominance.N > 0 && (t.Dominance.K <= 0 || t.Dominance.K > 1):
		return fmt.Errorf("dominance: n %d and k %g, give a count and a share above 0", t.Dominance.N, t.Dominance.K)
	}
	for _, b := range t.Bands {
		if b.People < 1 || b.Edge <= 0 || b.Edge >= 0.5 {
			return fmt.Errorf("bands: %d people and edge %g, give at least 1 and an edge between 0 and 0.5", b.People, b.Edge)
		}
		if float64(b.People)*b.Edge < float64(t.half()) {
			return fmt.Errorf("bands: %g of %d people is fewer than %d: the band would tell the number", b.Edge, b.People, t.half())
		}
	}
	return t.Rounding.validate()
}
