package main

import (
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/etl"
)

func TestCheckWriterNamesTheHolder(t *testing.T) {
	t.Parallel()
	home := etl.Home{Dir: t.TempDir()}
	if err := home.Create(); err != nil {
		t.Fatal(err)
	}
	a := &app{config: Config{Home: home.Dir}}
	if f := checkWriter(t.Context(), a); f.Status != statusOK {
		t.Errorf("before: %+v", f)
	}
	lock, err := home.Lock("weir load teachers.csv", time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	f := checkWriter(t.Context(), a)
	if f.Status != statusWarn || !strings.Contains(f.Found, "since 2026-03-01T12:00:00Z: weir load teachers.csv") {
		t.Errorf("while it is held: %+v", f)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	if f := checkWriter(t.Context(), a); f.Status != statusOK {
		t.Errorf("after: %+v", f)
	}
}
