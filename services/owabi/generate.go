package main

import (
	"context"
	"errors"

	"owabi/pkg/source/synthetic"
)

type generateCommand struct {
	Count int    `default:"1000" help:"How many notices."`
	Seed  uint64 `default:"1" help:"The same seed gives the same notices."`
	Truth bool   `help:"Add to each notice what it was made from, as the field truth."`
}

func (c *generateCommand) Run(ctx context.Context, std stdio) error {
	if c.Count < 0 {
		return usagef("--count %d: there are no fewer than 0 notices", c.Count)
	}
	records, err := synthetic.Generate(c.Seed, c.Count)
	if err != nil {
		return err
	}
	err = synthetic.Write(std.out, func(yield func(synthetic.Record) bool) {
		for r := range records {
			if ctx.Err() != nil || !yield(r) {
				return
			}
		}
	}, c.Truth)
	return errors.Join(err, ctx.Err())
}
