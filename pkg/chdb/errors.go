package chdb

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Errors that callers tell apart. Each says who can act on it.
var (
	// ErrNotInstalled: the library file was not found. The person who installs
	// acts: the message lists the places and the command.
	ErrNotInstalled = errors.New("libchdb is not installed")
	// ErrInUse: another process holds the data folder. Stop it, or choose
	// another folder.
	ErrInUse = errors.New("the data folder is in use by another process")
	// ErrAlreadyOpen: this process has an engine already, or had one with
	// another folder. The engine can be booted once in a process.
	ErrAlreadyOpen = errors.New("an engine is open in this process")
	// ErrUnusable: the data folder cannot be written or its disk is full.
	ErrUnusable = errors.New("the data folder cannot be used")
	// ErrClosed: the engine was closed, or is closing.
	ErrClosed = errors.New("the embedded ClickHouse is closed")
	// ErrBusy: every connection was taken for the whole of Config.WaitLimit.
	// Callers retry later, with fewer at once.
	ErrBusy = errors.New("all connections to the embedded ClickHouse are busy")
	// ErrAddressInUse: something listens on Config.Listen already.
	ErrAddressInUse = errors.New("the address is in use")
)

// Codes of ClickHouse that this package itself answers with or looks at.
const (
	codeBadArguments        = 36
	codeNotImplemented      = 48
	codeSyntaxError         = 62
	codeUnknownSetting      = 115
	codeTimeoutExceeded     = 159
	codeReadonly            = 164
	codeQueryTooLarge       = 177
	codeRequiredPassword    = 194
	codeTooManyQueries      = 202
	codeSameIDRunning       = 216
	codeNetworkError        = 210
	codeTooManyBytes        = 307
	codeOutfileNotAllowed   = 358
	codeUnknownCompression  = 89
	codeCancelled           = 394
	codeAccessDenied        = 497
	codeAuthenticationFails = 516
)

// names of the codes above as ClickHouse writes them in parentheses.
var names = map[int]string{
	codeBadArguments:        "BAD_ARGUMENTS",
	codeNotImplemented:      "NOT_IMPLEMENTED",
	codeSyntaxError:         "SYNTAX_ERROR",
	codeUnknownSetting:      "UNKNOWN_SETTING",
	codeTimeoutExceeded:     "TIMEOUT_EXCEEDED",
	codeReadonly:            "READONLY",
	codeQueryTooLarge:       "QUERY_IS_TOO_LARGE",
	codeRequiredPassword:    "REQUIRED_PASSWORD",
	codeTooManyQueries:      "TOO_MANY_SIMULTANEOUS_QUERIES",
	codeSameIDRunning:       "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING",
	codeNetworkError:        "NETWORK_ERROR",
	codeTooManyBytes:        "TOO_MANY_BYTES",
	codeOutfileNotAllowed:   "INTO_OUTFILE_NOT_ALLOWED",
	codeUnknownCompression:  "UNKNOWN_COMPRESSION_METHOD",
	codeCancelled:           "QUERY_WAS_CANCELLED",
	codeAccessDenied:        "ACCESS_DENIED",
	codeAuthenticationFails: "AUTHENTICATION_FAILED",
}

// Error is an exception of ClickHouse, or one of this package in ClickHouse's
// form.
type Error struct {
	// Code is ClickHouse's error code, for example 60 for UNKNOWN_TABLE. It is
	// 0 when the engine's text carried none.
	Code int
	// Name is the code's name as ClickHouse writes it; may be empty.
	Name string
	// Message is the text without the code before it and the name after it.
	Message string
}

// Error gives the text in the form every ClickHouse client knows:
// "Code: 60. DB::Exception: … (UNKNOWN_TABLE)".
func (e *Error) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("Code: %d. DB::Exception: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("Code: %d. DB::Exception: %s (%s)", e.Code, e.Message, e.Name)
}

// refuse makes an Error with a code of this package's own list.
func refuse(code int, format string, args ...any) *Error {
	return &Error{Code: code, Name: names[code], Message: fmt.Sprintf(format, args...)}
}

// parseError reads an exception text of the engine. The engine wraps some
// texts several times ("Code: 241. DB::Exception: Code: 241. …"); one wrap is
// kept.
func parseError(text string) *Error {
	text = strings.TrimSpace(strings.TrimPrefix(text, "Error: "))
	e := &Error{Message: text}
	for {
		rest, ok := strings.CutPrefix(e.Message, "Code: ")
		if !ok {
			break
		}
		digits, rest, ok := strings.Cut(rest, ". DB::Exception: ")
		if !ok {
			break
		}
		code, err := strconv.Atoi(digits)
		if err != nil {
			break
		}
		e.Code, e.Message = code, rest
		e.Message = e.trimSuffixes()
	}
	return e
}

// trimSuffixes takes " (NAME)" and " (version …)." off the end, which follow
// each other in texts that were wrapped, and keeps the name.
func (e *Error) trimSuffixes() string {
	message := e.Message
	for {
		if at := strings.LastIndex(message, " ("); at >= 0 && strings.HasSuffix(message, ")") && isCodeName(message[at+2:len(message)-1]) {
			e.Name, message = message[at+2:len(message)-1], message[:at]
			continue
		}
		unpointed := strings.TrimSuffix(message, ".")
		at := strings.LastIndex(unpointed, " (version ")
		if at < 0 || !strings.HasSuffix(unpointed, ")") {
			return message
		}
		message = message[:at]
	}
}

func isCodeName(s string) bool {
	for _, r := range s {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return s != ""
}

// httpStatus gives the status ClickHouse's server answers a code with
// (src/Server/HTTP/exceptionCodeToHTTPStatus.cpp). It departs in one code:
// too many queries is 503 here, since the client should come back later.
func httpStatus(code int) int {
	switch code {
	case codeRequiredPassword:
		return http.StatusUnauthorized
	case 192, 193, codeAccessDenied, 512, codeAuthenticationFails:
		return http.StatusForbidden
	case 6, 15, 16, 25, 26, 27, 36, 38, 41, 43, 44, 53, 62, 69, 72, 117, 223, 224,
		167, 168, 675, 676, 427, 441, 376:
		return http.StatusBadRequest
	case 46, 47, 50, 56, 60, 63, 73, 78, 80, 81, 115, 511:
		return http.StatusNotFound
	case codeQueryTooLarge:
		return http.StatusRequestEntityTooLarge
	case codeNotImplemented:
		return http.StatusNotImplemented
	case 76, 209, 439, codeTooManyQueries:
		return http.StatusServiceUnavailable
	case 381:
		return http.StatusLengthRequired
	case codeTimeoutExceeded:
		return http.StatusRequestTimeout
	case 415:
		return http.StatusUnsupportedMediaType
	default:
		return http.StatusInternalServerError
	}
}
