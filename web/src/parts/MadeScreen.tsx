import { useState, type ComponentType, type ReactNode } from "react";
import type { UseQueryState } from "urql";
import { useWords } from "../words/WordsProvider";
import { Loaded } from "./Loaded";

interface Props<Data> {
  title: string;
  help: string;
  /** What is said where none has been made. */
  none: string;
  /** What the button says that opens the dialog. */
  make: string;
  dialog: ComponentType<{ onClose: () => void }>;
  /** The heads of the columns, but of the last, which holds what can be done. */
  heads: ReactNode;
  answer: UseQueryState<Data>;
  retry: () => void;
  /** The rows of the table. */
  children: (data: Data) => ReactNode[] | undefined;
}

/** What administrators have made, in a table, and the way to make one more. */
export function MadeScreen<Data>({ title, help, none, make, dialog: Dialog, heads, answer, retry, children }: Props<Data>) {
  const words = useWords();
  const [isMaking, setMaking] = useState(false);
  return (
    <>
      <title>{title}</title>
      <h1>{title}</h1>
      <section className="card">
        <div className="bar between">
          <p className="muted">{help}</p>
          <button type="button" className="primary" onClick={() => setMaking(true)}>
            {make}
          </button>
        </div>
        <Loaded answer={answer} retry={retry}>
          {(data) => {
            const rows = children(data);
            if (!rows?.length) return <p>{none}</p>;
            return (
              <div className="scroll">
                <table>
                  <caption>{title}</caption>
                  <thead>
                    <tr>
                      {heads}
                      <th scope="col">
                        <span className="unseen">{words.action}</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>{rows}</tbody>
                </table>
              </div>
            );
          }}
        </Loaded>
      </section>
      {isMaking && <Dialog onClose={() => setMaking(false)} />}
    </>
  );
}
