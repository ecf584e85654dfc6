import type { ReactNode } from "react";
import { useWords } from "../words/WordsProvider";
import { Dialog } from "./Dialog";

interface Props {
  title: string;
  action: string;
  onConfirm: () => void;
  onCancel: () => void;
  /** What will be done. */
  children: ReactNode;
}

/** Asks once before something is taken away. */
export function ConfirmDialog({ title, action, onConfirm, onCancel, children }: Props) {
  const words = useWords();
  return (
    <Dialog title={title} narrow onClose={onCancel}>
      {children}
      <footer>
        <button type="button" onClick={onCancel}>
          {words.cancel}
        </button>
        <button type="button" className="danger" onClick={onConfirm}>
          {action}
        </button>
      </footer>
    </Dialog>
  );
}
