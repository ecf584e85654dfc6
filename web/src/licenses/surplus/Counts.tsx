import { Fact } from "../../parts/Fact";
import { useFormats, useWords } from "../../words/WordsProvider";

interface Props {
  inUse: number;
  available: number;
  /** Seats that must be removed, once what is ticked is. */
  left: number;
  isEnough: boolean;
}

/** Seats in use, seats there will be, and how many must be removed, counting down. */
export function Counts({ inUse, available, left, isEnough }: Props) {
  const words = useWords();
  const formats = useFormats();
  return (
    <dl className="counts">
      <Fact name={words.inUse}>{formats.number(inUse)}</Fact>
      <Fact name={words.available}>{formats.number(available)}</Fact>
      <div className={left > 0 ? "bad" : "good"}>
        <dt>{words.mustBeRemoved}</dt>
        <dd aria-live="polite">
          {formats.number(left)}
          {left === 0 && isEnough && <span className="enough">{words.enough}</span>}
        </dd>
      </div>
    </dl>
  );
}
