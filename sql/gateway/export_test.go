package gateway

import (
	"context"
	"encoding/json"
)

// AttachedFiles lists the files that the instance of the session's scope has
// attached, in order.
func (s *Session) AttachedFiles(ctx context.Context) (files []string, err error) {
	o, _, leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	c, err := o.data.Connect()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	text, err := oneText(ctx, c, "SELECT to_json(coalesce(list(path ORDER BY path), []))::VARCHAR FROM duckdb_databases() WHERE path IS NOT NULL")
	if err != nil {
		return nil, err
	}
	return files, json.Unmarshal(text, &files)
}
