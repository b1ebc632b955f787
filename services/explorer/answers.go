package explorer

import (
	"bytes"
	"container/list"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/prometheus/client_golang/prometheus"

	"owabi/pkg/grafana"
	"owabi/pkg/warehouse"
)

// Answers keeps what dashboards were told, so that a page that is looked at again
// asks ClickHouse only whether anything has changed since, and people who open the
// same page at once ask its questions once.
//
// An answer is given again only while the tables hold what they held: every load,
// merge and erasure changes their parts, which are looked at before each answer. Of a
// cluster, whose parts no single server knows, an answer is kept until 10 s after it
// was asked for. When the look itself fails, nobody knows whether what is kept still
// holds: it is not given, and stays for when the next look finds the tables as they
// were. Nothing is kept longer than 5 minutes, or of more than 64 MiB in all; what was
// used last stays.
//
// It is a collector of metrics: how answers came about, and the bytes kept.
type Answers struct {
	mu     sync.Mutex
	state  string                   // of the tables that the kept answers are of
	kept   map[string]*list.Element // of *keptAnswer
	order  *list.List               // the one used last first
	bytes  int
	asking map[string]*asking

	given *prometheus.CounterVec
	size  prometheus.GaugeFunc
}

// Bounds of what is kept.
const (
	maxKeptBytes  = 64 << 20
	maxKeptAnswer = 4 << 20 // one answer
	keptFor       = 5 * time.Minute
	keptUnseen    = 10 * time.Second // where changes cannot be seen
)

type keptAnswer struct {
	key    string
	value  result
	expiry *time.Timer // drops it when its time is over
}

// asking is a question that ClickHouse is at, for all who wait for it.
type asking struct {
	since   time.Time
	done    chan struct{}
	value   result
	err     error
	waiting int
	stop    context.CancelFunc
}

// NewAnswers returns an empty memory.
func NewAnswers() *Answers {
	a := &Answers{kept: map[string]*list.Element{}, order: list.New(), asking: map[string]*asking{}}
	a.given = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "owabi_explorer_answers_total",
		Help: "Answers to dashboards by where they came from: kept, shared with one who asked at the same time, or asked of ClickHouse.",
	}, []string{"from"})
	for _, from := range []string{"kept", "shared", "clickhouse"} {
		a.given.WithLabelValues(from)
	}
	a.size = prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "owabi_explorer_kept_bytes", Help: "Bytes of the answers that are kept."}, func() float64 {
		a.mu.Lock()
		defer a.mu.Unlock()
		return float64(a.bytes)
	})
	return a
}

// Describe implements prometheus.Collector.
func (a *Answers) Describe(out chan<- *prometheus.Desc) { a.given.Describe(out); a.size.Describe(out) }

// Collect implements prometheus.Collector.
func (a *Answers) Collect(out chan<- prometheus.Metric) { a.given.Collect(out); a.size.Collect(out) }

// tables is what is known of the tables before a question is asked of them; the zero
// value is that nothing is.
type tables struct {
	state string        // another one after any change
	life  time.Duration // how long after asking an answer of this state may be given; 0: not at all
}

// get returns the kept answer to a question, waits with others for one that is on its
// way, or asks. ask gets a context that ends when nobody waits any more; it runs in a
// goroutine of its own and must not panic.
func (a *Answers) get(ctx context.Context, question string, t tables, ask func(context.Context) (result, error)) (result, error) {
	key := t.state + "\n" + question
	a.mu.Lock()
	if t.life > 0 {
		a.enter(t.state)
		if value, ok := a.find(key); ok {
			a.mu.Unlock()
			a.given.WithLabelValues("kept").Inc()
			return value, nil
		}
	}
	from := "shared"
	q, ok := a.asking[key]
	if !ok {
		from = "clickhouse"
		asked, stop := context.WithCancel(context.WithoutCancel(ctx))
		q = &asking{since: time.Now(), done: make(chan struct{}), stop: stop}
		a.asking[key] = q
		go func() { // somebody waits for it to its end: who wants the answer, or leave
			q.value, q.err = ask(asked)
			stop()
			a.settle(key, t, q)
		}()
	}
	q.waiting++
	a.mu.Unlock()
	a.given.WithLabelValues(from).Inc()
	select {
	case <-q.done:
		return q.value, q.err
	case <-ctx.Done():
		a.leave(key, q)
		return result{}, context.Cause(ctx)
	}
}

// enter drops what was true of the tables in another state.
func (a *Answers) enter(state string) {
	if state == a.state {
		return
	}
	a.state = state
	for a.order.Len() > 0 {
		a.drop(a.order.Back())
	}
}

// find returns an answer that is kept.
func (a *Answers) find(key string) (result, bool) {
	e, ok := a.kept[key]
	if !ok {
		return result{}, false
	}
	a.order.MoveToFront(e)
	return e.Value.(*keptAnswer).value, true
}

// settle keeps an answer that came for what is left of its life, unless the tables have
// changed since it was asked for or nothing was known of them.
func (a *Answers) settle(key string, t tables, q *asking) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer close(q.done)
	if a.asking[key] == q {
		delete(a.asking, key)
	}
	life := t.life - time.Since(q.since)
	if q.err != nil || life <= 0 || t.state != a.state || q.value.size() > maxKeptAnswer {
		return
	}
	if e, ok := a.kept[key]; ok {
		a.drop(e)
	}
	k := &keptAnswer{key: key, value: q.value}
	e := a.order.PushFront(k)
	k.expiry = time.AfterFunc(life, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.kept[key] == e {
			a.drop(e)
		}
	})
	a.kept[key] = e
	a.bytes += q.value.size() + len(key)
	for a.bytes > maxKeptBytes {
		a.drop(a.order.Back())
	}
}

func (a *Answers) drop(e *list.Element) {
	k := a.order.Remove(e).(*keptAnswer)
	k.expiry.Stop()
	delete(a.kept, k.key)
	a.bytes -= k.value.size() + len(k.key)
}

// leave takes one away from those who wait. The last ends the question and sees it
// out; who asks it next asks anew.
func (a *Answers) leave(key string, q *asking) {
	a.mu.Lock()
	q.waiting--
	last := q.waiting == 0
	if last && a.asking[key] == q {
		delete(a.asking, key)
	}
	a.mu.Unlock()
	if last {
		q.stop()
		<-q.done
	}
}

func (r result) size() int { return len(r.Columns) + len(r.Rows) }

// tablesSQL asks for what every change of the tables and views changes too, and
// whether that is all there is to see: replicated and distributed tables may change
// elsewhere.
const tablesSQL = `SELECT
    toString(((SELECT (count(), sum(cityHash64(table, name, modification_time))) FROM system.parts WHERE active AND database = currentDatabase()),
        (SELECT (count(), sum(cityHash64(name, engine, metadata_modification_time))) FROM system.tables WHERE database = currentDatabase()))),
    (SELECT count() > 0 AND countIf(engine LIKE 'Replicated%' OR engine LIKE 'Shared%' OR engine = 'Distributed') = 0
        FROM system.tables WHERE database = currentDatabase() AND engine != 'View')`

// lookTime bounds the look at the tables, in running time: one that takes longer
// spares nobody anything.
const lookTime = 5 * time.Second

// look asks in what state the tables are. It does not wait for a place: it is what
// spares others one. Where the state can never be told, because the tables are of
// several servers or the user may not read system.parts, time alone decides. Where
// the look fails otherwise nothing is known, and nothing is given or dropped by it.
func (a *api) look(ctx context.Context) tables {
	unseen := tables{"", keptUnseen}
	question := warehouse.Question{SQL: tablesSQL, Format: warehouse.FormatCompact, Limits: limits}
	question.Limits.Time = lookTime
	var out bytes.Buffer
	if _, err := a.Warehouse.Ask(ctx, question, &out); err != nil {
		if exception := (*clickhouse.Exception)(nil); errors.As(err, &exception) && exception.Code == codeNoRight {
			return unseen
		}
		return tables{}
	}
	var told struct{ Rows [][2]any }
	if err := json.Unmarshal(out.Bytes(), &told); err != nil || len(told.Rows) != 1 {
		return tables{}
	}
	state, all := fmt.Sprint(told.Rows[0][0]), fmt.Sprint(told.Rows[0][1])
	if all != "1" {
		return unseen
	}
	return tables{state, keptFor}
}

// askDashboard returns the answer to a dashboard's question, kept or asked. A question
// that panics ends with an error for those who asked it, and for nobody else.
func (a *api) askDashboard(ctx context.Context, s grafana.Statement) (result, error) {
	parameters, err := json.Marshal(s.Parameters) // with its names in order
	if err != nil {
		return result{}, fmt.Errorf("the parameters: %w", err)
	}
	seen := a.look(ctx)
	if ctx.Err() != nil { // who asked has gone; what is kept stays
		return result{}, context.Cause(ctx)
	}
	return a.Answers.get(ctx, string(parameters)+"\n"+s.SQL, seen, func(ctx context.Context) (found result, err error) {
		defer func() { // this goroutine is nobody's request, and would take the process with it
			if p := recover(); p != nil {
				err = a.fault(p, slog.String("question", s.SQL))
			}
		}()
		return a.ask(ctx, s.SQL, s.Parameters)
	})
}
