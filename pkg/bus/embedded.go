package bus

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Durability says what an acknowledged message survives.
type Durability string

// The two durabilities.
const (
	// SurvivesProcess: the death of any process. The operating system has the
	// message; it reaches the disk within SyncInterval.
	SurvivesProcess Durability = "process"
	// SurvivesPower: a power cut too. Every message is synced to the disk before
	// it is acknowledged, at the price measured in README.md.
	SurvivesPower Durability = "power"
)

// EmbeddedConfig configures a NATS server in this process.
type EmbeddedConfig struct {
	// StoreDir is the folder of the streams; it is made when missing. One server
	// at a time: a second fails with ErrStoreInUse. Required.
	StoreDir string
	// Listen is host:port for other processes; empty: this process only; port 0:
	// a free one. A taken port fails with ErrPortInUse.
	Listen string
	// Durability: default SurvivesProcess.
	Durability Durability
	// SyncInterval is how long acknowledged messages may stay out of the disk
	// with SurvivesProcess. Default: 10 s (nats-server's own is 2 minutes).
	SyncInterval time.Duration
	// MaxPayload is the largest message in bytes, headers included. A larger one
	// fails at its publisher with ErrTooLarge. Default: 8 MiB.
	MaxPayload int32
	// MaxStore bounds the bytes of all streams together. At the limit publishers
	// are held up with ErrStreamFull. Default: three quarters of the disk that is
	// free at the start.
	MaxStore int64

	// Token, or User and Password, are asked of who connects; empty: anybody who
	// reaches Listen may come in, so keep that to the loopback address.
	Token    Secret
	User     string
	Password Secret

	// StartTimeout bounds the start, the reading of what is stored included.
	// Default: 2 minutes.
	StartTimeout time.Duration
	// Logger takes the server's log lines: notices at debug, warnings and errors
	// at their own levels. Default: slog.Default().
	Logger *slog.Logger
}

// Server is a NATS server in this process.
type Server struct {
	cfg  EmbeddedConfig
	ns   *server.Server
	lock *os.File
	done chan struct{} // closed when Start has returned
	once sync.Once
}

// Embedded starts a server and returns when it takes connections. Close it
// after everything that is connected to it.
func Embedded(ctx context.Context, cfg EmbeddedConfig) (*Server, error) {
	if err := cfg.defaults(); err != nil {
		return nil, err
	}
	opts, err := cfg.options()
	if err != nil {
		return nil, err
	}
	lock, err := lockStore(cfg.StoreDir)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, lock: lock, done: make(chan struct{})}
	if s.ns, err = server.NewServer(opts); err != nil {
		return nil, errors.Join(fmt.Errorf("configuring the embedded NATS server: %w", err), lock.Close())
	}
	log := &serverLog{log: cfg.Logger, fatal: make(chan string, 1)}
	s.ns.SetLoggerV2(log, cfg.Logger.Enabled(ctx, slog.LevelDebug-4), false, false)
	go func() {
		defer close(s.done)
		s.ns.Start()
	}()
	if err := s.ready(ctx, log); err != nil {
		s.Close()
		return nil, fmt.Errorf("starting the embedded NATS server in %s: %w", cfg.StoreDir, err)
	}
	return s, nil
}

// Connect reaches the server within the process, without a network.
func (s *Server) Connect(ctx context.Context, name string) (*Bus, error) {
	return Connect(ctx, Config{
		Name: name, User: s.cfg.User, Password: s.cfg.Password, Token: s.cfg.Token,
		Logger: s.cfg.Logger, inProcess: s.ns,
	})
}

// ClientURL is the address for other processes, without credentials; empty when
// the server does not listen.
func (s *Server) ClientURL() string {
	if s.cfg.Listen == "" {
		return ""
	}
	return s.ns.ClientURL()
}

// Health says whether the server can store one more message, of whatever size.
// Neither a store at MaxStore nor JetStream that a full disk switched off gets
// well by itself: make room and start the process again.
func (s *Server) Health() error {
	switch {
	case !s.ns.Running():
		return errors.New("the embedded NATS server does not run")
	case !s.ns.JetStreamEnabled():
		return fmt.Errorf("%w: JetStream is switched off, probably because the disk of %s was full", ErrStoreUnwritable, s.cfg.StoreDir)
	}
	used, limit, err := s.Store()
	if err != nil {
		return err
	}
	if used+uint64(s.cfg.MaxPayload) > limit {
		return fmt.Errorf("%w: %s holds %d MB of the %d MB it may", ErrStreamFull, s.cfg.StoreDir, used>>20, limit>>20)
	}
	return nil
}

// Store returns how many bytes the streams take on the disk, and may take.
func (s *Server) Store() (used, limit uint64, err error) {
	info, err := s.ns.Jsz(nil)
	if err != nil {
		return 0, 0, fmt.Errorf("asking the embedded NATS server for its store: %w", err)
	}
	return info.Store, uint64(info.Config.MaxStore), nil
}

// Close stops the server and returns when everything is written and the folder
// is free. It may be called more than once.
func (s *Server) Close() {
	s.once.Do(func() {
		s.ns.Shutdown()
		s.ns.WaitForShutdown()
		<-s.done
		if err := s.lock.Close(); err != nil {
			s.cfg.Logger.Warn("releasing the NATS store", "folder", s.cfg.StoreDir, "error", err)
		}
	})
}

func (cfg *EmbeddedConfig) defaults() error {
	if cfg.StoreDir == "" {
		return errors.New("the embedded NATS server needs a store folder")
	}
	switch cfg.Durability {
	case "":
		cfg.Durability = SurvivesProcess
	case SurvivesProcess, SurvivesPower:
	default:
		return fmt.Errorf("durability %q is neither %s nor %s", cfg.Durability, SurvivesProcess, SurvivesPower)
	}
	if cfg.SyncInterval <= 0 {
		cfg.SyncInterval = 10 * time.Second
	}
	if cfg.MaxPayload <= 0 {
		cfg.MaxPayload = 8 << 20
	}
	if cfg.StartTimeout <= 0 {
		cfg.StartTimeout = 2 * time.Minute
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	return nil
}

func (cfg *EmbeddedConfig) options() (*server.Options, error) {
	opts := &server.Options{
		ServerName:   "owabi",
		DontListen:   cfg.Listen == "",
		NoSigs:       true,
		JetStream:    true,
		StoreDir:     cfg.StoreDir,
		SyncInterval: cfg.SyncInterval,
		// Every answer and acknowledgement has a subject of its own: remembering which
		// subscriptions a subject has costs more than to look among the few there are.
		NoSublistCache:    true,
		SyncAlways:        cfg.Durability == SurvivesPower,
		JetStreamMaxStore: cfg.MaxStore,
		MaxPayload:        cfg.MaxPayload,
		// A plain subscriber that does not read would otherwise hold up every
		// publisher for some milliseconds a message; it misses messages instead.
		NoFastProducerStall: true,
		MaxPending:          max(server.MAX_PENDING_SIZE, 4*int64(cfg.MaxPayload)),
		Authorization:       string(cfg.Token),
		Username:            cfg.User,
		Password:            string(cfg.Password),
	}
	if cfg.Listen == "" {
		return opts, nil
	}
	host, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen address %q is not host:port: %w", cfg.Listen, err)
	}
	if opts.Port, err = strconv.Atoi(port); err != nil || opts.Port < 0 || opts.Port > 65535 {
		return nil, fmt.Errorf("listen address %q has no port from 0 to 65535", cfg.Listen)
	}
	if opts.Host = host; host == "" {
		opts.Host = server.DEFAULT_HOST
	}
	if opts.Port == 0 {
		opts.Port = server.RANDOM_PORT
		return opts, nil
	}
	// The server tells a taken port only as a line in its log.
	l, err := net.Listen("tcp", cfg.Listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("listening on %s: %w", cfg.Listen, ErrPortInUse)
	case err != nil:
		return nil, fmt.Errorf("listening on %s: %w", cfg.Listen, err)
	}
	return opts, l.Close()
}

// ready waits for the first of: connections taken, a fatal line, the time limit.
func (s *Server) ready(ctx context.Context, log *serverLog) error {
	limit, cancel := context.WithTimeout(ctx, s.cfg.StartTimeout)
	defer cancel()
	isReady := make(chan bool, 1)
	polled := make(chan struct{})
	go func() {
		defer close(polled)
		for limit.Err() == nil {
			if s.ns.ReadyForConnections(100 * time.Millisecond) {
				isReady <- true
				return
			}
		}
	}()
	defer func() { cancel(); <-polled }()
	select {
	case line := <-log.fatal:
		return startError(line)
	case <-limit.Done():
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("not ready after %s", s.cfg.StartTimeout)
	case <-isReady:
	}
	select {
	case line := <-log.fatal: // it takes connections and has no JetStream
		return startError(line)
	default:
		return nil
	}
}

// startError turns the server's last words into an error that says what to do.
func startError(line string) error {
	low := strings.ToLower(line)
	switch {
	case strings.Contains(low, "address already in use"):
		return fmt.Errorf("%w: %s", ErrPortInUse, line)
	case strings.Contains(low, "permission denied"), strings.Contains(low, "read-only file system"):
		return fmt.Errorf("%w: %s", ErrStoreUnwritable, line)
	case strings.Contains(low, "no space left"):
		return fmt.Errorf("%w: the disk is full: %s", ErrStoreUnwritable, line)
	}
	return errors.New(line)
}

// lockStore makes the folder and takes it for this process: nats-server itself
// does not notice a second one on the same folder, and both would write.
func lockStore(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", dir, ErrStoreUnwritable, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "owabi.lock"), os.O_CREATE|os.O_RDWR, 0o640)
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EROFS):
		return nil, fmt.Errorf("%s: %w: %w", dir, ErrStoreUnwritable, err)
	case err != nil:
		return nil, fmt.Errorf("opening the NATS store: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrStoreInUse
		}
		return nil, errors.Join(fmt.Errorf("%s: %w", dir, err), f.Close())
	}
	return f, nil
}

// serverLog gives nats-server's lines to slog. Its notices (banner, ports,
// shutdown) are details here and go to debug.
type serverLog struct {
	log   *slog.Logger
	fatal chan string
}

func (l *serverLog) say(level slog.Level, format string, v ...any) {
	if ctx := context.Background(); l.log.Enabled(ctx, level) {
		l.log.Log(ctx, level, "nats-server: "+strings.TrimSpace(fmt.Sprintf(format, v...)))
	}
}

func (l *serverLog) Noticef(format string, v ...any) { l.say(slog.LevelDebug, format, v...) }
func (l *serverLog) Warnf(format string, v ...any)   { l.say(slog.LevelWarn, format, v...) }
func (l *serverLog) Errorf(format string, v ...any)  { l.say(slog.LevelError, format, v...) }
func (l *serverLog) Debugf(format string, v ...any)  { l.say(slog.LevelDebug-4, format, v...) }
func (l *serverLog) Tracef(format string, v ...any)  { l.say(slog.LevelDebug-8, format, v...) }

// Fatalf is where nats-server itself would exit; here Embedded returns an error.
func (l *serverLog) Fatalf(format string, v ...any) {
	l.say(slog.LevelError, format, v...)
	select {
	case l.fatal <- fmt.Sprintf(format, v...):
	default: // the first reason is the one that counts
	}
}
