// What the page itself says, in both languages. What dashboards say comes with them.
import type { Language } from "./address";

const words = {
  tagline: ["公表された事案を読む", "published incidents, read"],
  search: ["検索", "Search"],
  searchFor: ["題名・組織・本文の言葉", "words in title, organization or text"],
  sql: ["SQL", "SQL"],
  from: ["から", "from"],
  to: ["まで", "to"],
  lastYear: ["1年", "1 year"],
  threeYears: ["3年", "3 years"],
  allTime: ["全期間", "all time"],
  all: ["すべて", "all"],
  clear: ["解除", "clear"],
  filter: ["絞り込む", "filter"],
  theme: ["明暗", "Light or dark"],
  language: ["English", "日本語"],
  loading: ["読み込み中", "loading"],
  empty: ["該当する行がありません。期間や条件を広げてください。", "Nothing fits. Widen the time range or the filters."],
  emptyWarehouse: ["まだ公表文がありません。owabi up に読ませてください。", "There are no notices yet. Let owabi up read some."],
  failed: ["表示できません", "Cannot be shown"],
  retry: ["もう一度", "Try again"],
  unknownPage: ["このページはありません", "There is no such page"],
  unknownDashboard: ["このダッシュボードはありません", "There is no such dashboard"],
  about: ["説明", "About"],
  unknown: ["不明", "unknown"],
  yes: ["はい", "yes"],
  no: ["いいえ", "no"],
  rows: ["行", "rows"],
  read: ["読んだ行", "rows read"],
  notice: ["公表文", "Notice"],
  evidence: ["根拠", "Evidence"],
  facts: ["読み取ったこと", "What was read"],
  readings: ["読み取りの履歴", "Readings"],
  source: ["出典", "Source"],
  synthetic: ["合成した公表文。実在の出来事ではありません。", "A synthetic notice. Nothing of it happened."],
  run: ["実行", "Run"],
  running: ["実行中", "running"],
  stop: ["中止", "Stop"],
  table: ["表", "Table"],
  chart: ["図", "Chart"],
  csv: ["CSV", "CSV"],
  views: ["ビュー", "Views"],
  runHint: ["Ctrl+Enter で実行。読み取りだけができます。", "Ctrl+Enter runs it. Only reading is allowed."],
  nothingToDraw: ["図にできる数の列がありません。", "There is no column of numbers to draw."],
  more: ["次へ", "More"],
  previous: ["前へ", "Back"],
  openGrafana: ["Grafana で開く", "Open in Grafana"],
  hits: ["件", "found"],
} satisfies Record<string, [string, string]>;

export type Word = keyof typeof words;

export function say(language: Language, word: Word): string {
  return words[word][language === "ja" ? 0 : 1];
}
