package builder

import (
	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/policy"
)

// operations answers a data steward: did the loads work, is what readers see
// fresh, and are they answered.
func operations() dashboards.Dashboard {
	b := newBoard(audience(policy.DataSteward), "operations", "Operations",
		"Loads, quarantine, snapshots, and how statements were answered. Prometheus has more, from /metrics at the HTTP door.", "now-30d", "1m")
	b.choose("dataset", "Dataset", "datasets that were loaded", "SELECT DISTINCT dataset FROM operations.load WHERE $__timeFilter(timestamp) ORDER BY 1")
	operationFigures(b)
	b.heading("Loads and quarantine")
	loads(b)
	b.heading("Snapshots and statements")
	statements(b)
	return b.Dashboard
}

func operationFigures(b *board) {
	b.stat(chart{
		title: "Age of the snapshot", means: "Time since the snapshot that readers see was published.", source: "operations.snapshot", empty: "nothing is published", w: 5, h: 4, unit: "s", decimals: new(0),
		steps: rising(36*3600, 72*3600),
		sql:   "SELECT extract(epoch FROM now()) - extract(epoch FROM created) AS age FROM operations.snapshot WHERE current",
	})
	b.stat(chart{
		title: "Rows published", means: "Rows of all datasets in the snapshot that readers see.", source: "operations.snapshot", empty: "nothing is published", w: 5, h: 4, unit: "short",
		sql: `SELECT "rows" AS published FROM operations.snapshot WHERE current`,
	})
	b.stat(chart{
		title: "Rows read", means: "Rows of source files that were read in the time range.", source: "operations.load", empty: "nothing was loaded", w: 5, h: 4, unit: "short",
		sql: "SELECT sum(read) AS read FROM operations.load WHERE $__timeFilter(timestamp) AND dataset IN (${dataset:sqlstring})",
	})
	b.stat(chart{
		title: "Quarantined", means: "Share of the rows read that failed a check and were set aside.", source: "operations.load", empty: "nothing was loaded", w: 5, h: 4, unit: "percentunit", decimals: new(2),
		steps: rising(0.01, 0.05),
		sql:   "SELECT sum(quarantined) / nullif(sum(read), 0) AS quarantined FROM operations.load WHERE $__timeFilter(timestamp) AND dataset IN (${dataset:sqlstring})",
	})
	b.stat(chart{
		title: "Failed inside", means: "Share of statements that ended with a fault of Weir's own, not of their text.", source: "operations.statement", empty: "no statements", w: 4, h: 4, unit: "percentunit", decimals: new(2),
		steps: rising(0.001, 0.01),
		sql:   "SELECT sum(CASE WHEN outcome = 'failed' THEN statements ELSE 0 END) / nullif(sum(statements), 0) AS failed FROM operations.statement WHERE $__timeFilter(hour)",
	})
}

func loads(b *board) {
	b.columns(chart{
		title: "Rows loaded and set aside", means: "Rows of each day's loads that were loaded or corrected a row, and those that were quarantined.", source: "operations.load", empty: "nothing was loaded", w: 12, h: 8,
		series: []string{"loaded", "quarantined"}, unit: "short",
		sql: `SELECT $__timeGroup(timestamp, '24h') AS "time", sum(loaded + updated) AS loaded, sum(quarantined) AS quarantined
FROM operations.load WHERE $__timeFilter(timestamp) AND dataset IN (${dataset:sqlstring}) GROUP BY 1 ORDER BY 1`,
	})
	b.bars(chart{
		title: "Quarantine by rule", means: "Rows that broke each rule when they were loaded. A row that broke two counts for both.", source: "operations.quarantine", empty: "nothing was quarantined", w: 12, h: 8,
		sql: `SELECT rule, sum("rows") AS "rows" FROM operations.quarantine WHERE $__timeFilter(timestamp) AND dataset IN (${dataset:sqlstring}) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`,
	})
	b.table(chart{
		title: "Loads", means: "The latest batches: a batch is a file's content for one dataset. Files are not named.", source: "operations.load", empty: "nothing was loaded", w: 12, h: 9,
		overrides: []dashboards.Override{unit("quarantined share", "percentunit"), unit("seconds", "s")},
		sql: `SELECT timestamp, dataset, read, loaded, updated, ended, quarantined, quarantined / nullif(read, 0) AS "quarantined share", seconds
FROM operations.load WHERE $__timeFilter(timestamp) AND dataset IN (${dataset:sqlstring}) ORDER BY timestamp DESC, dataset LIMIT 200`,
	})
	b.table(chart{
		title: "Quarantine by dataset and rule", means: "Rows that broke a rule, by dataset, rule and latest load. 'weir quarantine show' has the rows, for who may see them.", source: "operations.quarantine", empty: "nothing was quarantined", w: 12, h: 9,
		sql: `SELECT dataset, rule, sum("rows") AS "rows", max(timestamp) AS latest FROM operations.quarantine
WHERE $__timeFilter(timestamp) AND dataset IN (${dataset:sqlstring}) GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
	})
}

func statements(b *board) {
	b.table(chart{
		title: "Snapshots", means: "All snapshots that are kept, newest first, and which one readers see.", source: "operations.snapshot", empty: "nothing is published", w: 12, h: 8,
		overrides: []dashboards.Override{unit("bytes", "bytes"), unit("rows", "locale")},
		sql:       `SELECT snapshot, created, current, "rows", bytes, program_version AS program FROM operations.snapshot ORDER BY created DESC`,
	})
	b.lines(chart{
		title: "Time of statements", means: "From a statement's arrival to its last row: half of each hour's statements took at most the median, 95 of 100 at most the other. Read from classes of 1, 2, 5, 10, … milliseconds.",
		source: "operations.statement", empty: "no statements", w: 12, h: 8, unit: "ms", series: []string{"median", "95 of 100"},
		sql: `WITH classes AS (SELECT hour, up_to, sum(statements) AS n FROM operations.statement WHERE $__timeFilter(hour) GROUP BY 1, 2),
running AS (SELECT hour, up_to, sum(n) OVER (PARTITION BY hour ORDER BY up_to) AS upto, sum(n) OVER (PARTITION BY hour) AS total FROM classes)
SELECT $__timeGroup(hour, '1h') AS "time", min(CASE WHEN upto >= 0.5 * total THEN up_to END) AS median, min(CASE WHEN upto >= 0.95 * total THEN up_to END) AS "95 of 100"
FROM running GROUP BY 1 ORDER BY 1`,
	})
	b.columns(chart{
		title: "Statements by door", means: "Statements that ended in each hour, by the door through which they came.", source: "operations.statement", empty: "no statements", w: 12, h: 8,
		series: []string{"pgwire", "flight", "http", "command"},
		sql:    `SELECT $__timeGroup(hour, '1h') AS "time", door AS metric, sum(statements) AS statements FROM operations.statement WHERE $__timeFilter(hour) GROUP BY 1, 2 ORDER BY 1`,
	})
	b.columns(chart{
		title: "Statements that did not end well", means: "Statements whose outcome is not ok, by outcome: usage is a fault of the text, not_found a name that is not there for the principal, canceled what the client or a limit ended.",
		source: "operations.statement", empty: "every statement ended well", w: 12, h: 8, series: []string{"failed", "usage", "not_found", "denied", "canceled", "busy"},
		sql: `SELECT $__timeGroup(hour, '1h') AS "time", outcome AS metric, sum(statements) AS statements FROM operations.statement
WHERE $__timeFilter(hour) AND outcome <> 'ok' GROUP BY 1, 2 ORDER BY 1`,
	})
}
