import { useEffect, useRef, useState } from "react";

const DEBOUNCE_DELAY = 250;

interface Props {
  label: string;
  value: string;
  onSearch: (text: string) => void;
}

/** A search field that calls `onSearch` when typing pauses. */
export function SearchField({ label, value, onSearch }: Props) {
  const [text, setText] = useState(value);
  const search = useRef(onSearch);
  search.current = onSearch;

  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => search.current(text), DEBOUNCE_DELAY);
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
