package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// openFiles are the files that a server has open: the database, its write-ahead log and the log's index. SQLite keeps them open whatever happens
// to their names. When one is removed or replaced underneath (a backup put back, a log deleted as if it were rubbish), all that is written
// afterwards goes to a file that nobody opens again. The writer alone uses it.
type openFiles struct {
	paths []string
	known map[string]os.FileInfo
}

// watchFiles remembers the files of a database as they are now.
func watchFiles(path string) (*openFiles, error) {
	f := &openFiles{paths: []string{path, path + "-wal", path + "-shm"}, known: map[string]os.FileInfo{}}
	return f, f.check()
}

// check reports the first file whose name leads to another file (device and inode) than when it was seen first, or to none. Of the log and its
// index there is none before something was read or written.
func (f *openFiles) check() error {
	for _, path := range f.paths {
		info, err := os.Stat(path)
		known := f.known[path]
		switch {
		case errors.Is(err, fs.ErrNotExist) && known == nil:
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s was removed while it was in use: what is written now would be lost. Stop Kassa before files are moved or put back", path)
		case err != nil:
			return fmt.Errorf("look at %s: %w", path, err)
		case known == nil:
			f.known[path] = info
		case !os.SameFile(known, info):
			return fmt.Errorf("%s was replaced while it was in use: what is written now would be lost. Stop Kassa before files are moved or put back", path)
		}
	}
	return nil
}

// What empties the log at the start, and what keeps others from writing meanwhile.
var (
	emptyLog   = &statement{"pragma wal_checkpoint(truncate)"}
	waitLittle = &statement{"pragma busy_timeout(100)"}
	waitLong   = &statement{"pragma busy_timeout(5000)"}
)

// settleLog makes the write-ahead log that a crash left safe to append to. After a failed fsync the system may hold pages of the log that never
// reach the disk and that no later fsync writes: all that is appended behind them would be lost in a power cut. So the log is emptied into the
// file. When a reader keeps it from being emptied (a replication tool reads all the time), its bytes are written once more in their places:
// that makes the system write them, and then an fsync is worth something.
func settleLog(conn *sqliteConn, path string) error {
	if err := conn.query(waitLittle, nil, func(rowScan) error { return nil }); err != nil {
		return err
	}
	var busy, pages, moved int64
	if err := conn.query(emptyLog, nil, func(row rowScan) error { return row.Scan(&busy, &pages, &moved) }); err != nil {
		return err
	}
	if err := conn.query(waitLong, nil, func(rowScan) error { return nil }); err != nil {
		return err
	}
	if busy == 0 {
		return nil
	}
	if err := conn.exec(begin); err != nil { // nobody writes to the log meanwhile
		return err
	}
	return errors.Join(rewrite(path+"-wal"), conn.exec(rollback))
}

// rewrite writes the bytes of a file into their places again and syncs them.
func rewrite(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	buffer := make([]byte, 1<<20)
	for at := int64(0); ; {
		n, err := f.ReadAt(buffer, at)
		if _, failed := f.WriteAt(buffer[:n], at); failed != nil {
			return errors.Join(failed, f.Close())
		}
		at += int64(n)
		if errors.Is(err, io.EOF) {
			return errors.Join(f.Sync(), f.Close())
		}
		if err != nil {
			return errors.Join(err, f.Close())
		}
	}
}
