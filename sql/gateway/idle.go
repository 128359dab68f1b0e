package gateway

import (
	"sync"

	"github.com/weir-warehouse/weir/sql/duck"
)

// runner is a prepared statement on a connection of its own.
type runner struct {
	job
	conn      *duck.Conn
	statement *duck.Statement
}

// job is a text and where it runs.
type job struct {
	instance *duck.Instance
	text     string
}

func (r *runner) close() {
	if r.statement != nil {
		r.statement.Close()
	}
	r.conn.Close()
}

// idle keeps the runners of statements that ended well, for the next time that
// the same text is asked: planning is most of a short statement's work. A
// connection is used again for the very same SELECT only, which leaves nothing
// behind.
type idle struct {
	mu    sync.Mutex
	byJob map[job][]*runner
	count int
}

const idleRunners = 64

func newIdle() *idle { return &idle{byJob: map[job][]*runner{}} }

// take returns a runner for a text, a waiting one if there is one.
func (i *idle) take(instance *duck.Instance, text string) (*runner, error) {
	j := job{instance, text}
	if r := i.waiting(j); r != nil {
		return r, nil
	}
	c, err := instance.Connect()
	if err != nil {
		return nil, err
	}
	r := &runner{job: j, conn: c}
	if r.statement, err = c.Prepare(text); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (i *idle) waiting(j job) *runner {
	i.mu.Lock()
	defer i.mu.Unlock()
	rs := i.byJob[j]
	if len(rs) == 0 {
		return nil
	}
	last := rs[len(rs)-1]
	i.byJob[j] = rs[:len(rs)-1]
	i.count--
	if len(rs) == 1 {
		delete(i.byJob, j)
	}
	return last
}

// give returns a runner. One that is too many, or too long, is closed.
func (i *idle) give(r *runner) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.count >= idleRunners || len(r.text) > rememberedText {
		r.close()
		return
	}
	i.byJob[r.job] = append(i.byJob[r.job], r)
	i.count++
}

// close ends the runners that wait.
func (i *idle) close() {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, rs := range i.byJob {
		for _, r := range rs {
			r.close()
		}
	}
	i.byJob, i.count = map[job][]*runner{}, 0
}
