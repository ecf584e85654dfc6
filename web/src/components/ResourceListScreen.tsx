import { useState, type ComponentType, type ReactNode } from "react";
import type { UseQueryState } from "urql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { QueryBoundary } from "./QueryBoundary";

interface Props<Data> {
  title: string;
  description: string;
  /** Shown if the list is empty. */
  emptyText: string;
  /** Label of the button that opens the dialog. */
  createLabel: string;
  createDialog: ComponentType<{ onClose: () => void }>;
  /** Column headers, without the last column, which contains the commands. */
  columns: ReactNode;
  result: UseQueryState<Data>;
  retry: () => void;
  /** Returns the table rows. */
  children: (data: Data) => ReactNode[] | undefined;
}

/** A screen with a table of resources and a button that opens a dialog to create one. */
export function ResourceListScreen<Data>({
  title,
  description,
  emptyText,
  createLabel,
  createDialog: CreateDialog,
  columns,
  result,
  retry,
  children,
}: Props<Data>) {
  const t = useTranslations();
  const [isCreating, setCreating] = useState(false);
  return (
    <>
      <title>{title}</title>
      <h1>{title}</h1>
      <section className="card">
        <div className="bar between">
          <p className="muted">{description}</p>
          <button type="button" className="primary" onClick={() => setCreating(true)}>
            {createLabel}
          </button>
        </div>
        <QueryBoundary result={result} retry={retry}>
          {(data) => {
            const rows = children(data);
            if (!rows?.length) return <p>{emptyText}</p>;
            return (
              <div className="scroll">
                <table>
                  <caption>{title}</caption>
                  <thead>
                    <tr>
                      {columns}
                      <th scope="col">
                        <span className="visually-hidden">{t.action}</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>{rows}</tbody>
                </table>
              </div>
            );
          }}
        </QueryBoundary>
      </section>
      {isCreating && <CreateDialog onClose={() => setCreating(false)} />}
    </>
  );
}
