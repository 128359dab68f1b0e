package duck_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/sql/duck"
)

func instance(t *testing.T) *duck.Conn {
	t.Helper()
	i, err := duck.OpenInstance(duck.Options{Threads: 2, MemoryLimit: "512MB", TempDirectory: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	c, err := i.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); i.Close() })
	return c
}

func drain(s *duck.Stream) (rows int64, err error) {
	defer s.Close()
	for {
		batch, err := s.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows += batch.NumRows()
		batch.Release()
	}
}

func TestStreamYieldsAllRows(t *testing.T) {
	t.Parallel()
	c := instance(t)
	s, err := c.Query(context.Background(), "SELECT range AS n, 'x' || range AS s FROM range(?::BIGINT)", "100000")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Schema().String(); got == "" {
		t.Error("no schema")
	}
	if rows, err := drain(s); rows != 100000 || err != nil {
		t.Errorf("%d rows, %v", rows, err)
	}
}

func TestStreamFaults(t *testing.T) {
	t.Parallel()
	c := instance(t)
	for text, want := range map[string]duck.FaultKind{
		"SELECT nothing":          duck.FaultStatement,
		"SELEKT 1":                duck.FaultStatement,
		"SELECT CAST('x' AS INT)": duck.FaultValue,
		"SELECT CAST('x' || range AS INT) FROM range(10)": duck.FaultValue,
	} {
		s, err := c.Query(context.Background(), text)
		if err == nil {
			_, err = drain(s)
		}
		f, ok := errors.AsType[*duck.Fault](err)
		if !ok || f.Kind != want {
			t.Errorf("%s: %v, want kind %d", text, err, want)
		}
	}
}

func TestStreamIsInterrupted(t *testing.T) {
	t.Parallel()
	c := instance(t)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	s, err := c.Query(ctx, "SELECT count(*) FROM range(100000) a, range(10000000) b WHERE (a.range * b.range) % 7 = 3")
	if err == nil {
		_, err = drain(s)
	}
	f, ok := errors.AsType[*duck.Fault](err)
	if !ok || f.Kind != duck.FaultCanceled {
		t.Fatalf("%v, want an interruption", err)
	}
	t.Logf("interrupted after %v", time.Since(start))
	if err := c.Exec(context.Background(), "SELECT 1"); err != nil {
		t.Errorf("the connection does not go on: %v", err)
	}
}
