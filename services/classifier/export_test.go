package classifier

import (
	"context"

	"owabi/pkg/bus"
)

// Handle handles a batch as a Run of cfg would that has no publisher yet.
func Handle(ctx context.Context, cfg Config, counts *Counts, batch []bus.Delivery) []error {
	w := &worker{cfg: cfg, counts: counts}
	return w.handle(ctx, batch)
}
