import { useFormats, useWords } from "../words/WordsProvider";

/** Says how many seats there are; none given is no limit. */
export function useSeats() {
  const words = useWords();
  const { number } = useFormats();
  return (seats: number | null | undefined) => (seats == null ? words.unlimited : number(seats));
}
