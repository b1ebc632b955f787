package warehouse

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2"
	"golang.org/x/sync/errgroup"
)

// sortOut stores rows that were refused together, and reports those that are refused
// alone. It goes table by table: while the rows at fault are looked for, each try is
// one insert, and the other tables get what the first has taken at once.
func (w *Warehouse) sortOut(ctx context.Context, rows []Row) ([]RejectedRow, error) {
	figures := sorting{warehouse: w, table: tables[0], rows: rows}
	readings := sorting{warehouse: w, table: tables[1], rows: rows}
	texts := sorting{warehouse: w, table: tables[2], rows: rows}
	all := make([]int, len(rows))
	for i := range all {
		all[i] = i
	}
	if err := figures.sort(ctx, all); err != nil {
		return nil, err
	}
	slices.Sort(figures.stored)
	rest, ctx := errgroup.WithContext(ctx)
	rest.Go(func() error { return readings.sort(ctx, figures.stored) })
	rest.Go(func() error { return texts.sort(ctx, figures.stored) })
	if err := rest.Wait(); err != nil {
		return nil, err
	}
	byIndex := func(a, b RejectedRow) int { return cmp.Compare(a.Index, b.Index) }
	rejected := slices.Concat(figures.rejected, readings.rejected, texts.rejected)
	slices.SortStableFunc(rejected, byIndex)
	return slices.CompactFunc(rejected, func(a, b RejectedRow) bool { return a.Index == b.Index }), nil
}

// sorting tells the rows of a batch that one table takes from those that it refuses.
// Rows go by their index.
type sorting struct {
	warehouse *Warehouse
	table     loaded
	rows      []Row
	// types are the table's, asked for once: the driver would ask before each insert.
	types []clickhouse.ColumnNameAndType

	stored   []int
	rejected []RejectedRow
	// cleared stand before a row that a refusal named: ClickHouse had no fault to find
	// with them until then. They are tried together when the others are sorted.
	cleared []int
	// doubtful counts the rows refused alone for an unlisted reason; doubt is the
	// last such.
	doubtful int
	doubt    error
}

// maxDoubt is how many rows may be refused for an unlisted reason, and none
// stored, before the reason is taken to lie with the server.
const maxDoubt = 3

func (s *sorting) sort(ctx context.Context, rows []int) error {
	for len(rows) > 0 {
		s.cleared = nil
		if err := s.store(ctx, rows); err != nil {
			return err
		}
		rows = s.cleared // fewer: what a refusal named is settled
	}
	if len(s.stored) == 0 && s.doubt != nil { // nothing shows that it is not the server
		return s.doubt
	}
	return nil
}

// growth is by how much the next try is larger than the last that went well, or than
// what stood before the last row that was named.
const growth = 8

// store stores rows, which ClickHouse may name the one at fault of: then it goes on
// behind that row, with as many rows as bad ones seem to lie apart. A bad row that is
// named costs two inserts and about one of the good ones in eight a third.
func (s *sorting) store(ctx context.Context, rows []int) error {
	for n := len(rows); len(rows) > 0; {
		n = min(n, len(rows))
		err := s.insert(ctx, rows[:n])
		i, named := blamed(err, n)
		switch cause := CauseOf(err); {
		case err == nil:
			s.stored = append(s.stored, rows[:n]...)
			rows, n = rows[n:], growth*n
		case cause == Setup, cause == Transient:
			return failed(err, n)
		case n == 1:
			if err := s.refuse(rows[0], cause, err); err != nil {
				return err
			}
			rows, n = rows[1:], growth
		case named:
			s.cleared = append(s.cleared, rows[:i]...)
			if err := s.store(ctx, rows[i:i+1]); err != nil {
				return err
			}
			rows, n = rows[i+1:], growth*(i+1)
		default:
			if err := s.part(ctx, rows[:n]); err != nil {
				return err
			}
			rows, n = rows[n:], growth*n
		}
	}
	return nil
}

// part stores rows of which nobody knows which is at fault: in halves, until the ones
// at fault stand alone, or one by one, where so many are that few rows stand between
// two. A single bad row of n is found with 2 log2 n inserts of 2n rows.
func (s *sorting) part(ctx context.Context, rows []int) error {
	size := (len(rows) + 1) / 2
	if seen := len(s.stored) + len(s.rejected); len(rows) <= growth && len(s.rejected) > seen/growth {
		size = 1
	}
	for part := range slices.Chunk(rows, size) {
		if err := s.store(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// refuse notes a row that was refused alone.
func (s *sorting) refuse(index int, cause Cause, err error) error {
	if cause == Unlisted {
		s.doubtful++
		s.doubt = fmt.Errorf("insert one row: %w", err)
		if len(s.stored) == 0 && s.doubtful >= maxDoubt {
			return s.doubt
		}
	}
	s.rejected = append(s.rejected, RejectedRow{Index: index, NoticeID: s.rows[index].NoticeID, Err: err})
	return nil
}

func (s *sorting) insert(ctx context.Context, indexes []int) error {
	rows := make([]Row, len(indexes))
	for i, index := range indexes {
		rows[i] = s.rows[index]
	}
	if err := complete(rows); err != nil {
		return err
	}
	if s.types == nil {
		columns, err := s.warehouse.columns(ctx, s.table)
		if err != nil {
			return err
		}
		s.types = newEncoder(s.table, columns, nil).types()
	}
	return s.warehouse.insertInto(clickhouse.Context(ctx, clickhouse.WithColumnNamesAndTypes(s.types)), s.table, rows)
}
