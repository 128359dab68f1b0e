package protocol

// dataset is what statements need to know of a dataset.
type dataset struct {
	day      string // column that says when a row happened; empty: a row a unit
	program  bool   // its rows name a programme
	students bool   // its rows are about students, who count for their teachers
}

// datasets are those that a protocol can name.
var datasets = map[string]dataset{
	"coaching_feedback": {day: "given_on"},
	"coaching_session":  {day: "held_at", program: true},
	"evaluation_rating": {day: "rated_on"},
	"micro_credential":  {day: "enrolled_on", program: true},
	"observation":       {day: "observed_on"},
	"observation_score": {day: "observed_on"},
	"pd_engagement":     {day: "started_at", program: true},
	"plc_activity":      {day: "met_on"},
	"practice_change":   {day: "learned_on", program: true},
	"school":            {},
	"skill_assessment":  {day: "assessed_on"},
	"student_outcome":   {day: "assessed_on", students: true},
	"survey_response":   {day: "answered_on"},
	"teacher":           {},
}
