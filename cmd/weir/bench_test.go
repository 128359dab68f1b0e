package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/sql/duck"
)

// The benchmarks make their files themselves. WEIR_BENCH_ROWS is the number of
// rows of pd_engagement, by default ten million (0.9 GB of CSV, and about as
// much for each database that is made of it). WEIR_BENCH_MEMORY is the engine's
// memory limit, by default 4GB. BenchmarkLoadScale runs if WEIR_BENCH_SCALE
// says on how many times as many rows.
const (
	benchRows   = 10_000_000
	benchMemory = "4GB"
	benchPeople = 20_000
)

// engagementTypes are the columns of the file, as the contract types them.
const engagementTypes = `{engagement_id: 'VARCHAR', teacher_number: 'VARCHAR', program_id: 'VARCHAR', module_id: 'VARCHAR', started_at: 'TIMESTAMP',
	ended_at: 'TIMESTAMP', minutes: 'DECIMAL(8,2)', completed: 'BOOLEAN', delivery: 'VARCHAR', relevance_rating: 'TINYINT', satisfaction_rating: 'TINYINT'}`

// bench is a folder with source files and a built program.
type bench struct {
	*testing.B

	dir, weir, memory string
	rows              int
}

func newBench(b *testing.B) *bench {
	b.Helper()
	s := &bench{B: b, dir: b.TempDir(), memory: benchMemory, rows: benchRows}
	if v := os.Getenv("WEIR_BENCH_MEMORY"); v != "" {
		s.memory = v
	}
	if v := os.Getenv("WEIR_BENCH_ROWS"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil {
			b.Fatal(err)
		}
		s.rows = n
	}
	s.weir = buildWeir(b)
	s.engine("", fmt.Sprintf(`COPY (SELECT 'T' || lpad(i::VARCHAR, 6, '0') AS staff_number, 'Name' || i AS family_name FROM range(%d) r(i)) TO '%s/staff_identity.csv' (HEADER);
		COPY (SELECT 'P' || i AS program_id, 'Programme ' || i AS name, 'workshop' AS kind, true AS follow_up, true AS active_practice, false AS personalized FROM range(8) r(i))
			TO '%[2]s/pd_program.csv' (HEADER)`, benchPeople, s.dir))
	return s
}

// source makes a file of n rows and returns its path.
func (s *bench) source(n int) string {
	s.Helper()
	path := filepath.Join(s.dir, fmt.Sprintf("pd_engagement_%d.csv", n))
	s.engine("", fmt.Sprintf(`CREATE MACRO pick(i, k, n) AS (hash(i + k) %% n)::BIGINT;
		COPY (SELECT 'E' || lpad(i::VARCHAR, 9, '0') AS engagement_id, 'T' || lpad(pick(i, 0, %d)::VARCHAR, 6, '0') AS teacher_number,
			'P' || pick(i, 1, 8) AS program_id, 'M' || pick(i, 2, 200) AS module_id,
			TIMESTAMP '2024-08-01' + to_seconds(pick(i, 3, 31536000)) AS started_at, started_at + to_seconds(600 + pick(i, 4, 5400)) AS ended_at,
			((600 + pick(i, 4, 5400)) / 60)::DECIMAL(8,2) AS minutes, pick(i, 5, 4) > 0 AS completed,
			['self_paced', 'live_online', 'in_person', 'hybrid'][1 + pick(i, 6, 4)] AS delivery,
			CASE WHEN pick(i, 7, 3) > 0 THEN 1 + pick(i, 8, 5) END AS relevance_rating, CASE WHEN pick(i, 9, 3) > 0 THEN 1 + pick(i, 10, 5) END AS satisfaction_rating
			FROM range(%d) r(i)) TO '%s' (HEADER)`, benchPeople, n, path))
	return path
}

// engine runs statements in an engine with the benchmark's limits, with a file
// attached as p unless it is "".
func (s *bench) engine(file, stmts string) {
	s.Helper()
	ctx := context.Background()
	db, err := duck.Open(ctx, duck.Options{MemoryLimit: s.memory, TempDirectory: filepath.Join(s.dir, "spill")})
	if err != nil {
		s.Fatal(err)
	}
	if file != "" {
		if err := duck.Attach(ctx, db.SQL(), file, "p", duck.ReadWrite); err != nil {
			s.Fatal(err)
		}
	}
	if _, err := db.SQL().ExecContext(ctx, stmts); err != nil {
		s.Fatal(err)
	}
	if err := db.Close(); err != nil {
		s.Fatal(err)
	}
}

// home makes a home that knows the people and programmes.
func (s *bench) home() string {
	s.Helper()
	home := filepath.Join(s.dir, "home")
	if err := os.RemoveAll(home); err != nil {
		s.Fatal(err)
	}
	s.command("init", home)
	s.command("load", filepath.Join(s.dir, "staff_identity.csv"), filepath.Join(s.dir, "pd_program.csv"), "--home", home)
	return home
}

// usage is what a run took.
type usage struct {
	wall, cpu time.Duration
	peak      float64 // of memory, in megabytes
}

func (s *bench) command(args ...string) usage {
	s.Helper()
	cmd := exec.CommandContext(s.Context(), s.weir, args...)
	cmd.Env = append(os.Environ(), "WEIR_ENGINE_MEMORY_LIMIT="+s.memory)
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		s.Fatalf("%v: %v: %s", args, err, out)
	}
	state := cmd.ProcessState
	u := usage{wall: time.Since(start), cpu: state.UserTime() + state.SystemTime()}
	if r, ok := state.SysUsage().(*syscall.Rusage); ok {
		u.peak = float64(r.Maxrss) * 1024 / megabyte
	}
	return u
}

// plain loads the file as DuckDB alone does, into a database file.
func (s *bench) plain(path string) usage {
	s.Helper()
	file := filepath.Join(s.dir, "plain.duckdb")
	if err := os.RemoveAll(file); err != nil {
		s.Fatal(err)
	}
	start, cpu := time.Now(), s.ownCPU()
	s.engine(file, fmt.Sprintf("CREATE TABLE p.pd_engagement AS SELECT * FROM read_csv('%s', auto_detect = false, header = true, delim = ',', columns = %s)", path, engagementTypes))
	return usage{wall: time.Since(start), cpu: s.ownCPU() - cpu}
}

func (s *bench) ownCPU() time.Duration {
	s.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		s.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// overLimit is by how many megabytes a run outgrew the engine's memory limit.
func (s *bench) overLimit(u usage) float64 {
	s.Helper()
	for unit, factor := range map[string]float64{"GB": 1000, "MB": 1} {
		if n, err := strconv.ParseFloat(strings.TrimSuffix(s.memory, unit), 64); err == nil && strings.HasSuffix(s.memory, unit) {
			return u.peak - n*factor
		}
	}
	s.Fatalf("memory limit %q: write it in MB or GB", s.memory)
	return 0
}

func ratio(a, b time.Duration) float64 { return a.Seconds() / b.Seconds() }

// BenchmarkLoad compares the full validated load, as the program runs it, with
// a plain CREATE TABLE AS of the same types under the same limits.
func BenchmarkLoad(b *testing.B) {
	s := newBench(b)
	path := s.source(s.rows)
	var plain, load usage
	for b.Loop() {
		b.StopTimer()
		home := s.home()
		plain = s.plain(path)
		b.StartTimer()
		load = s.command("load", path, "--home", home)
	}
	b.ReportMetric(ratio(load.wall, plain.wall), "load/plain")
	b.ReportMetric(ratio(load.cpu, plain.cpu), "cpu-load/plain")
	b.ReportMetric(float64(s.rows)/load.wall.Seconds(), "rows/s")
	b.ReportMetric(s.overLimit(load), "MB-over-limit")
}

// BenchmarkLoadScale compares loads of files of different length.
func BenchmarkLoadScale(b *testing.B) {
	factor, err := strconv.Atoi(os.Getenv("WEIR_BENCH_SCALE"))
	if err != nil {
		b.Skip("WEIR_BENCH_SCALE does not say on how many times as many rows, such as 4")
	}
	s := newBench(b)
	var took [2]usage
	for b.Loop() {
		for i, n := range []int{s.rows, factor * s.rows} {
			b.StopTimer()
			path, home := s.source(n), s.home()
			b.StartTimer()
			took[i] = s.command("load", path, "--home", home)
			if err := os.Remove(path); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(ratio(took[1].wall, took[0].wall), fmt.Sprintf("time-of-%dx", factor))
	b.ReportMetric(ratio(took[1].cpu, took[0].cpu), fmt.Sprintf("cpu-of-%dx", factor))
	b.ReportMetric(s.overLimit(took[1]), "MB-over-limit")
}

// BenchmarkPublish compares publishing with copying the same bytes durably and
// hashing them.
func BenchmarkPublish(b *testing.B) {
	s := newBench(b)
	home := s.home()
	s.command("load", s.source(s.rows), "--home", home)
	build, snapshots := filepath.Join(home, "build", "formative.duckdb"), filepath.Join(home, "snapshots")
	info, err := os.Stat(build)
	if err != nil {
		b.Fatal(err)
	}
	var published, copied time.Duration
	for b.Loop() {
		b.StopTimer()
		if err := os.RemoveAll(snapshots); err != nil {
			b.Fatal(err)
		}
		if err := os.Mkdir(snapshots, 0o700); err != nil {
			b.Fatal(err)
		}
		copied = s.copyAndHash(build)
		b.StartTimer()
		published = s.command("publish", "--home", home).wall
	}
	b.ReportMetric(float64(info.Size())/megabyte/published.Seconds(), "MB/s")
	b.ReportMetric(ratio(published, copied), "publish/cp+sync+sha256sum")
}

func (s *bench) copyAndHash(file string) time.Duration {
	s.Helper()
	target := filepath.Join(s.dir, "copy")
	start := time.Now()
	for _, args := range [][]string{{"cp", file, target}, {"sync", target}, {"sha256sum", target}} {
		cmd := exec.CommandContext(s.Context(), args[0], args[1:]...)
		cmd.Stdout = io.Discard
		if err := cmd.Run(); err != nil {
			s.Fatalf("%v: %v", args, err)
		}
	}
	took := time.Since(start)
	if err := os.Remove(target); err != nil {
		s.Fatal(err)
	}
	return took
}
