// Words that were searched for, marked where they stand.
import { Plain } from "./plain";

const segments = new Intl.Segmenter("ja", { granularity: "grapheme" });

const fold = (text: string) => text.normalize("NFKC").toLowerCase();

/** Found marks what fits one of the words, whatever its width and case, as the search compares them. */
export function Found(props: { text: string; words: string[] }) {
  const pieces = [...segments.segment(props.text)].map((s) => s.segment);
  const at: number[] = []; // of each unit of the folded text, the piece it comes from
  const folded = pieces.map((piece, i) => {
    const f = fold(piece);
    for (let n = 0; n < f.length; n++) at.push(i);
    return f;
  }).join("");
  const hit = new Set<number>();
  for (const word of props.words.map(fold).filter(Boolean)) {
    for (let from = folded.indexOf(word); from >= 0; from = folded.indexOf(word, from + word.length)) {
      for (let i = from; i < from + word.length; i++) hit.add(at[i] ?? 0);
    }
  }
  const runs: { text: string; hit: boolean }[] = [];
  for (const [i, piece] of pieces.entries()) {
    const last = runs.at(-1);
    if (last && last.hit === hit.has(i)) last.text += piece;
    else runs.push({ text: piece, hit: hit.has(i) });
  }
  return <>{runs.map((r, i) => (r.hit ? <mark key={i}><Plain text={r.text} /></mark> : <Plain key={i} text={r.text} />))}</>;
}
