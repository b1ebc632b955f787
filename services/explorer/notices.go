package explorer

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"owabi/pkg/grafana"
	"owabi/pkg/notice"
)

var noticeID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// notice answers with one notice: its facts, its text as published, and the
// evidence of its latest reading, whose offsets are characters (runes) of text.
func (a *api) notice(w http.ResponseWriter, r *http.Request) {
	found, err := a.readNotice(r)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	answer(w, http.StatusOK, found)
}

type noticeAnswer struct {
	Facts    result `json:"facts"`    // one row
	Text     string `json:"text"`     // as [notice.Notice.Text]
	Evidence result `json:"evidence"` // rows of (field, rule, text, start_rune, end_rune)
	Readings result `json:"readings"` // rows of (classified_at, classifier_version, rules_sha256), the latest first
}

func (a *api) readNotice(r *http.Request) (noticeAnswer, error) {
	id := r.PathValue("id")
	if !noticeID.MatchString(id) {
		return noticeAnswer{}, fmt.Errorf("%w: %q is no notice's id: want 32 hexadecimal digits", errBadRequest, id)
	}
	var n noticeAnswer
	var text result
	for sql, into := range map[string]*result{
		"SELECT * FROM notices WHERE notice_id = {id:String}":                                                                                     &n.Facts,
		"SELECT ifNull(title, ''), body FROM texts WHERE notice_id = {id:String}":                                                                 &text,
		"SELECT field, rule, text, start_rune, end_rune FROM evidence WHERE notice_id = {id:String} ORDER BY start_rune, end_rune":                &n.Evidence,
		"SELECT classified_at, classifier_version, rules_sha256 FROM readings WHERE notice_id = {id:String} ORDER BY classified_at DESC LIMIT 50": &n.Readings,
	} {
		var err error
		if *into, err = a.ask(r.Context(), sql, map[string]any{"id": id}); err != nil {
			return noticeAnswer{}, err
		}
	}
	var rows [][2]string
	if err := json.Unmarshal(text.Rows, &rows); err != nil {
		return noticeAnswer{}, fmt.Errorf("the text of notice %s: %w", id, err)
	}
	if len(rows) == 0 {
		return noticeAnswer{}, fmt.Errorf("%w: no notice has the id %s", errNotFound, id)
	}
	n.Text = notice.Notice{Title: rows[0][0], Body: rows[0][1]}.Text()
	return n, nil
}

const (
	maxTerms   = 8
	pageOfHits = 50
)

// search answers with the notices that hold every word of q in their headline,
// publisher or text, the latest first; of full and half width, and of upper and
// lower case, one finds the other.
func (a *api) search(w http.ResponseWriter, r *http.Request) {
	sql, parameters, err := searchStatement(r)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	a.reply(w, r, sql, parameters)
}

func searchStatement(r *http.Request) (string, map[string]any, error) {
	terms := strings.Fields(r.FormValue("q"))
	switch {
	case len(terms) == 0:
		return "", nil, fmt.Errorf("%w: q holds no word to look for", errBadRequest)
	case len(terms) > maxTerms:
		return "", nil, fmt.Errorf("%w: q holds %d words: at most %d", errBadRequest, len(terms), maxTerms)
	}
	offset := 0
	if text := r.FormValue("offset"); text != "" {
		var err error
		if offset, err = strconv.Atoi(text); err != nil || offset < 0 || offset > 10_000 {
			return "", nil, fmt.Errorf("%w: offset=%q: want 0 to 10000", errBadRequest, text)
		}
	}
	lang := language(r)
	parameters := map[string]any{"offset": uint32(offset)}
	var conditions []string
	for i, term := range terms {
		name := "word" + strconv.Itoa(i)
		parameters[name] = term
		conditions = append(conditions, "position(folded, lowerUTF8(normalizeUTF8NFKC({"+name+":String}))) > 0")
	}
	// The words around the first one found, cut by characters.
	const found = `SELECT notice_id, substringUTF8(body, greatest(1, toInt64(positionUTF8(lowerUTF8(normalizeUTF8NFKC(body)), lowerUTF8(normalizeUTF8NFKC({word0:String})))) - 30), 120) AS words
FROM (SELECT notice_id, body, lowerUTF8(normalizeUTF8NFKC(concat(ifNull(title, ''), '\n', ifNull(publisher, ''), '\n', body))) AS folded FROM texts)
WHERE `
	return `SELECT n.notice_id AS notice_id, n.published AS published, coalesce(n.organization, n.publisher) AS organization, n.title AS title,
    ` + labelled(lang, "category") + `, ` + labelled(lang, "sector") + `, n.people AS people, n.is_incident AS is_incident, t.words AS words
FROM notices AS n INNER JOIN (` + found + strings.Join(conditions, " AND ") + `) AS t ON t.notice_id = n.notice_id
ORDER BY n.published DESC NULLS LAST, n.notice_id
LIMIT ` + strconv.Itoa(pageOfHits) + ` OFFSET {offset:UInt32}`, parameters, nil
}

func labelled(lang grafana.Language, code string) string {
	return "n." + code + "_" + string(lang) + " AS " + code
}
