package dashboards

import (
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// Alert is a rule that asks a question every minute and fires when a number of
// the answer is above Limit. Columns of words become labels, so a rule fires
// once for each combination of them.
type Alert struct {
	UID         string
	Role        policy.Role // of the audience in whose folder it stands
	Title       string
	SQL         string
	Seconds     int // how far back $__timeFilter reaches
	Limit       float64
	For         string // how long above the limit, before it fires
	Summary     string
	Description string
	Dashboard   string // uid of the dashboard that shows more
}

// Alerts are the rules of the audience.
func (a Audience) Alerts() []Alert {
	return slices.DeleteFunc(Alerts(), func(r Alert) bool { return r.Role != a.Role })
}

const day = 24 * 3600

// Alerts lists all rules.
func Alerts() []Alert {
	return []Alert{
		{
			UID: "weir-trust-drop", Role: policy.DistrictLeader, Title: "Trust drop after a change of access", Seconds: day, For: "0s",
			SQL:         "SELECT district_id AS district, category AS change, engagement_alert AS alert FROM trust WHERE breakdown = 'access' AND engagement_alert IS NOT NULL",
			Summary:     "In {{ $labels.district }}, engagement fell after a change of who sees the data: {{ $labels.change }}",
			Description: "The whole interval of the change of minutes lies below zero. The dashboard shows the months around the change.",
			Dashboard:   "weir-trust-and-equity",
		},
		{
			UID: "weir-audit-verification-failed", Role: policy.PrivacyOfficer, Title: "Audit verification failed", Seconds: day, For: "0s",
			SQL:         "SELECT state, CASE WHEN state IN ('intact', 'never') THEN 0 ELSE 1 END AS faults FROM audit.checkpoint",
			Summary:     "The audit log is not what was signed: {{ $labels.state }}",
			Description: "Run 'weir audit verify': it names the first entry that is wrong. Keep the files as they are.",
			Dashboard:   "weir-policy-decisions",
		},
		{
			UID: "weir-policy-rejected", Role: policy.PrivacyOfficer, Title: "Policy bundle rejected", Seconds: day, For: "0s",
			SQL:         "SELECT count(*) AS rejected FROM audit.policy_revision WHERE verdict = 'deny' AND $__timeFilter(timestamp)",
			Summary:     "A policy bundle was refused within the last day; the one before stays in force",
			Description: "The dashboard's table of policy revisions has the reason.",
			Dashboard:   "weir-policy-decisions",
		},
		{
			UID: "weir-snapshot-stale", Role: policy.DataSteward, Title: "Snapshot stale", Seconds: day, For: "5m", Limit: 72,
			SQL:         "SELECT (extract(epoch FROM now()) - extract(epoch FROM created)) / 3600 AS hours FROM operations.snapshot WHERE current",
			Summary:     "What readers see was published more than three days ago",
			Description: "Look whether loads and 'weir publish' ran.",
			Dashboard:   "weir-operations",
		},
		{
			UID: "weir-quarantine-high", Role: policy.DataSteward, Title: "Quarantine rate high", Seconds: day, For: "0s", Limit: 0.05,
			SQL:         "SELECT dataset, sum(quarantined) / nullif(sum(read), 0) AS share FROM operations.load WHERE $__timeFilter(timestamp) GROUP BY 1 HAVING sum(read) > 0",
			Summary:     "More than 5 % of the rows of {{ $labels.dataset }} that were read within a day failed a check",
			Description: "'weir quarantine list' counts them by file and rule.",
			Dashboard:   "weir-operations",
		},
	}
}
