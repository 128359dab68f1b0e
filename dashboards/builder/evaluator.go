package builder

import (
	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/policy"
)

const (
	scoreSource = "observation and observation_score, formal observations of teachers assigned to the evaluator on that day"

	// seen are the observations that the variables select.
	seen = `$__timeFilter(o.observed_on) AND coalesce(o.rubric, 'none') IN (${rubric:sqlstring}) AND CAST(o.teacher_key AS VARCHAR) IN (${teacher:sqlstring})`
)

// evaluatorsView answers an evaluator: what did I observe of my teachers.
// Nothing in it is formative.
func evaluatorsView() dashboards.Dashboard {
	b := newBoard(audience(policy.Evaluator), "evaluators-view", "Evaluator's view",
		"The evaluator's own teachers: their formal observations, scores and ratings. Teachers stand under their keys. Nothing formative is here.", "now-5y", "")
	b.choose("rubric", "Rubric", "rubrics of the observations", "SELECT DISTINCT coalesce(rubric, 'none') FROM observation WHERE $__timeFilter(observed_on) ORDER BY 1")
	b.choose("teacher", "Teacher", "keys of the evaluator's teachers", "SELECT DISTINCT CAST(teacher_key AS VARCHAR) AS teacher FROM observation WHERE $__timeFilter(observed_on) ORDER BY 1")
	b.stat(chart{
		title: "Teachers observed", means: "Different teachers with a formal observation in the time range.", source: scoreSource, empty: "none", w: 6, h: 4,
		sql: "SELECT count(DISTINCT o.teacher_key) AS teachers FROM observation o WHERE " + seen,
	})
	b.stat(chart{
		title: "Observations", means: "Formal observations in the time range.", source: scoreSource, empty: "none", w: 6, h: 4,
		sql: "SELECT count(*) AS observations FROM observation o WHERE " + seen,
	})
	b.stat(chart{
		title: "Visits a teacher", means: "Formal observations for each teacher observed. Two to four a year are usual; with fewer, a score says little.", source: scoreSource, empty: "none", w: 6, h: 4, decimals: new(1),
		sql: "SELECT count(*) / nullif(count(DISTINCT o.teacher_key), 0) AS visits FROM observation o WHERE " + seen,
	})
	b.stat(chart{
		title: "Mean score", means: "Mean over all scores, as a share of the rubric's scale: 0 is its lowest, 1 its highest step.", source: scoreSource, empty: "no scores", w: 6, h: 4, unit: "percentunit", decimals: new(0),
		sql: "SELECT avg((s.score - s.scale_min) / nullif(s.scale_max - s.scale_min, 0)) AS score FROM observation_score s JOIN observation o USING (observation_id) WHERE " + seen,
	})
	observed(b)
	return b.Dashboard
}

func observed(b *board) {
	b.lines(chart{
		title: "Scores over time", means: "Mean score of each month's observations, as a share of the rubric's scale.", source: scoreSource, empty: "no scores in the time range", w: 12, h: 8, unit: "percentunit", min: new(float64(0)), max: new(float64(1)),
		series: []string{"score"},
		sql: `SELECT extract(epoch FROM date_trunc('month', o.observed_on)) AS "time", avg((s.score - s.scale_min) / nullif(s.scale_max - s.scale_min, 0)) AS score
FROM observation_score s JOIN observation o USING (observation_id) WHERE ` + seen + ` GROUP BY 1 ORDER BY 1`,
	})
	b.bars(chart{
		title: "Scores by element", means: "Mean score of each element of the rubric, as a share of its scale.", source: scoreSource, empty: "no scores in the time range", w: 12, h: 8, unit: "percentunit", min: new(float64(0)), max: new(float64(1)),
		sql: `SELECT s.element, avg((s.score - s.scale_min) / nullif(s.scale_max - s.scale_min, 0)) AS score
FROM observation_score s JOIN observation o USING (observation_id) WHERE ` + seen + ` GROUP BY 1 ORDER BY 1`,
	})
	b.table(chart{
		title: "Teachers", means: "Each teacher's formal observations in the time range: how many, when last, and the mean score as a share of the rubric's scale.", source: scoreSource, empty: "no observations", w: 12, h: 9,
		overrides: []dashboards.Override{unit("score", "percentunit")},
		sql: `SELECT CAST(o.teacher_key AS VARCHAR) AS teacher, count(DISTINCT o.observation_id) AS observations, CAST(max(o.observed_on) AS VARCHAR) AS latest,
  avg((s.score - s.scale_min) / nullif(s.scale_max - s.scale_min, 0)) AS score
FROM observation o LEFT JOIN observation_score s USING (observation_id) WHERE ` + seen + ` GROUP BY 1 ORDER BY latest DESC, 1`,
	})
	b.table(chart{
		title: "Ratings", means: "Ratings of the evaluator's teachers, by session.", source: "evaluation_rating, of teachers assigned to the evaluator on that day", empty: "no ratings", w: 12, h: 9,
		sql: `SELECT CAST(teacher_key AS VARCHAR) AS teacher, session_id AS session, CAST(rated_on AS VARCHAR) AS rated, rating, score
FROM evaluation_rating WHERE $__timeFilter(rated_on) AND CAST(teacher_key AS VARCHAR) IN (${teacher:sqlstring}) ORDER BY rated_on DESC, 1 LIMIT 500`,
	})
}
