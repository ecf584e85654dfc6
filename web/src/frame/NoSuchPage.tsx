import { useWords } from "../words/WordsProvider";
import { Link } from "./Link";

/** Where an address leads nowhere. */
export function NoSuchPage() {
  const words = useWords();
  return (
    <section>
      <title>{words.noSuchPage}</title>
      <h1>{words.noSuchPage}</h1>
      <Link href="/licenses">{words.toLicenses}</Link>
    </section>
  );
}
