package chdb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// EnvLibrary names the library file when the configuration does not.
const EnvLibrary = "OWABI_LIBCHDB"

// Install is the command that puts the library where [Find] looks.
const Install = "npm ci --prefix deploy/embedded"

// Find gives the path of the libchdb file. It looks, in this order:
//
//  1. at explicit, when it is not empty
//  2. at the environment's OWABI_LIBCHDB, when it is not empty
//  3. beside the running binary, and in ../lib from there
//  4. in deploy/embedded/node_modules, from the binary's folder and from the
//     working folder upwards
//
// The first two are taken at their word: when the file they name is missing,
// that is an error and nothing else is tried. Errors wrap [ErrNotInstalled],
// list where it looked and give the command that installs the library.
func Find(explicit string) (string, error) {
	for _, named := range []struct{ by, path string }{
		{"the configuration", explicit},
		{EnvLibrary, os.Getenv(EnvLibrary)},
	} {
		if named.path == "" {
			continue
		}
		if isFile(named.path) {
			return filepath.Abs(named.path)
		}
		return "", fmt.Errorf("%w: %s names %s, which is no file; install it in the project's folder with: %s, or set %s to the library's path",
			ErrNotInstalled, named.by, named.path, Install, EnvLibrary)
	}
	places := libraryPlaces()
	for _, place := range places {
		if isFile(place) {
			return place, nil
		}
	}
	return "", fmt.Errorf("%w; looked at:\n\t%s\ninstall it in the project's folder with: %s\nor set %s to the library's path",
		ErrNotInstalled, strings.Join(places, "\n\t"), Install, EnvLibrary)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// libraryPlaces lists the unnamed places in the order in which they are tried.
func libraryPlaces() []string {
	name := libraryFile()
	var places, starts []string
	if binary, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(binary); err == nil {
			binary = real
		}
		folder := filepath.Dir(binary)
		places = append(places, filepath.Join(folder, name), filepath.Join(folder, "..", "lib", name))
		starts = append(starts, folder)
	}
	if folder, err := os.Getwd(); err == nil {
		starts = append(starts, folder)
	}
	seen := make(map[string]bool)
	for _, folder := range starts {
		for !seen[folder] {
			seen[folder] = true
			places = append(places, filepath.Join(folder,
				"deploy", "embedded", "node_modules", "@chdb", npmPackage(), name))
			folder = filepath.Dir(folder)
		}
	}
	return places
}

func libraryFile() string {
	if runtime.GOOS == "darwin" {
		return "libchdb.dylib"
	}
	return "libchdb.so"
}

// npmPackage is the name of the npm package that carries the library for this
// machine, without its scope.
func npmPackage() string {
	arch := runtime.GOARCH
	if arch == "amd64" {
		arch = "x64"
	}
	if runtime.GOOS == "linux" {
		return "lib-linux-" + arch + "-gnu"
	}
	return "lib-" + runtime.GOOS + "-" + arch
}

// library is libchdb's C interface. Strings go with their length, so that NUL
// bytes pass. The names are the C functions' without their chdb_ prefix.
type library struct {
	path string

	version                  func() string
	setSignalHandlersEnabled func(enabled int32)
	connect                  func(argc int32, argv unsafe.Pointer) unsafe.Pointer
	closeConn                func(conn unsafe.Pointer)

	queryWithParams       func(conn, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, count uintptr) unsafe.Pointer
	streamQueryWithParams func(conn, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, count uintptr) unsafe.Pointer
	streamFetchResult     func(conn, result unsafe.Pointer) unsafe.Pointer
	streamCancelQuery     func(conn, result unsafe.Pointer)
	classifyQuery         func(conn, sql unsafe.Pointer, sqlLen uintptr, database unsafe.Pointer, databaseLen uintptr, out unsafe.Pointer) int32

	resultBuffer       func(result unsafe.Pointer) unsafe.Pointer
	resultLength       func(result unsafe.Pointer) uintptr
	resultError        func(result unsafe.Pointer) string
	resultRowsRead     func(result unsafe.Pointer) uint64
	resultBytesRead    func(result unsafe.Pointer) uint64
	resultRowsWritten  func(result unsafe.Pointer) uint64
	resultBytesWritten func(result unsafe.Pointer) uint64
	storageRowsRead    func(result unsafe.Pointer) uint64
	storageBytesRead   func(result unsafe.Pointer) uint64
	destroyQueryResult func(result unsafe.Pointer)

	streamInsertWithParams func(conn, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, count uintptr) unsafe.Pointer
	streamAppend           func(stream, data unsafe.Pointer, dataLen uintptr) int32
	streamDone             func(stream unsafe.Pointer) unsafe.Pointer
	streamInsertError      func(stream unsafe.Pointer) string
	streamCancelInsert     func(stream unsafe.Pointer)
	destroyInsertStream    func(stream unsafe.Pointer)
}

// load opens the library file and binds every function. A file that is no
// libchdb, or too old a one, is an error that names the file and the function.
func load(path string) (*library, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", path, err)
	}
	l := &library{path: path}
	for name, target := range map[string]any{
		"chdb_version":                     &l.version,
		"chdb_set_signal_handlers_enabled": &l.setSignalHandlersEnabled,
		"chdb_connect":                     &l.connect,
		"chdb_close_conn":                  &l.closeConn,
		"chdb_query_with_params_n":         &l.queryWithParams,
		"chdb_stream_query_with_params_n":  &l.streamQueryWithParams,
		"chdb_stream_fetch_result":         &l.streamFetchResult,
		"chdb_stream_cancel_query":         &l.streamCancelQuery,
		"chdb_classify_query_n":            &l.classifyQuery,
		"chdb_result_buffer":               &l.resultBuffer,
		"chdb_result_length":               &l.resultLength,
		"chdb_result_error":                &l.resultError,
		"chdb_result_rows_read":            &l.resultRowsRead,
		"chdb_result_bytes_read":           &l.resultBytesRead,
		"chdb_result_rows_written":         &l.resultRowsWritten,
		"chdb_result_bytes_written":        &l.resultBytesWritten,
		"chdb_result_storage_rows_read":    &l.storageRowsRead,
		"chdb_result_storage_bytes_read":   &l.storageBytesRead,
		"chdb_destroy_query_result":        &l.destroyQueryResult,
		"chdb_stream_insert_with_params_n": &l.streamInsertWithParams,
		"chdb_stream_append":               &l.streamAppend,
		"chdb_stream_done":                 &l.streamDone,
		"chdb_stream_insert_error":         &l.streamInsertError,
		"chdb_stream_cancel_insert":        &l.streamCancelInsert,
		"chdb_destroy_insert_stream":       &l.destroyInsertStream,
	} {
		symbol, err := purego.Dlsym(handle, name)
		if err != nil {
			return nil, fmt.Errorf("%s is no libchdb of version 26.7.2 or later: %w", path, err)
		}
		purego.RegisterFunc(target, symbol)
	}
	return l, nil
}

// process holds what is the process's and not an engine's: a shared library
// cannot be unloaded safely, its engine cannot be booted twice, and it owns one
// folder. So there is one of it, whatever the callers do.
var process struct {
	sync.Mutex
	library *library
	// path is the folder of the boot, empty before it.
	path string
	// keeper is the connection that keeps the engine alive until the process
	// ends. Closing the last connection would shut the engine down.
	keeper *connection
	// open is the engine that is open now.
	open *Engine
	// ended says that Shutdown has ended the engine for good.
	ended bool
}

// loadOnce gives the process's library, loading it at the first call.
// The caller holds process's lock.
func loadOnce(path string) (*library, error) {
	if process.library != nil {
		if process.library.path != path {
			return nil, fmt.Errorf("%w: libchdb was loaded from %s, so %s cannot be loaded too",
				ErrAlreadyOpen, process.library.path, path)
		}
		return process.library, nil
	}
	l, err := load(path)
	if err != nil {
		return nil, err
	}
	// Before the first connect: libchdb would replace Go's signal handlers, and
	// a nil dereference in Go would end as a bare segmentation fault.
	l.setSignalHandlersEnabled(0)
	process.library = l
	return l, nil
}

// usableFolder makes the data folder, for its owner alone since libchdb lets
// everybody into the folders that it makes within, and proves that it can be written.
func usableFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	probe, err := os.CreateTemp(path, ".owabi-probe-*")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	_, writeErr := probe.Write(make([]byte, 64<<10))
	err = errors.Join(writeErr, probe.Close(), os.Remove(probe.Name()))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s: %w", ErrUnusable, path, err)
	}
	return nil
}
