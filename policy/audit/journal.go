package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// A journal holds acknowledged entries until tiles and checkpoint do. It is a
// sequence of frames, each one commit group:
//
//	magic | index of first entry, 64 bits | payload length, 32 bits | SHA-256 | payload
//
// all big-endian; the hash is over index, length and payload, and the payload
// is framed like an entry bundle. The file has a fixed size and is written over from the
// start, because a sync that leaves the file's length alone costs one disk write, not two.
const (
	journalMagic = "WEIRWAL\x01"
	journalSize  = 4 << 20
	frameHeader  = len(journalMagic) + 8 + 4 + sha256.Size
	// groupLimit is the payload size in bytes at which a commit group is closed.
	groupLimit = 1 << 20
)

type journal struct {
	f   *os.File
	end int64 // where the next frame goes
}

func journalPath(dir string, i int) string {
	return filepath.Join(dir, "journal."+strconv.Itoa(i))
}

func openJournal(path string) (*journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &journal{f: f}, nil
}

func (j *journal) fits(payload []byte) bool {
	return j.end+int64(frameHeader+len(payload)) <= journalSize
}

// write appends a frame and returns when it is durable.
func (j *journal) write(first int64, payload []byte) error {
	frame := appendFrame(nil, first, payload)
	if _, err := j.f.WriteAt(frame, j.end); err != nil {
		return err
	}
	j.end += int64(len(frame))
	return j.f.Sync()
}

func appendFrame(dst []byte, first int64, payload []byte) []byte {
	dst = append(dst, journalMagic...)
	dst = binary.BigEndian.AppendUint64(dst, uint64(first))        //nolint:gosec // never negative
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(payload))) //nolint:gosec // at most groupLimit
	sum := frameSum(dst[len(dst)-12:], payload)
	dst = append(dst, sum[:]...)
	return append(dst, payload...)
}

func frameSum(header, payload []byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	h.Write(header)
	h.Write(payload)
	h.Sum(sum[:0])
	return sum
}

// parseFrame reads the frame at the start of data; ok is false if there is none.
func parseFrame(data []byte) (first int64, payload []byte, ok bool) {
	if len(data) < frameHeader || string(data[:len(journalMagic)]) != journalMagic {
		return 0, nil, false
	}
	header := data[len(journalMagic):][:12]
	first = int64(binary.BigEndian.Uint64(header)) //nolint:gosec // checked next
	n := int64(binary.BigEndian.Uint32(header[8:]))
	if first < 0 || n > int64(len(data)-frameHeader) {
		return 0, nil, false
	}
	payload = data[frameHeader:][:n]
	sum := frameSum(header, payload)
	return first, payload, bytes.Equal(sum[:], data[frameHeader-sha256.Size:frameHeader])
}

// run is a sequence of entries found in a journal.
type run struct {
	first   int64
	entries [][]byte
}

func (r run) end() int64 { return r.first + int64(len(r.entries)) }

// read returns the run at the start of the journal. Frames before published
// are left over from earlier use. A crash can tear only the last frame
// written, which was never acknowledged; a good frame beyond a bad one means
// that acknowledged entries were damaged, and that is an error.
func (j *journal) read(published int64) (run, error) {
	data, err := io.ReadAll(io.NewSectionReader(j.f, 0, journalSize))
	if err != nil {
		return run{}, err
	}
	r := run{first: published}
	first, payload, ok := parseFrame(data)
	if ok {
		r.first = first
	}
	for ok && first == r.end() {
		entries, err := splitBundle(payload)
		if err != nil {
			return run{}, fmt.Errorf("%s: frame of entry %d: %w", j.f.Name(), first, err)
		}
		r.entries = append(r.entries, entries...)
		data = data[frameHeader+len(payload):]
		first, payload, ok = parseFrame(data)
	}
	if r.end() < published {
		r = run{first: published}
	}
	return r, j.checkRest(data, r.end())
}

// checkRest looks for a frame of entry next or later in what follows a run.
func (j *journal) checkRest(data []byte, next int64) error {
	for {
		i := bytes.Index(data, []byte(journalMagic))
		if i < 0 {
			return nil
		}
		data = data[i:]
		if first, _, ok := parseFrame(data); ok && first >= next {
			return fmt.Errorf("%s is damaged: entries from %d on are unreadable, and entry %d after them is not", j.f.Name(), next, first)
		}
		data = data[len(journalMagic):]
	}
}
