package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"owabi/pkg/classify"
	"owabi/pkg/notice"
	"owabi/pkg/source"
)

type classifyCommand struct {
	From    string `enum:"auto,digest,jsonl,text" default:"auto" help:"How the notices are written: ${enum}."`
	Explain bool   `help:"Print each text with its evidence marked instead of JSON."`
	Workers int    `default:"0" help:"Notices read at once; 0: one a CPU. The result is the same."`
	File    string `arg:"" help:"A path, or - for standard input."`
}

// maxClassifyBytes bounds a notice that is only looked at: no stream has to take it.
const maxClassifyBytes = 64 << 20

func (c *classifyCommand) Run(ctx context.Context, std stdio) error {
	reader, err := classify.New(classify.Options{})
	if err != nil {
		return err
	}
	in, err := source.Open(ctx, c.File, source.Options{
		Format: source.Format(c.From), Stdin: std.in, MaxNoticeBytes: maxClassifyBytes, MaxLineBytes: maxClassifyBytes,
	})
	if err != nil {
		return err
	}
	defer in.Close()

	out := bufio.NewWriter(std.out)
	write := func(n notice.Notice, cl notice.Classification) error { return writeJSONLine(out, cl) }
	if c.Explain {
		colour := isTerminal(std.out)
		write = func(n notice.Notice, cl notice.Classification) error {
			_, err := fmt.Fprintln(out, classify.Explain(n, cl, colour))
			return err
		}
	}
	workers := c.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	rejected, err := classifyAll(ctx, in, reader, workers, std.err, write)
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if rejected > 0 {
		return fmt.Errorf("%s: %d could not be read, the others were", in.Name(), rejected)
	}
	return nil
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// classifyAll reads in to its end with several workers and writes in its order.
// What could not be read is told on errs and counted.
func classifyAll(ctx context.Context, in source.Reader, reader *classify.Classifier, workers int, errs io.Writer,
	write func(notice.Notice, notice.Classification) error) (rejected int, err error) {
	type job struct {
		notice notice.Notice
		result chan notice.Classification
	}
	group, ctx := errgroup.WithContext(ctx)
	jobs := make(chan job)
	inOrder := make(chan job, 4*workers)
	for range workers {
		group.Go(func() error {
			for j := range jobs {
				j.result <- reader.Classify(j.notice)
			}
			return nil
		})
	}
	group.Go(func() error {
		defer close(inOrder)
		defer close(jobs)
		for {
			item, err := in.Read(ctx)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if item.Rejected != nil {
				rejected++
				fmt.Fprintln(errs, "owabi:", item.Rejected)
				continue
			}
			j := job{item.Notice, make(chan notice.Classification, 1)}
			for _, to := range []chan<- job{inOrder, jobs} {
				select {
				case to <- j:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
	})
	group.Go(func() error {
		for j := range inOrder {
			select {
			case c := <-j.result:
				if err := write(j.notice, c); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	err = group.Wait()
	return rejected, err
}

func writeJSONLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
