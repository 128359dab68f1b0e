package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weir-warehouse/weir/dashboards/provision"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// addEvents gives district leaders' targets the changes of who sees data in
// their districts. They are read as a privacy officer, on the record: leaders
// see marts only.
func (a *app) addEvents(ctx context.Context, targets []provision.Target) error {
	directory, err := a.directory()
	if err != nil {
		return err
	}
	officers := a.holders(directory, policy.PrivacyOfficer)
	leaders := slices.ContainsFunc(targets, func(t provision.Target) bool { return t.Role == policy.DistrictLeader })
	if len(officers) == 0 || !leaders {
		return nil
	}
	byDistrict := map[string][]provision.Event{}
	err = a.asking(ctx, requester{principal: officers[0], purpose: policy.PrivacyAudit}, func(ctx context.Context, s *gateway.Session) error {
		byDistrict, err = sharingEvents(ctx, s)
		return err
	})
	if err != nil {
		return fmt.Errorf("read changes of access: %w", err)
	}
	for i, t := range targets {
		if t.Role != policy.DistrictLeader {
			continue
		}
		leader, err := directory.Principal(t.Principal, policy.DateOf(a.now()))
		if err != nil {
			return err
		}
		for _, d := range leader.Districts {
			targets[i].Events = append(targets[i].Events, byDistrict[d]...)
		}
	}
	return nil
}

// sharingEvents reads the changes of access, by district. Those of single
// schools are left out: a privacy officer does not see which district is theirs.
func sharingEvents(ctx context.Context, s *gateway.Session) (map[string][]provision.Event, error) {
	const statement = `SELECT district_id, CAST(occurred_on AS VARCHAR) AS day, concat_ws(' ', replace(audience, '_', ' '), change) AS what
FROM data_sharing_event WHERE district_id IS NOT NULL ORDER BY ALL`
	result, err := s.Query(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	found := map[string][]provision.Event{}
	for {
		batch, err := result.Next()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if err := addBatch(found, batch); err != nil {
			return nil, err
		}
		batch.Release()
	}
}

func addBatch(found map[string][]provision.Event, batch arrow.RecordBatch) error {
	column := func(i int) arrow.Array { return batch.Column(i) }
	for row := range int(batch.NumRows()) {
		on, err := time.Parse(time.DateOnly, column(1).ValueStr(row))
		if err != nil {
			return err
		}
		district := string([]byte(column(0).ValueStr(row))) // it points into the batch
		found[district] = append(found[district], provision.Event{On: on, Text: string([]byte(column(2).ValueStr(row)))})
	}
	return nil
}
