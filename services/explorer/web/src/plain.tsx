// Text from outside, as text: what would turn the order of the letters after it shows by
// its name and turns nothing.
const steering = /([\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])/;

export function Plain(props: { text: string }) {
  if (!steering.test(props.text)) return <>{props.text}</>;
  return <>{props.text.split(steering).map((part, i) => (i % 2 ? <bdi key={i} class="steer" data-code={codeOf(part)}>{part}</bdi> : part))}</>;
}

const codeOf = (character: string) => `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

/** unsteered is text without those characters, for where there are no elements. */
export const unsteered = (text: string) => text.split(steering).filter((_, i) => i % 2 === 0).join("");
