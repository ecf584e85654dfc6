import { graphql, readFragment, type FragmentType } from "../gql";
import { useFormats, useTranslations } from "../i18n/TranslationsProvider";

const PagerFields = graphql(`
  fragment PagerFields on PageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
`);

const PAGE_SIZE = 50;

/** The pagination arguments of a connection. */
export interface PageRequest {
  first?: number;
  after?: string;
  last?: number;
  before?: string;
}

export const FIRST_PAGE: PageRequest = { first: PAGE_SIZE };

/** Return the page that the URL parameters request. */
export function parsePage(parameters: URLSearchParams): PageRequest {
  const after = parameters.get("after");
  const before = parameters.get("before");
  return after ? { first: PAGE_SIZE, after } : before ? { last: PAGE_SIZE, before } : FIRST_PAGE;
}

/** Return the URL parameters of a page; null removes a parameter. */
export function pageParameters({ after, before }: PageRequest) {
  return { after: after ?? null, before: before ?? null };
}

interface Props {
  page: FragmentType<typeof PagerFields>;
  total: number;
  shown: number;
  onPageChange: (page: PageRequest) => void;
}

/** Buttons to the previous and the next page of a list; nothing if there is only one page. */
export function Pager({ page, total, shown, onPageChange }: Props) {
  const t = useTranslations();
  const formats = useFormats();
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = readFragment(PagerFields, page);
  if (!hasNextPage && !hasPreviousPage) return null;
  return (
    <nav className="pager" aria-label={t.pages}>
      <span className="muted">{t.shownOf(formats.number(shown), formats.number(total))}</span>
      <button
        type="button"
        disabled={!hasPreviousPage}
        onClick={() => onPageChange({ last: PAGE_SIZE, before: startCursor ?? undefined })}
      >
        {t.previousPage}
      </button>
      <button
        type="button"
        disabled={!hasNextPage}
        onClick={() => onPageChange({ first: PAGE_SIZE, after: endCursor ?? undefined })}
      >
        {t.nextPage}
      </button>
    </nav>
  );
}
