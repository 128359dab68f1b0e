package httpdoor

import (
	"slices"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/sql/snapshot"
)

// published is a snapshot as clients see it: without counts of rows or bytes,
// which would tell of data that the asker may not see.
type published struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Current bool      `json:"current"`
	Program string    `json:"program"`
	Engine  string    `json:"engine"`
}

// snapshots answers with the snapshots, the newest first. When something was
// published can tell of what the asker may not see, so that all but the
// current one are shown to those only who run or oversee the warehouse.
func (c *call) snapshots() error {
	_, limit, after, err := c.page()
	if err != nil {
		return err
	}
	scope, err := c.scopeOf()
	if err != nil {
		return err
	}
	current, _, err := c.Snapshots.CurrentID()
	if err != nil {
		return err
	}
	all, err := c.Snapshots.List()
	if err != nil {
		return err
	}
	oversees := slices.Contains(scope.Commands, "audit") || slices.Contains(scope.Commands, "publish")
	var out []published
	slices.SortFunc(all, func(a, b *snapshot.Manifest) int { return strings.Compare(b.ID, a.ID) })
	for _, m := range all {
		if (oversees || m.ID == current) && (after == "" || m.ID < after) {
			out = append(out, describe(m, current))
		}
	}
	return c.answer(pageOf(out, limit, func(p published) string { return p.ID }))
}

func describe(m *snapshot.Manifest, current string) published {
	return published{ID: m.ID, Created: m.CreatedAt, Current: m.ID == current, Program: m.Program, Engine: m.Engine}
}
