package identity

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Watched is the directory of a home as its files say now.
type Watched struct {
	home string
	log  *slog.Logger

	mu      sync.Mutex
	stamps  []stamp
	current *Directory
}

// stamp tells one state of a file from another.
type stamp struct {
	modified time.Time
	bytes    int64
}

// Watch loads the directory of a home, for use over a long time.
func Watch(home string, log *slog.Logger) (*Watched, error) {
	w := &Watched{home: home, log: log}
	w.stamps = w.look()
	var err error
	w.current, err = Load(home)
	return w, err
}

// Directory returns the directory in force. Two that are the same pointer say
// the same. Files that were changed into ones with a fault are logged, and
// what they said before stays in force.
func (w *Watched) Directory(ctx context.Context) *Directory {
	w.mu.Lock()
	defer w.mu.Unlock()
	stamps := w.look()
	if slices.Equal(stamps, w.stamps) {
		return w.current
	}
	w.stamps = stamps
	next, err := Load(w.home)
	if err != nil {
		w.log.ErrorContext(ctx, "changed principals and agreements are not in force", "error", err)
		return w.current
	}
	w.log.InfoContext(ctx, "principals and agreements loaded", "principals", len(next.entries), "agreements", len(next.agreements))
	w.current = next
	return next
}

func (w *Watched) look() []stamp {
	var out []stamp
	for _, name := range []string{PrincipalsFile, AgreementsFile} {
		s := stamp{}
		if info, err := os.Stat(filepath.Join(w.home, name)); err == nil {
			s = stamp{info.ModTime(), info.Size()}
		}
		out = append(out, s)
	}
	return out
}
