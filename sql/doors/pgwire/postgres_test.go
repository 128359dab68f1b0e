package pgwire_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/weir-warehouse/weir/policy"
)

// postgres is a server of PostgreSQL 15 with the same rows in the table cost.
type postgres struct {
	url string
}

const pgBin = "/usr/lib/postgresql/15/bin/"

func startPostgres(b *testing.B) *postgres {
	b.Helper()
	if _, err := os.Stat(pgBin + "postgres"); err != nil {
		b.Fatal("PostgreSQL 15 is missing; install the Debian package postgresql-15")
	}
	dir, err := os.MkdirTemp("", "pgwire") //nolint:usetesting // another user needs the way to it
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	run := func(name string, args ...string) *exec.Cmd {
		c := exec.CommandContext(context.Background(), pgBin+name, args...)
		c.Dir = dir
		if os.Getuid() == 0 { // which PostgreSQL refuses
			c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
			if err := errors.Join(os.Chown(dir, nobody, nobody), os.Chmod(dir, 0o700)); err != nil {
				b.Fatal(err)
			}
		}
		return c
	}
	if out, err := run("initdb", "-D", dir+"/data", "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C").CombinedOutput(); err != nil {
		b.Fatalf("initdb: %v: %s", err, out)
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err := errors.Join(err, l.Close()); err != nil {
		b.Fatal(err)
	}
	server := run("postgres", "-D", dir+"/data", "-p", port, "-k", dir, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "shared_buffers=1GB", "-c", "max_wal_size=8GB")
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGINT)
		_ = server.Wait()
	})
	p := &postgres{url: "postgres://bench@127.0.0.1:" + port + "/postgres?sslmode=disable"}
	for range 100 {
		c, err := pgconn.Connect(context.Background(), p.url)
		if err == nil {
			_ = c.Close(context.Background())
			return p
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.Fatal("PostgreSQL did not start")
	return nil
}

const nobody = 65534

// fill makes the table cost of what the door sends.
func (p *postgres) fill(b *testing.B, d *door, queries ...string) {
	b.Helper()
	ctx := context.Background()
	to, err := pgconn.Connect(ctx, p.url)
	if err != nil {
		b.Fatal(err)
	}
	defer to.Close(ctx) //nolint:errcheck // test
	if _, err := to.Exec(ctx, "CREATE TABLE cost ("+pgColumns+")").ReadAll(); err != nil {
		b.Fatal(err)
	}
	for _, query := range queries {
		from := d.connect(b, policy.DataSteward, "").PgConn()
		r, w := io.Pipe()
		go func() {
			_, err := from.CopyTo(ctx, w, "COPY ("+query+") TO STDOUT")
			_ = w.CloseWithError(err)
		}()
		if _, err := to.CopyFrom(ctx, r, "COPY cost FROM STDIN"); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := to.Exec(ctx, "VACUUM ANALYZE cost").ReadAll(); err != nil {
		b.Fatal(err)
	}
}
