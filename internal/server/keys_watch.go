package server

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"time"

	"kassa/internal/keyring"
)

// lookAtKeys is how often the key file is looked at.
const lookAtKeys = time.Second

// watchKeys looks at the key file until ctx ends. A server keeps its keys in memory: when the file is exchanged underneath, all that is sealed
// from then on cannot be opened after the next start. stop is called, once, when the last line of the file is another, seen twice in a row, so
// that a file that an editor is about to write is no reason. A file that is missing or cannot be read is only logged: this process may be the
// last that has its keys.
func (s *Server) watchKeys(ctx context.Context, keys *keyring.Ring, path string, stop func(why error)) {
	look := time.NewTicker(lookAtKeys)
	defer look.Stop()
	w := keyWatch{path: path, begins: keys.Begins}
	for {
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
		changed, trouble := w.look()
		if trouble != nil {
			s.options.Log.ErrorContext(ctx, "the key file cannot be read: bring it back before Kassa is stopped, nothing opens the database without it", "error", trouble)
		}
		if changed {
			stop(fmt.Errorf("the last line of %s is not the one that this database began with: what is sealed now could not be opened after the next start. Bring the file back; new lines go on top", path))
			return
		}
	}
}

// keyWatch is what is known of the key file.
type keyWatch struct {
	path   string
	begins func(path string) (bool, error)
	seen   fs.FileInfo // when it was read last and was right
	other  bool        // another last line was seen the last time
	said   string      // the trouble that was told last
}

// look reads the file when it is not the one that was read last. trouble is told once.
func (w *keyWatch) look() (changed bool, trouble error) {
	info, err := os.Stat(w.path)
	if err == nil && w.seen != nil && os.SameFile(info, w.seen) && info.ModTime().Equal(w.seen.ModTime()) && info.Size() == w.seen.Size() {
		return false, nil
	}
	w.seen = nil
	same := false
	if err == nil {
		same, err = w.begins(w.path)
	}
	switch {
	case err != nil:
		w.other = false
		if w.said == err.Error() {
			return false, nil
		}
		w.said = err.Error()
		return false, err
	case same:
		w.seen, w.other, w.said = info, false, ""
		return false, nil
	}
	again := w.other
	w.other = true
	return again, nil
}
