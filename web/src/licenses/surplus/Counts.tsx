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
      <div>
        <dt>{words.inUse}</dt>
        <dd>{formats.number(inUse)}</dd>
      </div>
      <div>
        <dt>{words.available}</dt>
        <dd>{formats.number(available)}</dd>
      </div>
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
