//go:build unix

package chdb

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// folderLock reports whether another process holds the data folder. ClickHouse
// locks the file "status" in it and writes there who it is; libchdb itself
// tells a caller only that it could not connect.
func folderLock(folder string) (holder string, held bool) {
	file, err := os.Open(filepath.Join(folder, "status"))
	if err != nil {
		return "", false
	}
	defer file.Close()
	descriptor := int(file.Fd())
	err = syscall.Flock(descriptor, syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		// The process that owns the lock owns it by this file alone, so closing
		// the file gives it back.
		return "", false
	}
	if !errors.Is(err, syscall.EWOULDBLOCK) {
		return "", false
	}
	text, _ := io.ReadAll(io.LimitReader(file, 1<<10))
	for line := range strings.SplitSeq(string(text), "\n") {
		if strings.HasPrefix(line, "PID: ") {
			return " (" + line + ")", true
		}
	}
	return "", true
}
