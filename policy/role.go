package policy

// Role is a part that a person plays. A bundle says what each role may see.
type Role string

// The roles.
const (
	DistrictLeader Role = "district_leader"
	SchoolLeader   Role = "school_leader"
	Researcher     Role = "researcher"
	PrivacyOfficer Role = "privacy_officer"
	Evaluator      Role = "evaluator"
	Coach          Role = "coach"
	Teacher        Role = "teacher"
	DataSteward    Role = "data_steward"
)

// Roles lists all roles.
func Roles() []Role {
	return []Role{
		DistrictLeader, SchoolLeader, Researcher, PrivacyOfficer,
		Evaluator, Coach, Teacher, DataSteward,
	}
}

// Purpose is what a person asks for data for. Each session has one.
type Purpose string

// The purposes.
const (
	PDROIReview       Purpose = "pd_roi_review"
	SchoolImprovement Purpose = "school_improvement"
	Research          Purpose = "research"
	PrivacyAudit      Purpose = "privacy_audit"
	Evaluation        Purpose = "evaluation"
	Coaching          Purpose = "coaching"
	SelfService       Purpose = "self_service"
	Operations        Purpose = "operations"
)

// Purposes lists all purposes.
func Purposes() []Purpose {
	return []Purpose{
		PDROIReview, SchoolImprovement, Research, PrivacyAudit,
		Evaluation, Coaching, SelfService, Operations,
	}
}

// Door is the way by which a session came in.
type Door string

// The doors.
const (
	Command Door = "command" // the command line, on the warehouse's own machine
	PGWire  Door = "pgwire"  // PostgreSQL wire protocol
	Flight  Door = "flight"  // Arrow Flight SQL
	HTTP    Door = "http"
)
