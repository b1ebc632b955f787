package warehouse

import (
	"context"
	"fmt"

	"owabi/pkg/notice"
)

// CountReadOtherwise counts the notices whose latest reading is not by this
// classifier.
func (w *Warehouse) CountReadOtherwise(ctx context.Context, by notice.ClassifiedBy) (n uint64, err error) {
	const statement = "SELECT count() FROM notice_rows FINAL WHERE NOT (classifier_version = ? AND rules_sha256 = ?)"
	if err := w.conn.QueryRow(ctx, statement, by.Version, by.RulesSHA256).Scan(&n); err != nil {
		return 0, fmt.Errorf("count notices: %w", inItsWords(err))
	}
	return n, nil
}

// NoticesReadOtherwise returns up to limit notices whose latest reading is not by
// this classifier, as they were ingested, in the order of their ids from the first
// after an id on. Fewer than limit are the last.
func (w *Warehouse) NoticesReadOtherwise(ctx context.Context, by notice.ClassifiedBy, after string, limit int) ([]notice.Notice, error) {
	// A text is published once and never changes, so any row of it will do; its
	// table is in order of ids, and reads only what is asked for.
	const statement = `WITH wanted AS
(
    SELECT notice_id, caller_id, source, url, heading, lang, synthetic, publisher, title, published, fetched_at
    FROM notice_rows FINAL
    WHERE notice_id > ? AND NOT (classifier_version = ? AND rules_sha256 = ?)
    ORDER BY notice_id LIMIT ?
)
SELECT notice_id, ifNull(caller_id, '') AS caller_id, toString(source) AS source, ifNull(url, '') AS url, ifNull(toString(heading), '') AS heading,
    ifNull(toString(lang), '') AS lang, synthetic, ifNull(publisher, '') AS publisher, ifNull(title, '') AS title,
    ifNull(toString(published), '') AS published, fetched_at, body
FROM wanted ANY LEFT JOIN (SELECT notice_id, body FROM text_rows WHERE notice_id IN (SELECT notice_id FROM wanted)) AS texts USING notice_id
ORDER BY notice_id`
	rows, err := w.conn.Query(ctx, statement, after, by.Version, by.RulesSHA256, limit)
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", inItsWords(err))
	}
	defer rows.Close()
	var notices []notice.Notice
	for rows.Next() {
		var n notice.Notice
		if err := rows.Scan(&n.ID, &n.CallerID, &n.Source, &n.URL, &n.Heading, &n.Lang, &n.Synthetic, &n.Publisher, &n.Title,
			&n.Published, &n.FetchedAt, &n.Body); err != nil {
			return nil, fmt.Errorf("read notices: %w", err)
		}
		notices = append(notices, n)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read notices: %w", inItsWords(err))
	}
	return notices, nil
}
