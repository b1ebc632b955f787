// Command owabi is the one binary: flags and environment in, packages wired
// together. What runs stands in services, what it is made of in pkg.
//
// Exit status: 0 done, 1 failed, 2 used wrongly. Results go to stdout, everything
// else to stderr.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit statuses, as in the README.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// cli is every command and the flags they share.
type cli struct {
	Version   kong.VersionFlag `help:"Print the version."`
	Config    string           `env:"OWABI_CONFIG" type:"path" placeholder:"FILE" help:"Configuration file; what stands in it is what owabi config lists. None is read unless it is named."`
	LogFormat string           `enum:"text,json" default:"text" env:"OWABI_LOG_FORMAT" help:"How messages are written to stderr: text or json."`
	LogLevel  string           `enum:"debug,info,warn,error" default:"info" env:"OWABI_LOG_LEVEL" help:"Least level of the messages written: debug, info, warn or error."`

	settings settingsFile

	Up         upCommand         `cmd:"" help:"Run the whole pipeline in one process."`
	Ingest     ingestCommand     `cmd:"" help:"Publish the notices of sources to the stream."`
	Classifier classifierCommand `cmd:"" help:"Run the classifier as a process of its own."`
	Loader     loaderCommand     `cmd:"" help:"Run the loader as a process of its own."`
	Explorer   explorerCommand   `cmd:"" help:"Serve the explorer's pages as a process of its own."`
	Classify   classifyCommand   `cmd:"" help:"Classify a file without any server: one JSON object a line."`
	Eval       evalCommand       `cmd:"" help:"Score the classifier against labelled notices."`
	Train      trainCommand      `cmd:"" help:"Train the classifier's model from labelled notices."`
	SQL        sqlCommand        `cmd:"" name:"sql" help:"Ask ClickHouse; without SQL, a prompt."`
	Warehouse  warehouseCommand  `cmd:"" help:"Tend what is stored: status, migrate, reclassify, expire, forget."`
	Backup     backupCommand     `cmd:"" help:"Back up a data folder, also while owabi up runs on it."`
	Restore    restoreCommand    `cmd:"" help:"Make a data folder from a backup."`
	Generate   generateCommand   `cmd:"" help:"Write synthetic notices, marked as such, as JSON Lines."`
	Setup      setupCommand      `cmd:"" help:"Make the streams, consumers, tables and views on servers of your own."`
	ShowConfig configCommand     `cmd:"" name:"config" help:"Show every setting, its value and where it comes from."`
	Bus        busCommand        `cmd:"" help:"The streams and consumers: make, widen, show."`
	Tail       tailCommand       `cmd:"" help:"Follow the classified notices."`
	Rejected   rejectedCommand   `cmd:"" help:"What could not be processed, why, and another try."`
	Dashboards dashboardsCommand `cmd:"" help:"Dashboards for Grafana: render, check, push."`
}

type stdio struct {
	in       io.Reader
	out, err io.Writer
}

func main() { os.Exit(run(os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr})) }

func run(args []string, std stdio) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	// By the time that anybody hears of the first signal, a second one ends the
	// process at once.
	context.AfterFunc(signals, func() {
		stop()
		cancel(fmt.Errorf("stopped before the end: %w", context.Cause(signals)))
	})

	var commands cli
	exited := -1
	parser, err := newParser(&commands, std, func(code int) { exited = code })
	if err != nil {
		fmt.Fprintln(std.err, "owabi:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help was answered
		return exitDone
	}
	if err != nil {
		fmt.Fprintf(std.err, "owabi: %v\nSee owabi --help.\n", err)
		return exitUsage
	}
	slog.SetDefault(slog.New(commands.logHandler(std.err)))

	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.Bind(std, &commands.settings)
	err = parsed.Run()
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintf(std.err, "owabi: %v\nSee owabi %s --help.\n", err, parsed.Command())
		return exitUsage
	default:
		fmt.Fprintf(std.err, "owabi: %v\n", err)
		return exitFailed
	}
}

// newParser returns what fills commands from a command line. exit is called when
// it was answered by the parser itself: --help, --version.
func newParser(commands *cli, std stdio, exit func(int)) (*kong.Kong, error) {
	parser, err := kong.New(commands,
		kong.Name("owabi"),
		kong.Description("owabi reads public incident notices as a stream, understands them, and keeps them as rows."),
		kong.Writers(std.out, std.err),
		kong.Exit(exit),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Vars{"formats": strings.Join(sqlFormats(), ","), "version": version(), "http_default": defaultHTTP},
	)
	if err != nil {
		return nil, err
	}
	forgetEmptyEnvironment(parser.Model.Node)
	return parser, nil
}

// version tells which sources the binary was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "owabi (unknown version)"
	}
	version := "owabi " + info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && !strings.Contains(version, s.Value[:min(12, len(s.Value))]) {
			version += " " + s.Value
		}
	}
	return version + " " + info.GoVersion
}

// usageError is a command used wrongly in a way the parser cannot see.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func (c *cli) logHandler(w io.Writer) slog.Handler {
	var level slog.Level
	// The parser lets only the four names through.
	_ = level.UnmarshalText([]byte(c.LogLevel))
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.NewJSONHandler(w, options)
	}
	return slog.NewTextHandler(w, options)
}
