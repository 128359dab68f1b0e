package synth_test

import (
	"database/sql"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/weir-warehouse/weir/etl/synth"
)

// estimate is an effect with its standard error.
type estimate struct{ value, se float64 }

func (e estimate) minus(f estimate) estimate {
	return estimate{e.value - f.value, math.Hypot(e.se, f.se)}
}

// naive is the plain difference of means.
func naive(treated, control []float64) estimate {
	mt, vt := stat.MeanVariance(treated, nil)
	mc, vc := stat.MeanVariance(control, nil)
	return estimate{mt - mc, math.Sqrt(vt/float64(len(treated)) + vc/float64(len(control)))}
}

// sample holds outcomes and covariates of one arm.
type sample struct {
	y []float64
	x [][]float64
}

// adjusted is the effect on the treated by regression: what the comparison
// arm's regression predicts for the treated is taken from what they have. The
// error adds that of the treated's mean and that of the prediction.
func adjusted(t *testing.T, treated, control sample) estimate {
	t.Helper()
	n, k := len(control.y), len(control.x[0])
	x, y := mat.NewDense(n, k, nil), mat.NewVecDense(n, control.y)
	for i, row := range control.x {
		x.SetRow(i, row)
	}
	var xx, inverse mat.Dense
	xx.Mul(x.T(), x)
	if err := inverse.Inverse(&xx); err != nil {
		t.Fatal(err)
	}
	var xy, beta, fitted, rest mat.VecDense
	xy.MulVec(x.T(), y)
	beta.MulVec(&inverse, &xy)
	fitted.MulVec(x, &beta)
	rest.SubVec(y, &fitted)
	sigma2 := mat.Dot(&rest, &rest) / float64(n-k)

	center, gaps := mat.NewVecDense(k, nil), make([]float64, len(treated.y))
	for i, row := range treated.x {
		v := mat.NewVecDense(k, row)
		center.AddScaledVec(center, 1/float64(len(treated.y)), v)
		gaps[i] = treated.y[i] - mat.Dot(v, &beta)
	}
	value, variance := stat.MeanVariance(gaps, nil)
	return estimate{value, math.Sqrt(variance/float64(len(gaps)) + sigma2*mat.Inner(center, &inverse, center))}
}

// Steps of experience, in addition to its linear part.
const (
	allSteps    = "CAST(experience <= 3 AS INTEGER), CAST(experience >= 20 AS INTEGER)"
	earlyCareer = "CAST(experience = 0 AS INTEGER)"
	experienced = "CAST(experience >= 20 AS INTEGER)"
)

// arm reads the outcome y of the teacher-years that took just these kinds, and
// the covariates on which uptake depends: fall score, experience, device, school.
func arm(t *testing.T, db *sql.DB, from, y, steps, kinds string) sample {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `
		SELECT `+y+`, CAST(list_concat([1.0, fall, experience, `+steps+`, CAST(device = 'personal' AS INTEGER), CAST(device = 'none' AS INTEGER)],
			list_transform((SELECT list(DISTINCT school_id ORDER BY school_id)[2:] FROM teacher), lambda s: CAST(s = school_id AS INTEGER))
		) AS DOUBLE[])
		FROM `+from+` WHERE kinds = ? ORDER BY teacher_number, ends`, kinds)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	var s sample
	for rows.Next() {
		var outcome float64
		var covariates []any
		if err := rows.Scan(&outcome, &covariates); err != nil {
			t.Fatal(err)
		}
		x := make([]float64, len(covariates))
		for i, c := range covariates {
			x[i], _ = c.(float64)
		}
		s.y, s.x = append(s.y, outcome), append(s.x, x)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

// within checks an estimate to four standard errors.
func within(t *testing.T, what string, got estimate, want float64) {
	t.Helper()
	if !(math.Abs(got.value-want) <= 4*got.se) {
		t.Errorf("%s: %.4f ± %.4f, planted %.4f", what, got.value, got.se, want)
	}
}

// adjust checks that self-selection biases the plain comparisons as stated, and
// that conditioning on what is recorded mends them.
func adjust(t *testing.T, db *sql.DB, truth synth.Truth) {
	t.Helper()
	const growth, points, post = "spring / fall - 1", "spring", "post - 0.75 * prior"
	kinds := map[string]string{
		"ai_personalized": "ai_personalized", "human_coaching": "human_coaching", "ai_coaching": "ai_coaching",
		"human_and_ai_coaching": "ai_coaching human_coaching", "micro_learning": "micro_learning",
		"just_in_time": "just_in_time", "micro_credential": "micro_credential", "plc": "plc",
	}
	effects := map[string]estimate{}
	workshop := arm(t, db, "teacher_year", growth, allSteps, "workshop")
	for name, kind := range kinds {
		effects[name] = adjusted(t, arm(t, db, "teacher_year", growth, allSteps, kind), workshop)
		within(t, "effect."+name, effects[name], quantity(t, truth, "effect."+name).Value)
	}
	within(t, "interaction", effects["human_and_ai_coaching"].minus(effects["human_coaching"]).minus(effects["ai_coaching"]),
		quantity(t, truth, "interaction.human_and_ai_coaching").Value)
	for band, steps := range map[string]string{"early_career": earlyCareer, "experienced": experienced} {
		from := "(FROM teacher_year WHERE experience <= 3)"
		if steps == experienced {
			from = "(FROM teacher_year WHERE experience > 3)"
		}
		got := adjusted(t, arm(t, db, from, growth, steps, "ai_coaching"), arm(t, db, from, growth, steps, "workshop"))
		within(t, "effect.ai_coaching."+band, got, quantity(t, truth, "effect.ai_coaching."+band).Value)
	}
	levels := arm(t, db, "teacher_year", points, allSteps, "workshop")
	treated := arm(t, db, "teacher_year", points, allSteps, "ai_personalized")
	q, plain := quantity(t, truth, "spring_score.ai_personalized"), naive(treated.y, levels.y)
	within(t, "spring_score.ai_personalized", adjusted(t, treated, levels), q.Value)
	if math.Abs(plain.value-*q.Naive) > 0.001 {
		t.Errorf("the plain difference is %.4f, stated %.4f", plain.value, *q.Naive)
	}
	if plain.value-q.Value < 8*plain.se {
		t.Errorf("the plain difference %.4f ± %.4f hardly differs from the effect %.4f", plain.value, plain.se, q.Value)
	}
	schooling := arm(t, db, "student_panel", post, allSteps, "workshop")
	for name, kind := range kinds {
		if name == "human_and_ai_coaching" {
			continue // truth.json states the effect of each alone
		}
		got := adjusted(t, arm(t, db, "student_panel", post, allSteps, kind), schooling)
		within(t, "student_effect."+kind, got, quantity(t, truth, "student_effect."+kind).Value)
	}
}
