// Package chdb is the embedded ClickHouse: it loads libchdb, the ClickHouse
// engine built as a shared library, into the process without cgo, and puts
// ClickHouse's HTTP interface in front of it.
//
// It is for one process that wants a ClickHouse of its own. Services reach it
// over loopback HTTP with the same client they use for a real server, so that
// there is one code path for both; the Go methods [Engine.Query], [Engine.Exec]
// and [Engine.Insert] are for tests, benchmarks and maintenance.
//
// What it promises:
//   - A statement that was answered with success is stored: it survives the
//     death of the process (not of the machine's power; see fsync_after_insert
//     in ClickHouse's documentation).
//   - An insert that was not answered with success was not acknowledged to
//     anybody. Like ClickHouse it is atomic a block, not a statement: a failed
//     insert of more than about a million rows can leave its first blocks.
//   - Each statement runs in a session of its own: SET, USE and temporary
//     tables of one do not reach the next.
//   - Results and inserts are streamed; memory does not grow with their size.
//   - A statement whose context ends is killed in the engine, not abandoned.
//
// What it does not do: sessions (session_id), users beyond the owner and one
// reader, TLS, clusters, external tables in multipart bodies, ClickHouse's
// native protocol on TCP. README.md lists the whole.
//
// The engine can be booted once in a process and owns one folder. [Open] after
// [Engine.Close] works for the same folder only.
package chdb
