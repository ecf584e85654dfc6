import type { ReactNode } from "react";
import type { UseQueryState } from "urql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { LoadError } from "./LoadError";

interface Props<Data> {
  /** State of the query as returned by `useQuery`. */
  result: UseQueryState<Data>;
  retry: () => void;
  children: (data: Data) => ReactNode;
}

/** Renders the data of a query, or a loading text or an error until there is data. */
export function QueryBoundary<Data>({ result, retry, children }: Props<Data>) {
  const t = useTranslations();
  const { data, error } = result;
  const message = error?.graphQLErrors[0]?.message;
  if (data && !message) return children(data);
  if (error) return <LoadError retry={retry} message={message} />;
  return (
    <p className="loading" role="status">
      {t.loading}
    </p>
  );
}
