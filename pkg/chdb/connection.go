package chdb

import (
	"runtime"
	"unsafe"
)

// connection is one session of the engine. It runs one statement at a time;
// it belongs to one goroutine at a time.
type connection struct {
	library *library
	// pointer is what chdb_connect gave and chdb_close_conn takes; it points
	// to the handle that all other functions take.
	pointer unsafe.Pointer
}

// connectTo opens a session. Each setting ("--name=value") acts like SET before
// the first statement. It gives nil when the engine refuses, which it
// does without saying why.
func (l *library) connectTo(folder string, settings map[string]string) *connection {
	args := make([][]byte, 0, len(settings)+2)
	args = append(args, []byte("clickhouse\x00"), []byte("--path="+folder+"\x00"))
	for name, value := range settings {
		args = append(args, []byte("--"+name+"="+value+"\x00"))
	}
	var pins runtime.Pinner
	defer pins.Unpin()
	argv := make([]unsafe.Pointer, 0, len(args)+1)
	for _, arg := range args {
		pins.Pin(&arg[0])
		argv = append(argv, unsafe.Pointer(&arg[0]))
	}
	argv = append(argv, nil)
	pins.Pin(&argv[0])
	pointer := l.connect(int32(len(args)), unsafe.Pointer(&argv[0]))
	if pointer == nil {
		return nil
	}
	return &connection{library: l, pointer: pointer}
}

func (c *connection) handle() unsafe.Pointer { return *(*unsafe.Pointer)(c.pointer) }

func (c *connection) close() { c.library.closeConn(c.pointer) }

// classes of statements, from chdb.h's chdb_query_class.
const classReadOnly = 0

// analysis is chdb.h's chdb_query_analysis_v1: four uint32 in this order.
type analysis struct {
	structSize     uint32
	statementCount uint32
	flags          uint32
	class          uint32
}

// analyse asks the engine's own parser what a text is. Text that does not
// parse has no statements.
func (c *connection) analyse(sql string) analysis {
	out := analysis{structSize: uint32(unsafe.Sizeof(analysis{}))}
	if c.library.classifyQuery(c.handle(), bytesOf(sql), uintptr(len(sql)), nil, 0, unsafe.Pointer(&out)) != 0 {
		return analysis{class: ^uint32(0)}
	}
	return out
}

// parameters are a statement's {name:Type} values in the arrays C wants.
type parameters struct {
	names, values         []unsafe.Pointer
	nameLens, valueLens   []uintptr
	pins                  runtime.Pinner
	pNames, pValues       unsafe.Pointer
	pNameLens, pValueLens unsafe.Pointer
}

func (p *parameters) set(values map[string]string) {
	if len(values) == 0 {
		return
	}
	for name, value := range values {
		// The engine refuses nil pointers, also for empty strings.
		nameBytes, valueBytes := append([]byte(name), 0), append([]byte(value), 0)
		p.pins.Pin(&nameBytes[0])
		p.pins.Pin(&valueBytes[0])
		p.names = append(p.names, unsafe.Pointer(&nameBytes[0]))
		p.values = append(p.values, unsafe.Pointer(&valueBytes[0]))
		p.nameLens = append(p.nameLens, uintptr(len(name)))
		p.valueLens = append(p.valueLens, uintptr(len(value)))
	}
	p.pins.Pin(&p.names[0])
	p.pins.Pin(&p.values[0])
	p.pNames, p.pNameLens = unsafe.Pointer(&p.names[0]), unsafe.Pointer(&p.nameLens[0])
	p.pValues, p.pValueLens = unsafe.Pointer(&p.values[0]), unsafe.Pointer(&p.valueLens[0])
}

// bytesOf points to a string's bytes; nil for the empty string.
func bytesOf(s string) unsafe.Pointer { return unsafe.Pointer(unsafe.StringData(s)) }

// query runs a statement and keeps the whole result in the engine's memory.
func (c *connection) query(sql, format string, values map[string]string) *result {
	var p parameters
	p.set(values)
	defer p.pins.Unpin()
	return &result{c.library, c.library.queryWithParams(c.handle(), bytesOf(sql), uintptr(len(sql)),
		bytesOf(format), uintptr(len(format)), p.pNames, p.pNameLens, p.pValues, p.pValueLens, uintptr(len(p.names)))}
}

// stream starts a SELECT whose chunks fetch gives.
func (c *connection) stream(sql, format string, values map[string]string) *result {
	var p parameters
	p.set(values)
	defer p.pins.Unpin()
	return &result{c.library, c.library.streamQueryWithParams(c.handle(), bytesOf(sql), uintptr(len(sql)),
		bytesOf(format), uintptr(len(format)), p.pNames, p.pNameLens, p.pValues, p.pValueLens, uintptr(len(p.names)))}
}

func (c *connection) fetch(stream *result) *result {
	return &result{c.library, c.library.streamFetchResult(c.handle(), stream.pointer)}
}

func (c *connection) cancel(stream *result) { c.library.streamCancelQuery(c.handle(), stream.pointer) }

// insert opens an insert stream; sql comes without its FORMAT clause.
func (c *connection) insert(sql, format string, values map[string]string) unsafe.Pointer {
	var p parameters
	p.set(values)
	defer p.pins.Unpin()
	return c.library.streamInsertWithParams(c.handle(), bytesOf(sql), uintptr(len(sql)),
		bytesOf(format), uintptr(len(format)), p.pNames, p.pNameLens, p.pValues, p.pValueLens, uintptr(len(p.names)))
}

// result is a result in the engine's memory; destroy frees it.
type result struct {
	library *library
	pointer unsafe.Pointer
}

func (r *result) err() error {
	if text := r.library.resultError(r.pointer); text != "" {
		return parseError(text)
	}
	return nil
}

// bytes is valid until destroy.
func (r *result) bytes() []byte {
	n := r.library.resultLength(r.pointer)
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(r.library.resultBuffer(r.pointer)), n)
}

func (r *result) summary() Summary {
	l := r.library
	return Summary{
		ReadRows: l.storageRowsRead(r.pointer), ReadBytes: l.storageBytesRead(r.pointer),
		WrittenRows: l.resultRowsWritten(r.pointer), WrittenBytes: l.resultBytesWritten(r.pointer),
		ResultRows: l.resultRowsRead(r.pointer),
	}
}

func (r *result) destroy() {
	r.library.destroyQueryResult(r.pointer)
	r.pointer = nil
}
