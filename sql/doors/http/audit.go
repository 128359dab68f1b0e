package httpdoor

import (
	"encoding/json"
	"strconv"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// auditSQL asks for entries of the log, the newest first. A condition whose
// value is NULL leaves nothing out.
const auditSQL = `
SELECT * FROM audit.decisions
WHERE ($1 IS NULL OR "index" < $1) AND ($2 IS NULL OR kind = $2) AND ($3 IS NULL OR principal = $3)
  AND ($4 IS NULL OR verdict = $4) AND ($5 IS NULL OR decision_id = $5) AND ($6 IS NULL OR list_contains(datasets, $6))
ORDER BY "index" DESC
LIMIT $7`

// audit answers with entries of the audit log, as the dataset audit.decisions
// has them for the asker.
func (c *call) audit() error {
	filters := []string{"kind", "principal", "verdict", "decision_id", "dataset"}
	values, limit, after, err := c.page(filters...)
	if err != nil {
		return err
	}
	if _, err := strconv.ParseInt(after, 10, 64); after != "" && err != nil {
		return policy.Errorf(policy.Usage, "after = %q is not what next said", after)
	}
	params := []gateway.Param{textParam("BIGINT", after)}
	for _, name := range filters {
		params = append(params, textParam("VARCHAR", values.Get(name)))
	}
	rows, err := rowsOf[json.RawMessage](c, auditSQL, append(params, textParam("BIGINT", strconv.Itoa(limit+1)))...)
	if err != nil {
		return err
	}
	return c.answer(pageOf(rows, limit, indexOf))
}

// indexOf is the index of an entry.
func indexOf(entry json.RawMessage) string {
	var e struct {
		Index json.Number `json:"index"`
	}
	_ = json.Unmarshal(entry, &e) //nolint:errcheck // an object that we wrote
	return e.Index.String()
}
