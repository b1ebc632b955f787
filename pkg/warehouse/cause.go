package warehouse

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Cause says who a failed statement has to be blamed on, and so who acts.
type Cause string

// The causes.
const (
	// Transient: the server or the way to it, for now. The same statement works
	// later; nobody has to act. No answer at all is transient too.
	Transient Cause = "transient"
	// Content: a row, which a healthy server refuses each time. It is rejected.
	Content Cause = "content"
	// Setup: table, user or rights do not fit the statement. It works once an
	// operator has acted; no row is to blame.
	Setup Cause = "setup"
	// Unlisted: a code that is not in the table below. A row is blamed only when
	// the same server has taken others of its batch.
	Unlisted Cause = "unlisted"
)

// ErrSetup is wrapped by an error that an operator has to act on: run owabi setup,
// correct the user, its password or its rights.
var ErrSetup = errors.New("table, user or rights do not fit; an operator has to act")

// CauseOf tells the cause of an error of this package or of the driver. Whatever
// holds no exception of ClickHouse (a lost connection, a timeout, a proxy's
// answer) is Transient.
func CauseOf(err error) Cause {
	var row *rowError
	if errors.As(err, &row) {
		return Content
	}
	var column *columnError
	if errors.As(err, &column) {
		return Setup
	}
	var exception *clickhouse.Exception
	if !errors.As(err, &exception) {
		return Transient
	}
	if known, ok := exceptions[exception.Code]; ok {
		return known.cause
	}
	return Unlisted
}

// rowError is a row that the driver cannot put into a batch: it never gets as far
// as the server.
type rowError struct {
	index int
	error
}

func (e *rowError) Unwrap() error { return e.error }

// from tells the row of err in a batch, of which the rows at hand begin with the first-th.
func from(first int, err error) error {
	var row *rowError
	if errors.As(err, &row) {
		return &rowError{first + row.index, row.error}
	}
	return err
}

// columnError is a column of the table that is of another type than what it is to
// hold: the table is of another version.
type columnError struct {
	name string
	error
}

func (e *columnError) Error() string { return fmt.Sprintf("column %s: %v", e.name, e.error) }

func (e *columnError) Unwrap() error { return e.error }

// atRow is how ClickHouse names the row that violates a constraint, from 1.
var atRow = regexp.MustCompile(`is violated at row (\d+)\b`)

// blamed returns the index of the row that err names, of a batch of n; false when
// it names none.
func blamed(err error, n int) (index int, ok bool) {
	var row *rowError
	if errors.As(err, &row) {
		return row.index, true
	}
	var exception *clickhouse.Exception
	if !errors.As(err, &exception) {
		return 0, false
	}
	m := atRow.FindStringSubmatch(exception.Message)
	if m == nil {
		return 0, false
	}
	number, err := strconv.Atoi(m[1])
	if err != nil || number < 1 || number > n {
		return 0, false
	}
	return number - 1, true
}

// exception is what is known of one of ClickHouse's error codes.
type exception struct {
	name  string // as in ClickHouse's src/Common/ErrorCodes.cpp
	cause Cause
	why   string // when an insert of ours meets it
}

// exceptions lists the codes that an insert can meet, by number. Numbers and names
// are ClickHouse's own; a test compares them with what the engine calls them. A
// code that can mean either a row or the server is left out on purpose: Unlisted
// finds out by trying.
var exceptions = map[int32]exception{
	// A value that a column, a constraint or a materialized view cannot take.
	6:   {"CANNOT_PARSE_TEXT", Content, "a default or a materialized view parses a text of the row"},
	19:  {"SIZE_OF_FIXED_STRING_DOESNT_MATCH", Content, "a text is longer than its column"},
	25:  {"CANNOT_PARSE_ESCAPE_SEQUENCE", Content, "as 6"},
	26:  {"CANNOT_PARSE_QUOTED_STRING", Content, "as 6"},
	27:  {"CANNOT_PARSE_INPUT_ASSERTION_FAILED", Content, "as 6"},
	38:  {"CANNOT_PARSE_DATE", Content, "as 6, a date"},
	41:  {"CANNOT_PARSE_DATETIME", Content, "as 6, a time"},
	69:  {"ARGUMENT_OUT_OF_BOUND", Content, "a value is outside a function's range"},
	70:  {"CANNOT_CONVERT_TYPE", Content, "a value does not fit its column"},
	72:  {"CANNOT_PARSE_NUMBER", Content, "as 6, a number"},
	117: {"INCORRECT_DATA", Content, "the data of a column contradict themselves"},
	128: {"TOO_LARGE_ARRAY_SIZE", Content, "a list is larger than ClickHouse allows"},
	130: {"CANNOT_READ_ARRAY_FROM_TEXT", Content, "as 6, a list"},
	131: {"TOO_LARGE_STRING_SIZE", Content, "a text is larger than its column"},
	135: {"ZERO_ARRAY_OR_TUPLE_INDEX", Content, "a materialized view indexes by a value of the row"},
	153: {"ILLEGAL_DIVISION", Content, "a materialized view divides by a value of the row"},
	190: {"SIZES_OF_ARRAYS_DONT_MATCH", Content, "the columns of a nested one differ in length"},
	321: {"VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE", Content, "a number or date is outside its column's range"},
	349: {"CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN", Content, "unknown, in a column that has to be known"},
	376: {"CANNOT_PARSE_UUID", Content, "as 6"},
	395: {"FUNCTION_THROW_IF_VALUE_IS_NON_ZERO", Content, "a throwIf over the row"},
	407: {"DECIMAL_OVERFLOW", Content, "a number is outside its column's range"},
	441: {"CANNOT_PARSE_DOMAIN_VALUE_FROM_STRING", Content, "as 6"},
	467: {"CANNOT_PARSE_BOOL", Content, "as 6"},
	469: {"VIOLATED_CONSTRAINT", Content, "a CHECK constraint of the table"},
	621: {"CANNOT_NORMALIZE_STRING", Content, "a text that cannot be normalized"},
	691: {"UNKNOWN_ELEMENT_OF_ENUM", Content, "a code the column does not know"},
	760: {"UNICODE_ERROR", Content, "a text that is not UTF-8"},

	// The connection, and answers cut short.
	3:   {"UNEXPECTED_END_OF_FILE", Transient, "the request was cut short"},
	32:  {"ATTEMPT_TO_READ_AFTER_EOF", Transient, "the request was cut short"},
	33:  {"CANNOT_READ_ALL_DATA", Transient, "the request was cut short"},
	95:  {"CANNOT_READ_FROM_SOCKET", Transient, "network"},
	96:  {"CANNOT_WRITE_TO_SOCKET", Transient, "network"},
	198: {"DNS_ERROR", Transient, "network"},
	209: {"SOCKET_TIMEOUT", Transient, "network"},
	210: {"NETWORK_ERROR", Transient, "network"},
	279: {"ALL_CONNECTION_TRIES_FAILED", Transient, "no shard or replica answers the server"},
	297: {"SHARD_HAS_NO_CONNECTIONS", Transient, "no shard answers the server"},
	410: {"EXTERNAL_SERVER_IS_NOT_RESPONDING", Transient, "network"},
	519: {"NO_REMOTE_SHARD_AVAILABLE", Transient, "no shard answers the server"},

	// Time, memory, disk, and too much at once.
	159: {"TIMEOUT_EXCEEDED", Transient, "slower than max_execution_time"},
	160: {"TOO_SLOW", Transient, "slower than the user's limits"},
	173: {"CANNOT_ALLOCATE_MEMORY", Transient, "memory"},
	201: {"QUOTA_EXCEEDED", Transient, "until the quota's interval is over"},
	202: {"TOO_MANY_SIMULTANEOUS_QUERIES", Transient, "too much at once"},
	203: {"NO_FREE_CONNECTION", Transient, "too much at once"},
	204: {"CANNOT_FSYNC", Transient, "disk"},
	241: {"MEMORY_LIMIT_EXCEEDED", Transient, "memory"},
	243: {"NOT_ENOUGH_SPACE", Transient, "disk"},
	252: {"TOO_MANY_PARTS", Transient, "merges have to catch up"},
	290: {"LIMIT_EXCEEDED", Transient, "too much at once"},
	364: {"RECEIVED_ERROR_TOO_MANY_REQUESTS", Transient, "too much at once"},
	439: {"CANNOT_SCHEDULE_TASK", Transient, "no thread to be had"},
	574: {"DISTRIBUTED_TOO_MANY_PENDING_BYTES", Transient, "shards have to catch up"},
	692: {"TOO_MANY_MUTATIONS", Transient, "mutations have to catch up"},
	700: {"USER_SESSION_LIMIT_EXCEEDED", Transient, "too much at once"},
	745: {"SERVER_OVERLOADED", Transient, "too much at once"},
	749: {"TCP_CONNECTION_LIMIT_REACHED", Transient, "too much at once"},
	762: {"HTTP_CONNECTION_LIMIT_REACHED", Transient, "too much at once"},
	776: {"RESOURCE_LIMIT_EXCEEDED", Transient, "too much at once"},
	777: {"MEMORY_RESERVATION_KILLED", Transient, "memory"},
	778: {"MEMORY_RESERVATION_FAILED", Transient, "memory"},

	// A server or a cluster that is going, coming or electing.
	225: {"NO_ZOOKEEPER", Transient, "Keeper is away"},
	236: {"ABORTED", Transient, "the server stops"},
	242: {"TABLE_IS_READ_ONLY", Transient, "the replica has lost Keeper"},
	254: {"NO_ACTIVE_REPLICAS", Transient, "replicas are away"},
	265: {"NO_AVAILABLE_REPLICA", Transient, "replicas are away"},
	285: {"TOO_FEW_LIVE_REPLICAS", Transient, "too few for the quorum"},
	286: {"UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE", Transient, "the quorum has to catch up"},
	289: {"REPLICA_IS_NOT_IN_QUORUM", Transient, "the quorum has to catch up"},
	319: {"UNKNOWN_STATUS_OF_INSERT", Transient, "perhaps stored; loading again does no harm"},
	384: {"PART_IS_TEMPORARILY_LOCKED", Transient, "another operation holds a part"},
	394: {"QUERY_WAS_CANCELLED", Transient, "killed by an operator or a stop"},
	425: {"SYSTEM_ERROR", Transient, "the operating system"},
	473: {"DEADLOCK_AVOIDED", Transient, "another operation holds the table"},
	499: {"S3_ERROR", Transient, "object storage"},
	529: {"NOT_A_LEADER", Transient, "the cluster elects"},
	568: {"RAFT_ERROR", Transient, "the cluster elects"},
	733: {"TABLE_IS_BEING_RESTARTED", Transient, "the table is coming"},
	735: {"QUERY_WAS_CANCELLED_BY_CLIENT", Transient, "the loader stopped"},
	763: {"SESSION_REFUSED", Transient, "the server stops"},
	904: {"TOO_MANY_UNAVAILABLE_SHARDS", Transient, "shards are away"},
	999: {"KEEPER_EXCEPTION", Transient, "Keeper is away"},

	// Table, user or rights.
	7:   {"INCORRECT_NUMBER_OF_COLUMNS", Setup, "the table is of another version"},
	8:   {"THERE_IS_NO_COLUMN", Setup, "the table is of another version"},
	10:  {"NOT_FOUND_COLUMN_IN_BLOCK", Setup, "the table is of another version"},
	16:  {"NO_SUCH_COLUMN_IN_TABLE", Setup, "the table is of another version"},
	20:  {"NUMBER_OF_COLUMNS_DOESNT_MATCH", Setup, "the table is of another version"},
	43:  {"ILLEGAL_TYPE_OF_ARGUMENT", Setup, "the table is of another version"},
	46:  {"UNKNOWN_FUNCTION", Setup, "the server is of another version"},
	47:  {"UNKNOWN_IDENTIFIER", Setup, "the table is of another version"},
	48:  {"NOT_IMPLEMENTED", Setup, "the table's engine takes no inserts"},
	50:  {"UNKNOWN_TYPE", Setup, "the server is of another version"},
	53:  {"TYPE_MISMATCH", Setup, "the table is of another version"},
	60:  {"UNKNOWN_TABLE", Setup, "owabi setup was not run"},
	62:  {"SYNTAX_ERROR", Setup, "the server is of another version"},
	63:  {"UNKNOWN_AGGREGATE_FUNCTION", Setup, "the server is of another version"},
	73:  {"UNKNOWN_FORMAT", Setup, "the server is of another version"},
	81:  {"UNKNOWN_DATABASE", Setup, "owabi setup was not run"},
	115: {"UNKNOWN_SETTING", Setup, "the server is of another version"},
	164: {"READONLY", Setup, "the user may only read"},
	192: {"UNKNOWN_USER", Setup, "user"},
	193: {"WRONG_PASSWORD", Setup, "user"},
	194: {"REQUIRED_PASSWORD", Setup, "user"},
	195: {"IP_ADDRESS_NOT_ALLOWED", Setup, "user"},
	218: {"TABLE_IS_DROPPED", Setup, "owabi setup was not run"},
	291: {"DATABASE_ACCESS_DENIED", Setup, "rights"},
	452: {"SETTING_CONSTRAINT_VIOLATION", Setup, "the user may not give an insert its settings"},
	472: {"READONLY_SETTING", Setup, "the user may not give an insert its settings"},
	481: {"PATH_ACCESS_DENIED", Setup, "rights of the server at its disk"},
	497: {"ACCESS_DENIED", Setup, "rights"},
	512: {"SET_NON_GRANTED_ROLE", Setup, "rights"},
	516: {"AUTHENTICATION_FAILED", Setup, "user"},
	720: {"USER_EXPIRED", Setup, "user"},
	774: {"TABLE_IS_PERMANENTLY_READ_ONLY", Setup, "the table takes no inserts"},
}
