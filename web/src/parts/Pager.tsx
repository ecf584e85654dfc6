import { graphql, readFragment, type FragmentType } from "../gql";
import { useFormats, useWords } from "../words/WordsProvider";

const PagerFields = graphql(`
  fragment PagerFields on PageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
`);

const PAGE_SIZE = 50;

/** Which page of a list to ask for. */
export interface PageRequest {
  first?: number;
  after?: string;
  last?: number;
  before?: string;
}

export const FIRST_PAGE: PageRequest = { first: PAGE_SIZE };

/** The page that an address asks for. */
export function pageOf(parameters: URLSearchParams): PageRequest {
  const after = parameters.get("after");
  const before = parameters.get("before");
  return after ? { first: PAGE_SIZE, after } : before ? { last: PAGE_SIZE, before } : FIRST_PAGE;
}

/** How a page stands in the address. */
export function pageParameters({ after, before }: PageRequest) {
  return { after: after ?? null, before: before ?? null };
}

interface Props {
  page: FragmentType<typeof PagerFields>;
  total: number;
  shown: number;
  onTurn: (page: PageRequest) => void;
}

/** Turns the pages of a list; there is nothing to see of it where one page holds all. */
export function Pager({ page, total, shown, onTurn }: Props) {
  const words = useWords();
  const formats = useFormats();
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = readFragment(PagerFields, page);
  if (!hasNextPage && !hasPreviousPage) return null;
  return (
    <nav className="pager" aria-label={words.pages}>
      <span className="muted">{words.shownOf(formats.number(shown), formats.number(total))}</span>
      <button
        type="button"
        disabled={!hasPreviousPage}
        onClick={() => onTurn({ last: PAGE_SIZE, before: startCursor ?? undefined })}
      >
        {words.previousPage}
      </button>
      <button
        type="button"
        disabled={!hasNextPage}
        onClick={() => onTurn({ first: PAGE_SIZE, after: endCursor ?? undefined })}
      >
        {words.nextPage}
      </button>
    </nav>
  );
}
