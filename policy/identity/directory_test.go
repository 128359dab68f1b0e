package identity_test

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
)

const (
	coachKey   = "00000000-0000-4000-8000-000000000001"
	teacherKey = "00000000-0000-4000-8000-000000000002"
)

// vault maps "scheme value" to keys.
type vault map[string]string

func (v vault) StaffKey(_ context.Context, scheme, value string) (key string, ok bool, err error) {
	if value == "broken" {
		return "", false, errors.New("the vault cannot be read")
	}
	key, ok = v[scheme+" "+value]
	return key, ok, nil
}

func staff() vault {
	return vault{
		"number 007": coachKey, "number 8": teacherKey,
		"email coach@staff.example": coachKey, "email teacher@staff.example": teacherKey,
	}
}

const people = `
principals:
  - {id: coach, name: C, roles: [coach, teacher], staff_number: 007, valid_from: 2025-08-01, valid_to: 2026-07-31}
  - {id: teacher, roles: [teacher], email: Teacher@Staff.Example}
  - {id: stranger, roles: [teacher], staff_number: 9}
  - {id: broken, roles: [teacher], staff_number: broken}
  - {id: leader, roles: [district_leader], districts: [D01]}
  - {id: researcher, roles: [researcher]}
`

const deals = `
agreements:
  - id: study
    parties: [District, University]
    purpose: research
    datasets: {teacher: [teacher_key, subject]}
    from: 2023-08-01
    to: 2026-07-31
    destroy_by: 2025-01-01
    members: [researcher]
    minimum_cell: 12
`

func load(t *testing.T, principals, agreements string) *identity.Directory {
	t.Helper()
	home := t.TempDir()
	writeFile(t, filepath.Join(home, identity.PrincipalsFile), principals)
	writeFile(t, filepath.Join(home, identity.AgreementsFile), agreements)
	d, err := identity.Load(home)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func at(day string) time.Time {
	now, err := time.Parse(time.DateTime, day+" 23:59:59")
	if err != nil {
		panic(err)
	}
	return now
}

func TestRequest(t *testing.T) {
	t.Parallel()
	d := load(t, people, deals)
	study := d.Agreements()[0]
	if study.MinimumCell != 12 || !reflect.DeepEqual(study.Datasets, map[string][]string{"teacher": {"teacher_key", "subject"}}) {
		t.Errorf("agreement is %+v", study)
	}
	for _, test := range []struct {
		name, id, agreement, day string
		want                     policy.Request // without purpose, door and day
		denied, failed           string
	}{
		{name: "by number", id: "coach", day: "2025-08-01", want: policy.Request{Principal: policy.Principal{
			ID: "coach", Name: "C", Roles: []policy.Role{policy.Coach, policy.Teacher}, StaffKey: coachKey,
			ValidFrom: "2025-08-01", ValidTo: "2026-07-31",
		}}},
		{name: "by email", id: "teacher", day: "2025-08-01", want: policy.Request{Principal: policy.Principal{
			ID: "teacher", Roles: []policy.Role{policy.Teacher}, StaffKey: teacherKey,
		}}},
		{name: "without staff key", id: "leader", day: "2025-08-01", want: policy.Request{Principal: policy.Principal{
			ID: "leader", Roles: []policy.Role{policy.DistrictLeader}, Districts: []string{"D01"},
		}}},
		// That an agreement has run out is for policy to say.
		{name: "under an agreement", id: "researcher", agreement: "study", day: "2030-01-01", want: policy.Request{
			Principal: policy.Principal{ID: "researcher", Roles: []policy.Role{policy.Researcher}}, Agreement: &study,
		}},
		{name: "last day", id: "coach", day: "2026-07-31", want: policy.Request{Principal: policy.Principal{
			ID: "coach", Name: "C", Roles: []policy.Role{policy.Coach, policy.Teacher}, StaffKey: coachKey,
			ValidFrom: "2025-08-01", ValidTo: "2026-07-31",
		}}},
		{name: "unknown", id: "nobody", day: "2025-08-01", denied: `principal "nobody" is not known, or not valid today`},
		{name: "other case", id: "Leader", day: "2025-08-01", denied: `principal "Leader" is not known, or not valid today`},
		{name: "too late", id: "coach", day: "2026-08-01", denied: `principal "coach" is not known, or not valid today`},
		{name: "too early", id: "coach", day: "2025-07-31", denied: `principal "coach" is not known, or not valid today`},
		{
			name: "unknown agreement", id: "leader", agreement: "none", day: "2025-08-01",
			denied: `agreement "none" is not known, or principal "leader" is no member of it`,
		},
		{
			name: "agreement of others", id: "leader", agreement: "study", day: "2025-08-01",
			denied: `agreement "study" is not known, or principal "leader" is no member of it`,
		},
		{name: "nobody's number", id: "stranger", day: "2025-08-01", denied: `principal "stranger" is nobody whom the snapshot knows`},
		{name: "broken vault", id: "broken", day: "2025-08-01", failed: `find principal "broken" in the vault: the vault cannot be read`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := d.Request(t.Context(), staff(), test.id, policy.Coaching, test.agreement, policy.HTTP, at(test.day))
			if want := test.denied + test.failed; want != "" {
				if err == nil || !strings.HasPrefix(err.Error(), want) || (policy.CodeOf(err) == policy.Denied) != (test.denied != "") {
					t.Fatalf("error is %v, want %s", err, want)
				}
				return
			}
			test.want.Purpose, test.want.Door, test.want.On = policy.Coaching, policy.HTTP, policy.Date(test.day)
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, test.want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	catalog := []policy.Dataset{{Name: "teacher", Columns: []policy.Column{{Name: "teacher_key"}}}}
	for _, test := range []struct {
		name, principals, agreements string
		vault                        identity.Resolver
		want                         []string
	}{
		{"sound", `principals: [{id: a, roles: [coach], staff_number: 007}, {id: b, roles: [researcher]}]`, "", staff(), nil},
		{
			"unbound", `principals: [{id: a, roles: [coach, school_leader]}, {id: b, roles: [district_leader], schools: [s]}]`, "", nil,
			[]string{
				"principals.yaml:1: principals[0].staff_number: is missing; a coach",
				"principals.yaml:1: principals[0].schools: is missing; a school_leader",
				"principals.yaml:1: principals[1].districts: is missing; a district_leader",
			},
		},
		{
			"nobody", `principals: [{id: a, roles: [coach], staff_number: 9}]`, "", staff(),
			[]string{"principals.yaml:1: principals[0].staff_number: is nobody's in the current snapshot"},
		},
		{
			"one person twice",
			"principals:\n- {id: a, roles: [coach], staff_number: 007}\n- {id: b, roles: [evaluator], email: coach@staff.example}", "", staff(),
			[]string{`principals.yaml:3: principals[1].email: is also the person of principal "a"`},
		},
		{"without a vault", `principals: [{id: a, roles: [coach], staff_number: 9}]`, "", nil, nil},
		{
			"agreement", `principals: [{id: r, roles: [researcher]}]`,
			strings.ReplaceAll(deals, "{teacher:", "{nothing: [a], school: [], teacher:"), nil,
			[]string{
				`agreements.yaml:6: agreements[0].datasets: "nothing": is no dataset`,
				`agreements.yaml:6: agreements[0].datasets: "school": is no dataset`,
				`agreements.yaml:6: agreements[0].datasets: "teacher.subject": is no column`,
				`agreements.yaml:10: agreements[0].members: "researcher": is no principal of principals.yaml`,
			},
		},
		{
			"no columns", `principals: [{id: researcher, roles: [researcher]}]`,
			strings.ReplaceAll(deals, "[teacher_key, subject]", "[]"), nil,
			[]string{`agreements.yaml:6: agreements[0].datasets: "teacher": has no columns`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := load(t, test.principals, test.agreements).Check(t.Context(), catalog, test.vault)
			if err != nil || len(got) != len(test.want) {
				t.Fatalf("got %d problems, want %d (%v):\n%v", len(got), len(test.want), err, got)
			}
			for i, want := range test.want {
				if !strings.HasPrefix(got[i].String(), want) {
					t.Errorf("got  %s\nwant %s", got[i], want)
				}
			}
		})
	}
}

func TestCheckReportsABrokenVault(t *testing.T) {
	t.Parallel()
	if problems, err := load(t, people, deals).Check(t.Context(), nil, staff()); err == nil {
		t.Errorf("no error, but %v", problems)
	}
}
