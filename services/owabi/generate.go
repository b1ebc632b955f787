package main

import (
	"owabi/pkg/source/synthetic"
)

type generateCommand struct {
	Count int    `default:"1000" help:"How many notices."`
	Seed  uint64 `default:"1" help:"The same seed gives the same notices."`
	Truth bool   `help:"Add to each notice what it was made from, as the field truth."`
}

func (c *generateCommand) Run(std stdio) error {
	if c.Count < 0 {
		return usagef("--count %d: there are no fewer than 0 notices", c.Count)
	}
	records, err := synthetic.Generate(c.Seed, c.Count)
	if err != nil {
		return err
	}
	return synthetic.Write(std.out, records, c.Truth)
}
