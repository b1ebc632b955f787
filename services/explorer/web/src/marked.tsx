// A text with its evidence marked.
import { Plain } from "./plain";

export type Evidence = { number: number; field: string; name: string; rule: string; text: string; start: number; end: number };

type Props = { text: string; evidence: Evidence[]; lit: number | null; light: (n: number | null) => void; choose: (n: number) => void };

/** Marked parts the text where evidence begins and ends; where pieces overlap, one mark names them all. */
export function Marked(props: Props) {
  const { evidence, lit, light, choose } = props;
  const text = Array.from(props.text); // offsets count characters, not halves of them
  const cuts = [...new Set([0, text.length, ...evidence.flatMap((e) => [e.start, e.end])])].filter((c) => c >= 0 && c <= text.length).sort((a, b) => a - b);
  return (
    <>
      {cuts.slice(0, -1).map((from, i) => {
        const to = cuts[i + 1] ?? from;
        const words = text.slice(from, to).join("");
        const over = evidence.filter((e) => e.start <= from && e.end >= to);
        if (over.length === 0) return <Plain key={from} text={words} />;
        return (
          <mark
            key={from}
            class={over.some((e) => e.number === lit) ? "lit" : ""}
            data-evidence={over.map((e) => e.number).join(" ")}
            data-from={from}
            data-to={to}
            title={over.map((e) => `${e.number} ${e.name}`).join("\n")}
            onMouseEnter={() => light(over[0]?.number ?? null)}
            onMouseLeave={() => light(null)}
            onClick={() => choose(over[0]?.number ?? 0)}
          >
            <Plain text={words} />
            {over.filter((e) => e.end === to).map((e) => <sup key={e.number} aria-hidden="true">{e.number}</sup>)}
          </mark>
        );
      })}
    </>
  );
}
