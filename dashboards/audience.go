package dashboards

import (
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// Audience is who looks at dashboards: the holders of a role, for a purpose.
type Audience struct {
	Role    policy.Role
	Purpose policy.Purpose
	Title   string // of its folder
}

// Audiences lists all audiences.
func Audiences() []Audience {
	return []Audience{
		{policy.DistrictLeader, policy.PDROIReview, "Weir: district leaders"},
		{policy.SchoolLeader, policy.SchoolImprovement, "Weir: school leaders"},
		{policy.Researcher, policy.Research, "Weir: researchers"},
		{policy.PrivacyOfficer, policy.PrivacyAudit, "Weir: privacy officers"},
		{policy.DataSteward, policy.Operations, "Weir: data stewards"},
		{policy.Evaluator, policy.Evaluation, "Weir: evaluators"},
	}
}

// Name is the audience in a command, and UID what its folder and data source
// are known by.
func (a Audience) Name() string { return string(a.Role) }

// UID is the uid of its folder and of its data source.
func (a Audience) UID() string { return "weir-" + a.Tag() }

// Tag marks its dashboards.
func (a Audience) Tag() string { return strings.ReplaceAll(string(a.Role), "_", "-") }

// Source is its data source.
func (a Audience) Source() Source { return Source{SourceType, a.UID()} }

// Dashboards are the audience's dashboards.
func (a Audience) Dashboards() []Dashboard {
	return slices.DeleteFunc(slices.Clone(All()), func(d Dashboard) bool { return !slices.Contains(d.Tags, a.Tag()) })
}
