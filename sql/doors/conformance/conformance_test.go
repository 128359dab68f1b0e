package conformance_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
)

// kinds are values of each of the engine's types, with NULL and what is extreme.
// Over PostgreSQL's protocol a value is the text that the engine casts it to,
// or, where PostgreSQL writes it in another way, what stands in postgres.
var kinds = []struct {
	kind     string
	values   []string
	postgres []string
}{
	{"BOOLEAN", []string{"true", "false"}, []string{"t", "f"}},
	{"TINYINT", []string{"-128", "127"}, nil},
	{"SMALLINT", []string{"-32768", "32767"}, nil},
	{"INTEGER", []string{"-2147483648", "2147483647"}, nil},
	{"BIGINT", []string{"-9223372036854775808", "9223372036854775807"}, nil},
	{"HUGEINT", []string{"-170141183460469231731687303715884105728", "170141183460469231731687303715884105727"}, nil},
	{"UTINYINT", []string{"0", "255"}, nil},
	{"USMALLINT", []string{"0", "65535"}, nil},
	{"UINTEGER", []string{"0", "4294967295"}, nil},
	{"UBIGINT", []string{"0", "18446744073709551615"}, nil},
	{"UHUGEINT", []string{"0", "340282366920938463463374607431768211455"}, nil},
	{"FLOAT", []string{"0.1", "-3.4028235e38", "NaN", "inf", "-inf"}, []string{"0.1", "-3.4028235e+38", "NaN", "Infinity", "-Infinity"}},
	{"DOUBLE", []string{"0.1", "1.7976931348623157e308", "5e-324", "NaN", "inf", "-inf"}, []string{"0.1", "1.7976931348623157e+308", "5e-324", "NaN", "Infinity", "-Infinity"}},
	{"DECIMAL(4,1)", []string{"-999.9", "0.0"}, nil},
	{"DECIMAL(38,10)", []string{"-9999999999999999999999999999.9999999999", "0.0000000001"}, nil},
	{"VARCHAR", []string{"", "plain", "ünïcödé 🎓", "a|b", "it's"}, nil},
	{"BLOB", []string{`\x00\xFF`, "abc", ""}, []string{`\x00ff`, `\x616263`, `\x`}},
	{"BIT", []string{"0", "10101010101"}, nil},
	{"DATE", []string{"2026-03-02", "0001-01-01", "9999-12-31", "infinity", "-infinity"}, nil},
	{"TIME", []string{"00:00:00", "23:59:59.999999"}, nil},
	{"TIMESTAMP", []string{"2026-03-02 09:00:00", "1969-12-31 23:59:59.999999", "infinity", "-infinity"}, nil},
	{"TIMESTAMP_S", []string{"2026-03-02 09:00:00"}, nil},
	{"TIMESTAMP_MS", []string{"2026-03-02 09:00:00.123"}, nil},
	{"TIMESTAMP_NS", []string{"2026-03-02 09:00:00.123456"}, nil},
	{"TIMESTAMPTZ", []string{"2026-03-02 09:00:00+00", "infinity"}, nil},
	{"TIMETZ", []string{"09:00:00+00", "10:00:00+02", "23:59:59.999999-15:59:59", "00:00:00+05:30"}, nil},
	{"INTERVAL", []string{"1 year 2 months 3 days", "-4 hours"}, []string{"1 year 2 mons 3 days", "-04:00:00"}},
	{"UUID", []string{"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"}, nil},
	{"JSON", []string{`{"a": [1, null]}`}, nil},
	{"INTEGER[]", []string{"[1, NULL, 3]", "[]"}, []string{"{1,NULL,3}", "{}"}},
	{"VARCHAR[]", []string{"[a, b c]"}, []string{`{a,"b c"}`}},
	{"TIMETZ[]", []string{"['10:00:00+02']"}, []string{"{10:00:00+02}"}},
	{"INTEGER[2]", []string{"[1, 2]"}, []string{"{1,2}"}},
	{"INTEGER[][]", []string{"[[1], [2, 3]]"}, []string{"[[1],[2,3]]"}},
	{"BIGNUM", []string{"-123456789012345678901234567890123456789012345"}, nil},
}

// composed are values of types that no text is cast to.
var composed = []struct{ value, postgres string }{
	{"{'a': 1, 'b': NULL, 'c': 'x'}", `{"a":1,"b":null,"c":"x"}`},
	{"MAP {'k': 1, 'l': NULL}", `{"k":1,"l":null}`},
	{"union_value(n := 1)", "1"},
	{"{'z': '10:00:00+02'::TIMETZ, 'b': '101'::BIT, 'u': ['340282366920938463463374607431768211455'::UHUGEINT]}", `{"z":"10:00:00+02","b":"101","u":[340282366920938463463374607431768211455]}`},
	{"MAP {true: '10:00:00+02'::TIMETZ}", `{"t":"10:00:00+02"}`},
	{"[{'a': [1, 2]}]", `[{"a":[1,2]}]`},
	{"NULL", "(null)"},
}

func TestTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gate := w.session(t, policy.DataSteward)
	for _, d := range w.doors {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			ask := d.connect(t, policy.DataSteward)
			for _, k := range kinds {
				rows := make([]string, len(k.values))
				for i, v := range k.values {
					rows[i] = fmt.Sprintf("(%s)", duck.Literal(v))
				}
				text := fmt.Sprintf("SELECT v::%s AS v FROM (VALUES %s, (NULL)) t(v)", k.kind, strings.Join(rows, ", "))
				want := gate(t.Context(), text)
				if d.text {
					want = gate(t.Context(), fmt.Sprintf("SELECT v::VARCHAR AS v FROM (%s)", text))
					want.Columns = []string{"v"}
					if k.postgres != nil {
						want.Rows = append(slices.Clone(k.postgres), "(null)")
					}
				}
				if got := ask(t.Context(), text); !got.equal(&want) {
					t.Errorf("%s:\ngot  %+v\nwant %+v", k.kind, got, want)
				}
			}
			for _, c := range composed {
				text := "SELECT " + c.value + " AS v"
				want := gate(t.Context(), text)
				if d.text {
					want.Columns, want.Rows = []string{"v"}, []string{c.postgres}
				}
				if got := ask(t.Context(), text); !got.equal(&want) || got.Error != "" {
					t.Errorf("%s:\ngot  %+v\nwant %+v", c.value, got, want)
				}
			}
		})
	}
}

// compare asserts that a door gives what the gateway gave. A door whose values
// are texts is asked for texts.
func compare(t *testing.T, d door, role policy.Role, ask, gate client, text string, params ...string) {
	t.Helper()
	got, want := ask(t.Context(), text, params...), gate(t.Context(), text, params...)
	if d.text {
		want.Code = ""
		for i, c := range want.Columns {
			want.Columns[i], _, _ = strings.Cut(c, " ")
		}
	}
	if !got.equal(&want) {
		t.Errorf("%s as %s:\ngot  %+v\nwant %+v", text, role, got, want)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		name   string
		role   policy.Role
		text   string
		params []string
	}{
		{"rows", policy.DataSteward, "SELECT school_id, name FROM school ORDER BY 1", nil},
		{"no rows", policy.DataSteward, "SELECT school_id, name FROM school WHERE false", nil},
		{"many rows", policy.DataSteward, "SELECT range AS n, 'text ' || range AS s FROM range(100000)", nil},
		{"wide values", policy.DataSteward, "SELECT range AS n, repeat('x', 1000) || range AS s FROM range(10000)", nil},
		{"one parameter", policy.DataSteward, "SELECT name FROM school WHERE school_id = $1", []string{"s1"}},
		{"a parameter is no SQL", policy.DataSteward, "SELECT name FROM school WHERE school_id = $1", []string{"' OR true --"}},
		{"parameters of two types", policy.DataSteward, "SELECT name, $2::INTEGER + 1 AS n FROM school WHERE school_id = $1", []string{"s2", "41"}},
		{"a parameter that does not fit", policy.DataSteward, "SELECT $1::INTEGER AS n", []string{"many"}},
		{"masked columns and filtered rows are announced", policy.Researcher, "SELECT survey, relevance FROM survey_response ORDER BY 2", nil},
		{"filtered rows", policy.Evaluator, "SELECT observation_id, type FROM observation ORDER BY 1", nil},
		{"a forbidden relation", policy.Evaluator, "SELECT * FROM coaching_session", nil},
		{"a missing relation", policy.Evaluator, "SELECT * FROM nothing", nil},
		{"a syntax error", policy.Evaluator, "SELEC 1", nil},
		{"an unknown column", policy.Evaluator, "SELECT nothing FROM observation", nil},
		{"a forbidden function", policy.Evaluator, "SELECT * FROM read_csv('x')", nil},
		{"a write", policy.Evaluator, "DELETE FROM observation", nil},
		{"a failing cast", policy.Evaluator, "SELECT type::INTEGER FROM observation", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			gate := w.session(t, tt.role)
			for _, d := range w.doors {
				t.Run(d.name, func(t *testing.T) {
					t.Parallel()
					compare(t, d, tt.role, d.connect(t, tt.role), gate, tt.text, tt.params...)
				})
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, d := range w.doors {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			if got := d.connect(t, policy.Evaluator)(t.Context(), "SELECT range FROM range(1000001)"); got.Error == "" {
				t.Errorf("%d rows came, and nothing says that more are missing", len(got.Rows))
			}
		})
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for i, name := range []string{"pgwire", "flight", "http"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ask := w.doors[i].connect(t, policy.DataSteward)
			if got := ask(t.Context(), "SELECT 1 AS one"); got.Error != "" {
				t.Fatal(got.Error)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			got := ask(ctx, "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3")
			if got.Error == "" {
				t.Errorf("an endless statement ended with %v", got.Rows)
			}
			began := time.Now()
			w.ends(t, string(policy.Canceled))
			t.Logf("recorded %s after the client gave up", time.Since(began))
			if got := ask(t.Context(), "SELECT 2 AS two"); len(got.Rows) != 1 || got.Rows[0] != "2" {
				t.Errorf("after that: %+v", got)
			}
		})
	}
}

// TestCutOff asserts that the record of an answer whose client went away in the
// midst of it does not look like that of one which was read.
func TestCutOff(t *testing.T) {
	t.Parallel()
	for i, name := range []string{"pgwire", "flight", "http"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ask := w.doors[i].connect(t, policy.DataSteward)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			if got := ask(ctx, "SELECT range"+strings.Repeat(", repeat('x', 1000) AS x", 10)+" FROM range(90000)"); got.Error == "" {
				t.Fatalf("%d rows came", len(got.Rows))
			}
			w.ends(t, "canceled")
		})
	}
}

// ends waits until the last outcome in the audit log is as wanted.
func (w *world) ends(t *testing.T, want string) {
	t.Helper()
	last := ""
	for range 300 {
		must(t, w.Log.Publish(t.Context()))
		for record, err := range w.Reader.All(t.Context()) {
			must(t, err)
			e, err := record.Entry()
			must(t, err)
			if e.Kind == audit.KindOutcome {
				last = e.Outcome.Code
			}
		}
		if last == want {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("the last outcome is %q, want %q", last, want)
}

// TestMidSession asserts that a session sees a snapshot that is published, and
// the end of its token, with its next statement.
func TestMidSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sessions := map[string]client{}
	for _, d := range w.doors {
		sessions[d.name] = d.connect(t, policy.DataSteward)
	}
	expect := func(when, want string) {
		t.Helper()
		for name, ask := range sessions {
			if got := ask(t.Context(), "SELECT name FROM school WHERE school_id = 's2'"); strings.Join(got.Rows, " ") != want || (got.Error != "") != (want == "") {
				t.Errorf("%s, %s: %+v, want %q", name, when, got, want)
			}
		}
	}
	expect("at first", "Oak")
	publish(t, w.Home, map[string]string{"school.csv": "school_id,district_id,name\ns1,d1,Elm\ns2,d1,Beech\n"})
	expect("after a publication", "Beech")
	w.Revoke(policy.DataSteward)
	expect("after the token was revoked", "")
}

// publish loads files into a home and publishes.
func publish(t *testing.T, home etl.Home, files map[string]string) {
	t.Helper()
	catalog, err := contract.Embedded()
	must(t, err)
	loader := &etl.Loader{Home: home, Catalog: catalog, Engine: duck.Options{Threads: 1}, RemovalLimit: 0.1, Program: "test", Now: gatewaytest.Now}
	report, err := loader.Load(t.Context(), []string{written(t, files)}, etl.Options{})
	must(t, err)
	for _, o := range report.Outcomes {
		if o.Status != etl.StatusLoaded || o.Quarantined > 0 || o.Loaded+o.Updated == 0 {
			t.Fatalf("%s: %+v", o.File, o)
		}
	}
	_, _, err = loader.Publish(t.Context())
	must(t, err)
}
