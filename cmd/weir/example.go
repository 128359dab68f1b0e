package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
	"github.com/weir-warehouse/weir/sql/duck"
)

// exampleSQL finds, in a synthetic district's source files, a teacher who
// consents to research and was coached and evaluated last by people who do not
// do the one as well as the other.
const exampleSQL = `
WITH coaching AS (FROM read_csv(%[1]s, all_varchar = true)),
evaluating AS (FROM read_csv(%[2]s, all_varchar = true))
SELECT evaluator_number, coach_number, teacher_number, school_id, "parentSourcedId"
FROM coaching
JOIN evaluating USING (teacher_number)
JOIN read_csv(%[3]s, all_varchar = true) AS teacher USING (teacher_number)
JOIN read_csv(%[4]s, all_varchar = true) AS org ON org."sourcedId" = school_id
SEMI JOIN (FROM read_csv(%[5]s, all_varchar = true) WHERE consented = 'true' AND withdrawn_on IS NULL) USING (teacher_number)
WHERE evaluator_number NOT IN (SELECT coach_number FROM coaching) AND coach_number NOT IN (SELECT evaluator_number FROM evaluating)
ORDER BY coaching.begin_date DESC, evaluating.begin_date DESC, effective_from DESC, teacher_number
LIMIT 1`

// exampleAsker is a line of the list of example principals.
type exampleAsker struct {
	Principal string         `json:"principal"`
	Purpose   policy.Purpose `json:"purpose"`
	Agreement string         `json:"agreement"`
}

// exampleAskers lists who can ask in a home with example principals.
func exampleAskers() []exampleAsker {
	drafts := identity.ExampleDrafts()
	askers := make([]exampleAsker, len(drafts))
	for i, d := range drafts {
		askers[i] = exampleAsker{d.Principal, d.Purpose, d.Agreement}
	}
	return askers
}

// writeExample writes principals of each role, who stand for people of the
// synthetic district whose files are in source. In a home that has principals
// it writes nothing and reports false.
func (a *app) writeExample(ctx context.Context, source string) (bool, error) {
	directory, err := a.directory()
	if err != nil || len(directory.Principals()) > 0 {
		return false, err
	}
	e, err := a.castExample(ctx, source)
	if err != nil {
		return false, fmt.Errorf("choose example principals: %w", err)
	}
	today := a.now()
	e.From, e.To, e.DestroyBy = "2000-01-01", policy.DateOf(today.AddDate(1, 0, 0)), policy.DateOf(today.AddDate(2, 0, 0))
	return e.Write(a.config.Home)
}

func (a *app) castExample(ctx context.Context, source string) (e identity.Example, err error) {
	db, err := duck.Open(ctx, a.engine())
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	file := func(name string) string { return duck.Literal(filepath.Join(source, name)) }
	query := fmt.Sprintf(exampleSQL, file("coach_assignment.csv.gz"), file("evaluator_assignment.csv"), file("teacher.csv"),
		file("oneroster/orgs.csv"), file("research_consent.csv"))
	err = db.SQL().QueryRowContext(ctx, query).Scan(&e.Evaluator, &e.Coach, &e.Teacher, &e.School, &e.District)
	return e, err
}
