package builder

import (
	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/policy"
)

const (
	logSource = "audit.decisions, the signed audit log"

	// asked are the decisions that the variables select.
	asked = `kind = 'decision' AND $__timeFilter(timestamp) AND purpose IN (${purpose:sqlstring})
  AND list_has_any(roles, [${role:sqlstring}]) AND coalesce(verdict, '') IN (${verdict:sqlstring})`
)

// policyDecisions answers a privacy officer: who saw what, why, under which
// policy.
func policyDecisions() dashboards.Dashboard {
	b := newBoard(audience(policy.PrivacyOfficer), "policy-decisions", "Policy decisions",
		"Who saw what, why, and under which policy; whether the log is whole; what runs out.", "now-7d", "5m")
	b.choose("purpose", "Purpose", "purposes that were asked for", "SELECT DISTINCT purpose FROM audit.decisions WHERE kind = 'decision' AND $__timeFilter(timestamp) ORDER BY 1")
	b.choose("role", "Role", "roles of those who asked", "SELECT DISTINCT unnest(roles) AS role FROM audit.decisions WHERE kind = 'decision' AND $__timeFilter(timestamp) ORDER BY 1")
	b.choose("verdict", "Verdict", "allow or deny", "SELECT DISTINCT verdict FROM audit.decisions WHERE kind = 'decision' AND $__timeFilter(timestamp) ORDER BY 1")
	decisionFigures(b)
	decisionTables(b)
	b.heading("Coaching data and volumes")
	coachingTouched(b)
	b.heading("The policy, the log and what runs out")
	standing(b)
	return b.Dashboard
}

func decisionFigures(b *board) {
	verdicts := []string{"allow", "deny"}
	b.stat(chart{
		title: "Decisions", means: "Statements that were decided in the time range, whatever the verdict.", source: logSource, empty: "none", w: 4, h: 4,
		sql: "SELECT count(*) AS decisions FROM audit.decisions WHERE " + asked,
	})
	b.stat(chart{
		title: "Denied", means: "Share of decisions that denied. A denial is not a fault: it is the policy at work.", source: logSource, empty: "no decisions", w: 4, h: 4,
		unit: "percentunit", decimals: new(1),
		sql: "SELECT avg(CASE WHEN verdict = 'deny' THEN 1 ELSE 0 END) AS denied FROM audit.decisions WHERE " + asked,
	})
	b.stat(chart{
		title: "Principals", means: "Different principals who asked something.", source: logSource, empty: "none", w: 4, h: 4,
		sql: "SELECT count(DISTINCT principal) AS principals FROM audit.decisions WHERE " + asked,
	})
	b.stat(chart{
		title: "Audit log", means: "What the last verification of the log found: intact, or the kind of fault. 'weir audit verify' verifies it at any time, a server once a day.",
		source: "audit.checkpoint", empty: "not known", w: 6, h: 4, mappings: []dashboards.Mapping{word(blue, "intact"), word(orange, "never"),
			word(vermilion, "altered", "missing", "reordered", "rewritten", "tile", "checkpoint")},
		sql: "SELECT state FROM audit.checkpoint",
	})
	b.stat(chart{
		title: "Since that verification", means: "Time since the log was last verified.", source: "audit.checkpoint", empty: "never verified", w: 6, h: 4, unit: "s", decimals: new(0),
		steps: rising(2*24*3600, 7*24*3600),
		sql:   "SELECT extract(epoch FROM now()) - extract(epoch FROM verified_at) AS seconds FROM audit.checkpoint WHERE verified_at IS NOT NULL",
	})
	b.columns(chart{
		title: "Decisions by verdict", means: "Decisions over time, by verdict.", source: logSource, empty: "no decisions", w: 12, h: 8, series: verdicts,
		sql: "SELECT $__timeGroup(timestamp, $__interval) AS \"time\", verdict AS metric, count(*) AS decisions FROM audit.decisions WHERE " + asked + " GROUP BY 1, 2 ORDER BY 1",
	})
	b.bars(chart{
		title: "Decisions by dataset", means: "Decisions that touched each dataset, of the twelve most asked for; one that touched two counts for both.", source: logSource, empty: "no decisions", w: 12, h: 8, series: verdicts,
		sql: `SELECT dataset, count(*) FILTER (WHERE verdict = 'allow') AS allow, nullif(count(*) FILTER (WHERE verdict = 'deny'), 0) AS deny
FROM (SELECT unnest(datasets) AS dataset, verdict FROM audit.decisions WHERE ` + asked + `) GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 12`,
	})
}

func decisionTables(b *board) {
	b.table(chart{
		title: "Decisions by role and purpose", means: "Decisions of each role for each purpose, the principals behind them, and how many were denied.", source: logSource, empty: "no decisions", w: 12, h: 8,
		overrides: []dashboards.Override{unit("denied share", "percentunit")},
		sql: `SELECT array_to_string(roles, ', ') AS role, purpose, count(*) AS decisions, count(DISTINCT principal) AS principals,
  count(*) FILTER (WHERE verdict = 'deny') AS denied, avg(CASE WHEN verdict = 'deny' THEN 1 ELSE 0 END) AS "denied share"
FROM audit.decisions WHERE ` + asked + ` GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
	})
	b.table(chart{
		title: "Denials", means: "The latest denials: who, for what, and the reasons that the policy gave. Literals in statements are replaced by ?.", source: logSource, empty: "nothing was denied", w: 12, h: 8,
		overrides: []dashboards.Override{width("principal", 130), onOneLine("reasons", 300), onOneLine("statement", 600)},
		sql: `SELECT timestamp, principal, purpose, door, array_to_string(reasons, '; ') AS reasons, fingerprint AS statement
FROM audit.decisions WHERE ` + asked + ` AND verdict = 'deny' ORDER BY timestamp DESC LIMIT 100`,
	})
}

func coachingTouched(b *board) {
	b.table(chart{
		title: "Who touched coaching data", means: "Principals with allowed statements over coaching sessions, coaching feedback or coach assignments. No evaluator can be among them.",
		source: logSource, empty: "nobody", w: 12, h: 8,
		sql: `SELECT principal, array_to_string(roles, ', ') AS role, purpose, count(*) AS statements, max(timestamp) AS latest
FROM audit.decisions WHERE ` + asked + ` AND verdict = 'allow' AND list_has_any(datasets, ['coaching_session', 'coaching_feedback', 'coach_assignment'])
GROUP BY 1, 2, 3 ORDER BY statements DESC, 1`,
	})
	b.table(chart{
		title: "Unusual volumes", means: "Days on which a principal took more than 10,000 rows, and more than five times the median of their own days in the time range.",
		source: logSource, empty: "no unusual day", w: 12, h: 8, overrides: []dashboards.Override{unit("rows", "locale"), unit("usual", "locale")},
		sql: `WITH days AS (
  SELECT principal, CAST(timestamp AS DATE) AS day, sum("rows") AS "rows", count(*) AS statements FROM audit.decisions
  WHERE kind = 'outcome' AND $__timeFilter(timestamp) AND purpose IN (${purpose:sqlstring}) GROUP BY 1, 2)
SELECT CAST(day AS VARCHAR) AS day, principal, d."rows", u.usual, statements FROM days d JOIN (SELECT principal, median("rows") AS usual FROM days GROUP BY 1) u USING (principal)
WHERE d."rows" > 10000 AND d."rows" > 5 * u.usual ORDER BY d."rows" DESC LIMIT 50`,
	})
}

func standing(b *board) {
	b.table(chart{
		title: "Policy revisions", means: "Bundles that were put in force, and those that were refused, with the reason.", source: "audit.policy_revision", empty: "none in the time range", w: 12, h: 7,
		overrides: []dashboards.Override{coloured("verdict", word(blue, "allow"), word(vermilion, "deny")), width("verdict", 90), onOneLine("reasons", 300)},
		sql: `SELECT timestamp, verdict, revision, origin, array_to_string(reasons, '; ') AS reasons, program_version AS program
FROM audit.policy_revision WHERE $__timeFilter(timestamp) ORDER BY timestamp DESC LIMIT 100`,
	})
	b.table(chart{
		title: "Checkpoint", means: "The signed checkpoint of the log: its entries and root, and what the last verification found, of how many entries and when.", source: "audit.checkpoint", empty: "no checkpoint", w: 12, h: 7,
		overrides: []dashboards.Override{coloured("state", word(blue, "intact"), word(orange, "never"))},
		sql:       "SELECT entries, root, state, verified_entries AS \"entries verified\", verified_at AS \"verified\", reason FROM audit.checkpoint",
	})
	b.table(chart{
		title: "Agreements", means: "Agreements by their last day. After it nobody sees anything under them, and the data must have been destroyed.", source: "audit.agreement", empty: "no agreements", w: 12, h: 7,
		overrides: []dashboards.Override{onOneLine("datasets", 400), stepped("days left", falling(0, 90))},
		sql: `SELECT agreement, purpose, array_to_string(parties, ', ') AS parties, members, CAST(destroy_by AS VARCHAR) AS "destroy by", date_diff('day', current_date, destroy_by) AS "days left",
  array_to_string(datasets, ', ') AS datasets FROM audit.agreement ORDER BY destroy_by NULLS FIRST, agreement`,
	})
	b.table(chart{
		title: "Retention due", means: "Rows of the current snapshot that are older than their contract lets them be, and datasets for which that begins within 90 days.", source: "audit.retention_due", empty: "nothing is due", w: 12, h: 7,
		overrides: []dashboards.Override{stepped("rows due", rising(1, 1))},
		sql: `SELECT dataset, rows_due AS "rows due", "rows", CAST(first_due AS VARCHAR) AS "first due", CAST(oldest AS VARCHAR) AS oldest, kept_months AS "kept months", counted_from AS "counted from"
FROM audit.retention_due r WHERE r.first_due <= current_date + INTERVAL 90 DAY ORDER BY r.first_due, dataset`,
	})
}
