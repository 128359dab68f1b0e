package duck

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	duckdb "github.com/duckdb/duckdb-go/v2"
)

// Columns runs a query on a connection and hands its result to f as Arrow
// batches, which f retains if it keeps them. A UUID comes as its 16 bytes, under
// an extension's name.
func Columns(ctx context.Context, conn *sql.Conn, query string, f func(arrow.RecordBatch)) error {
	return conn.Raw(func(raw any) error {
		c, ok := raw.(driver.Conn)
		if !ok {
			return fmt.Errorf("the connection is %T", raw)
		}
		a, err := duckdb.NewArrowFromConn(c)
		if err != nil {
			return err
		}
		reader, err := a.QueryContext(ctx, "SET arrow_lossless_conversion = true; "+query)
		if err != nil {
			return err
		}
		defer reader.Release()
		for reader.Next() {
			f(reader.RecordBatch())
		}
		return reader.Err()
	})
}

// Append adds rows to a table of a database, by the table's columns in order.
func Append(conn *sql.Conn, database, table string, rows [][]driver.Value) error {
	return conn.Raw(func(raw any) error {
		c, ok := raw.(driver.Conn)
		if !ok {
			return fmt.Errorf("the connection is %T", raw)
		}
		appender, err := duckdb.NewAppender(c, database, "main", table)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := appender.AppendRow(row...); err != nil {
				return errors.Join(err, appender.Close())
			}
		}
		return appender.Close()
	})
}
