// What the page itself says, in both languages. What dashboards say comes with them.
import type { Language } from "./address";

const words = {
  tagline: ["公表された事案を読む", "published incidents, read"],
  pages: ["ページ", "Pages"],
  search: ["検索", "Search"],
  searchFor: ["題名・組織・本文の言葉", "title, organization, text"],
  searchHint: ["題名・組織・本文から、すべての言葉を含む公表文を探します。全角と半角、大文字と小文字は区別しません。", "Finds notices with every word in title, organization or text; width and case do not matter."],
  sql: ["SQL", "SQL"],
  timeRange: ["期間", "Time range"],
  from: ["始め", "From"],
  to: ["終わり", "To"],
  lastYear: ["1年", "1 year"],
  threeYears: ["3年", "3 years"],
  allTime: ["全期間", "All time"],
  all: ["すべて", "all"],
  clear: ["解除", "Clear"],
  filter: ["絞り込む", "filter"],
  theme: ["明るさを切り替える", "Light or dark"],
  language: ["English", "日本語"],
  keys: ["キー操作", "Keys"],
  close: ["閉じる", "Close"],
  loading: ["読み込み中", "loading"],
  empty: ["該当する行がありません。期間や条件を広げてください。", "Nothing fits. Widen the time range or the filters."],
  emptyWarehouse: ["まだ公表文がありません。次のように読ませてください。", "There are no notices yet. Let owabi read some:"],
  noHits: ["見つかりません。言葉を減らしてください。", "Nothing was found. Try fewer words."],
  failed: ["表示できません", "Cannot be shown"],
  retry: ["もう一度", "Try again"],
  unknownPage: ["このページはありません", "There is no such page"],
  thereAre: ["あるのは次のページです。", "There are these:"],
  about: ["説明", "About"],
  asTable: ["表で見る", "As a table"],
  asChart: ["図で見る", "As a chart"],
  notices: ["公表文を見る", "The notices behind it"],
  time: ["時期", "time"],
  group: ["区分", "group"],
  value: ["値", "value"],
  unknown: ["不明", "unknown"],
  yes: ["はい", "yes"],
  no: ["いいえ", "no"],
  rows: ["行", "rows"],
  read: ["読んだ行", "rows read"],
  notice: ["公表文", "Notice"],
  evidence: ["根拠", "Evidence"],
  evidenceHint: ["番号を押すと本文の箇所を示します。", "A number leads to its words in the text."],
  facts: ["読み取ったこと", "What was read"],
  readings: ["読み取りの履歴", "Readings"],
  source: ["出典", "Source"],
  synthetic: ["合成した公表文。実在の出来事ではありません。", "A synthetic notice. Nothing of it happened."],
  run: ["実行", "Run"],
  stop: ["中止", "Stop"],
  table: ["表", "Table"],
  chart: ["図", "Chart"],
  csv: ["CSV", "CSV"],
  views: ["ビュー", "Views"],
  runHint: ["Ctrl+Enter で実行。読み取りだけができ、時間・メモリー・行数に上限があります。", "Ctrl+Enter runs it. It can only read, within limits of time, memory and rows."],
  nothingToDraw: ["図にできる数の列がありません。", "There is no column of numbers to draw."],
  more: ["次へ", "More"],
  previous: ["前へ", "Back"],
  openGrafana: ["Grafana で開く", "Open in Grafana"],

  keySearch: ["検索へ", "search"],
  keyPages: ["ダッシュボードを開く", "open a dashboard"],
  keySQL: ["SQL へ", "the page for SQL"],
  keyTheme: ["明るさ", "light or dark"],
  keyLanguage: ["言語", "language"],
  keyRun: ["SQL を実行", "run the SQL"],
  keyHelp: ["この一覧", "this list"],

  // What can be done about each kind of failure that the API tells.
  not_found: ["その宛先のものはありません。上のメニューから選んでください。", "There is nothing of that name. Choose from the menu above."],
  chosen: ["期間か条件が正しくありません。選び直してください。", "The time range or a filter cannot be. Choose again."],
  long: ["SQL が長すぎます。", "The SQL is too long."],
  closed: ["SQL はここでは使えません。", "SQL is closed here."],
  heavy: ["問いが重すぎます。期間や条件を狭めるか、行と列を減らしてください。", "That asks too much. Narrow the time range or the filters, or ask for fewer rows and columns."],
  tables: ["表がまだありません。管理者が owabi setup で作ります。", "The tables are not there yet. An administrator makes them with owabi setup."],
  refused: ["ClickHouse が受け付けませんでした。", "ClickHouse does not take it."],
  denied: ["ClickHouse がこの利用者を拒みました。利用者名・パスワード・権限を確かめてください。", "ClickHouse refuses the user. Check its name, password and rights."],
  down: ["ClickHouse が応答しません。動いているか確かめ、もう一度お試しください。", "ClickHouse does not answer. See whether it runs, then try again."],
  gone: ["owabi が応答しません。動いているか確かめてください。", "owabi does not answer. See whether it runs."],
} satisfies Record<string, [string, string]>;

export type Word = keyof typeof words;

export function say(language: Language, word: Word): string {
  return words[word][language === "ja" ? 0 : 1];
}

/** isWord says whether the page has words for a name that came from elsewhere. */
export function isWord(name: string): name is Word {
  return Object.hasOwn(words, name);
}
