package audit

import (
	"errors"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// committer owns the log's state. One goroutine runs it: it gathers entries
// into a group, makes the group durable with one write and one sync to the
// active journal, and acknowledges it. Meanwhile at most one publication moves
// the entries of the other journal into the tree, after which that journal is free.
type committer struct {
	publisher *publisher
	journals  [2]*journal
	active    int
	next      int64    // index of the next entry
	pending   [][]byte // durable in the active journal, not handed to the publisher
	published chan error
	busy      bool // a publication is under way
	every     time.Duration
	timer     *time.Timer
	failed    error
}

// run serves the log until it is closed, then publishes what is left.
func (c *committer) run(l *Log) error {
	defer c.timer.Stop()
	for {
		select {
		case r := <-l.requests:
			c.commit(gather(r, l.requests))
		case done := <-l.flushes:
			done <- c.publishAll()
		case <-c.timer.C:
			c.startPublish()
		case err := <-c.published:
			c.finishPublish(err)
		case <-l.quit:
			return errors.Join(c.publishAll(), c.closeJournals())
		}
	}
}

// gather adds to a first request those that wait behind it.
func gather(first request, more <-chan request) []request {
	group, size := []request{first}, len(first.entry)
	for size < groupLimit {
		select {
		case r := <-more:
			group = append(group, r)
			size += len(r.entry)
		default:
			return group
		}
	}
	return group
}

// commit makes a group durable and answers its requests.
func (c *committer) commit(group []request) {
	var payload []byte
	for _, r := range group {
		payload = appendEntry(payload, r.entry)
	}
	if c.failed == nil && !c.journals[c.active].fits(payload) {
		c.wait()
		c.startPublish()
	}
	if c.failed == nil {
		if err := c.journals[c.active].write(c.next, payload); err != nil {
			c.fail(err)
		}
	}
	for _, r := range group {
		if c.failed != nil {
			r.reply <- reply{err: c.failed}
			continue
		}
		c.pending = append(c.pending, r.entry)
		r.reply <- reply{index: c.next}
		c.next++
	}
	if c.failed == nil && len(c.pending) == len(group) {
		c.timer.Reset(c.every)
	}
}

// startPublish hands the pending entries to the publisher and turns to the
// other journal, which is free because no publication is under way.
func (c *committer) startPublish() {
	if c.busy || c.failed != nil || len(c.pending) == 0 {
		return
	}
	entries := c.pending
	c.pending = nil
	c.active = 1 - c.active
	c.journals[c.active].end = 0
	c.busy = true
	go func() { c.published <- c.publisher.publish(entries) }()
}

// finishPublish takes note of a publication's end.
func (c *committer) finishPublish(err error) {
	c.busy = false
	if err != nil {
		c.fail(err)
	} else if len(c.pending) > 0 {
		c.timer.Reset(c.every)
	}
}

// wait lets the publication under way, if any, come to its end.
func (c *committer) wait() {
	if c.busy {
		c.finishPublish(<-c.published)
	}
}

// publishAll publishes every pending entry and waits for it.
func (c *committer) publishAll() error {
	c.wait()
	c.startPublish()
	c.wait()
	return c.failed
}

// fail stops the log for good: what the disk holds is known again only after
// it has been read again, by Open.
func (c *committer) fail(err error) {
	if c.failed == nil {
		c.failed = policy.Errorf(policy.Failed, "audit log cannot be written and takes no more entries until it is opened again: %w", err)
	}
}
