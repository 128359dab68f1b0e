package pgwire_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weir-warehouse/weir/policy"
)

// The clients in this file are programs that others wrote. What they print is
// compared with testdata/clients/*.golden, which a person has read.

var update = flag.Bool("update", false, "write what the clients print to the golden files")

const clientFiles = "testdata/clients/"

// Where Debian has what is not on the path.
const (
	jdbcDriver = "/usr/share/java/postgresql.jar"
	odbcDriver = "/usr/lib/*/odbc/psqlodbcw.so"
)

// need skips a test for want of a program, which make ci-deps installs.
func need(t *testing.T, program, debian string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is missing (Debian package %s)", program, debian)
	}
	return path
}

// needFile skips a test for want of a file.
func needFile(t *testing.T, pattern, debian string) string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Skipf("%s is missing (Debian package %s)", pattern, debian)
	}
	return files[0]
}

// python is a Python that has a module: the path's, or Debian's.
func python(t *testing.T, module, debian string) string {
	t.Helper()
	for _, program := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(t.Context(), program, "-c", "import "+module).Run() == nil {
			return program
		}
	}
	t.Skipf("Python's %s is missing (Debian package %s)", module, debian)
	return ""
}

// client prepares a program that speaks to a door as a role.
func (d *door) client(ctx context.Context, role policy.Role, program string, args ...string) *exec.Cmd {
	host, port, _ := strings.Cut(d.Address, ":")
	c := exec.CommandContext(ctx, program, args...)
	c.Env = append(os.Environ(),
		"PGHOST="+host, "PGPORT="+port, "PGUSER="+string(role), "PGPASSWORD="+d.Secret(role), "PGDATABASE=weir", "PGSSLMODE=disable",
		"PSQLRC=/dev/null", "PSQL_PAGER=", "PAGER=", "LC_ALL=C.UTF-8", "TZ=UTC")
	return c
}

// prints runs a client and compares what it prints with a golden file. The
// door's own address and secrets, which differ each time, are not in it.
func (d *door) prints(t *testing.T, golden string, c *exec.Cmd) {
	t.Helper()
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v", c.Path, err)
	}
	got := strings.NewReplacer(d.Address, "ADDRESS", d.Secret(policy.DataSteward), "SECRET").Replace(string(out))
	path := clientFiles + golden + ".golden"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s printed\n%s\nand not\n%s", c.Path, got, want)
	}
}

// TestClients runs each client against one door. A client that is missing is
// skipped, which fails where none may be.
func TestClients(t *testing.T) {
	t.Parallel()
	d := open(t)
	for name, run := range map[string]func(t *testing.T, d *door){
		"psql": psql, "psql cancels": psqlCancels, "jdbc": jdbc, "sqlalchemy": sqlAlchemy, "psycopg": psycopg, "r": r, "odbc": odbc,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, d)
		})
	}
}

func psql(t *testing.T, d *door) {
	t.Helper()
	program := need(t, "psql", "postgresql-client")
	for _, role := range []policy.Role{policy.DataSteward, policy.Evaluator} {
		d.prints(t, "psql_"+string(role), d.client(t.Context(), role, program, "-X", "-f", clientFiles+"psql.sql"))
	}
}

// psqlCancels presses Ctrl-C.
func psqlCancels(t *testing.T, d *door) {
	t.Helper()
	program := need(t, "psql", "postgresql-client")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := d.client(ctx, policy.DataSteward, program, "-X", "-c",
		"SELECT count(*) FROM range(1000000) a, range(1000000) b, teacher WHERE (a.range * b.range) % 7 = 3")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(2*time.Second, func() { _ = c.Process.Signal(syscall.SIGINT) })
	err := c.Wait()
	if err == nil || !strings.Contains(out.String(), "Cancel request sent") || !strings.Contains(out.String(), "the statement was cancelled") {
		t.Errorf("%v: %s", err, out.String())
	}
}

func jdbc(t *testing.T, d *door) {
	t.Helper()
	program := need(t, "java", "default-jdk-headless")
	driver := needFile(t, jdbcDriver, "libpostgresql-jdbc-java")
	d.prints(t, "jdbc", d.client(t.Context(), policy.DataSteward, program, "-cp", driver, clientFiles+"Catalogue.java",
		"jdbc:postgresql://"+d.Address+"/weir?sslmode=disable", string(policy.DataSteward), d.Secret(policy.DataSteward)))
}

func sqlAlchemy(t *testing.T, d *door) {
	t.Helper()
	program := python(t, "sqlalchemy, psycopg2", "python3-sqlalchemy, python3-psycopg2")
	url := "postgresql+psycopg2://" + string(policy.DataSteward) + ":" + d.Secret(policy.DataSteward) + "@" + d.Address + "/weir?sslmode=disable"
	d.prints(t, "sqlalchemy", d.client(t.Context(), policy.DataSteward, program, clientFiles+"reflect.py", url))
}

func psycopg(t *testing.T, d *door) {
	t.Helper()
	program := python(t, "psycopg, psycopg2", "python3-psycopg, python3-psycopg2")
	d.prints(t, "psycopg", d.client(t.Context(), policy.DataSteward, program, clientFiles+"read.py", "dbname=weir"))
}

func r(t *testing.T, d *door) {
	t.Helper()
	program := need(t, "Rscript", "r-base-core")
	if exec.CommandContext(t.Context(), program, "-e", "library(RPostgreSQL); library(dbplyr)").Run() != nil {
		t.Skip("R's RPostgreSQL or dbplyr is missing (Debian packages r-cran-rpostgresql, r-cran-dbplyr)")
	}
	host, port, _ := strings.Cut(d.Address, ":")
	d.prints(t, "r", d.client(t.Context(), policy.DataSteward, program, clientFiles+"tables.R", host, port,
		string(policy.DataSteward), d.Secret(policy.DataSteward)))
}

func odbc(t *testing.T, d *door) {
	t.Helper()
	program := need(t, "isql", "unixodbc")
	driver := needFile(t, odbcDriver, "odbc-postgresql")
	host, port, _ := strings.Cut(d.Address, ":")
	c := d.client(t.Context(), policy.DataSteward, program, "-v", "-b", "-d|", "-x0x20", "-k", "DRIVER="+driver+";SERVER="+host+";PORT="+port+
		";UID="+string(policy.DataSteward)+";PWD="+d.Secret(policy.DataSteward)+";DATABASE=weir;SSLmode=disable")
	c.Stdin = strings.NewReader(strings.Join([]string{"help", "help teacher", "SELECT school_id, count(*) AS n FROM teacher GROUP BY 1 ORDER BY 1", ""}, "\n"))
	d.prints(t, "odbc", c)
}

// TestCatalogueTypesAreThoseOfRows asserts that the catalogue says of each
// column the type with which its values come.
func TestCatalogueTypesAreThoseOfRows(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.connect(t, policy.DataSteward, "")
	tables, err := c.Query(t.Context(), "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables")
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(tables, pgx.RowTo[string])
	if err != nil || len(names) < 10 {
		t.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		rows, err := c.Query(t.Context(), "SELECT * FROM "+name+" LIMIT 0")
		if err != nil {
			t.Fatal(err)
		}
		var came []string
		for _, f := range rows.FieldDescriptions() {
			came = append(came, fmt.Sprint(f.Name, " ", f.DataTypeOID, " ", f.TypeModifier))
		}
		rows.Close()
		told, err := c.Query(t.Context(), "SELECT attname || ' ' || atttypid::text || ' ' || atttypmod::text FROM pg_attribute WHERE attrelid = '"+name+"'::regclass ORDER BY attnum")
		if err != nil {
			t.Fatal(err)
		}
		want, err := pgx.CollectRows(told, pgx.RowTo[string])
		if err != nil || !slices.Equal(came, want) {
			t.Errorf("%s comes as %q, and the catalogue says %q (%v)", name, came, want, err)
		}
	}
}
