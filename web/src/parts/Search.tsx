import { useEffect, useRef, useState } from "react";

const PAUSE_IN_TYPING = 250;

interface Props {
  label: string;
  value: string;
  onSearch: (text: string) => void;
}

/** A search field; it searches when the typing pauses. */
export function Search({ label, value, onSearch }: Props) {
  const [text, setText] = useState(value);
  const search = useRef(onSearch);
  search.current = onSearch;

  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => search.current(text), PAUSE_IN_TYPING);
    return () => clearTimeout(timer);
  }, [text, value]);

  return (
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
