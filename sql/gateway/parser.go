package gateway

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/weir-warehouse/weir/sql/duck"
)

// parser turns texts into syntax trees, in an instance without any data.
type parser struct {
	instance *duck.Instance
	idle     chan *duck.Conn
}

const idleParsers = 4

func newParser(o duck.Options) (*parser, error) {
	o.Threads = 1
	i, err := openLocked(context.Background(), o, nil)
	if err != nil {
		return nil, err
	}
	return &parser{instance: i, idle: make(chan *duck.Conn, idleParsers)}, nil
}

func (p *parser) close() {
	close(p.idle)
	for c := range p.idle {
		c.Close()
	}
	p.instance.Close()
}

// tree returns the syntax tree of a text as JSON. The text is a parameter: no
// parser but this one sees it first, and nothing in it is executed.
func (p *parser) tree(ctx context.Context, text string) (tree []byte, err error) {
	var c *duck.Conn
	select {
	case c = <-p.idle:
	default:
		if c, err = p.instance.Connect(); err != nil {
			return nil, err
		}
	}
	tree, err = oneText(ctx, c, "SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", text)
	select {
	case p.idle <- c:
	default:
		c.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("parse a statement: %w", err)
	}
	return tree, nil
}

// oneText reads a single text value.
func oneText(ctx context.Context, c *duck.Conn, query string, params ...string) ([]byte, error) {
	s, err := c.Query(ctx, query, params...)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	batch, err := s.Next()
	if err != nil {
		return nil, err
	}
	defer batch.Release()
	texts, ok := batch.Column(0).(*array.String)
	if !ok || texts.Len() != 1 {
		return nil, errors.New("expected one text")
	}
	return []byte(texts.Value(0)), nil
}

// openLocked starts an instance, lets prepare fill it, and locks it down: from
// then on it reads no file but those attached, and keeps its settings.
func openLocked(ctx context.Context, o duck.Options, prepare func(c *duck.Conn) error) (i *duck.Instance, err error) {
	if i, err = duck.OpenInstance(o); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			i.Close()
			i = nil
		}
	}()
	c, err := i.Connect()
	if err != nil {
		return i, err
	}
	defer c.Close()
	if prepare != nil {
		if err := prepare(c); err != nil {
			return i, err
		}
	}
	for _, stmt := range []string{
		"SET GLOBAL TimeZone = 'UTC'",
		"SET GLOBAL enable_external_access = false",
		"SET GLOBAL lock_configuration = true",
	} {
		if err := c.Exec(ctx, stmt); err != nil {
			return i, fmt.Errorf("lock the instance: %w", err)
		}
	}
	return i, nil
}
