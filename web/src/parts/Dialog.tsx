import { useId, useLayoutEffect, useRef, type ReactNode } from "react";
import { useWords } from "../words/WordsProvider";

interface Props {
  title: string;
  children: ReactNode;
  /** How to close it; one without cannot be closed. */
  onClose?: () => void;
  narrow?: boolean;
}

/** The browser's own dialog: it keeps the focus inside, closes by Escape, and gives the focus back. */
export function Dialog({ title, children, onClose, narrow = false }: Props) {
  const words = useWords();
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useLayoutEffect(() => {
    const dialog = element.current!;
    dialog.showModal();
    dialog.querySelector<HTMLElement>(":required")?.focus(); // a form is begun at its first field
    return () => dialog.close();
  }, []);

  return (
    <dialog
      ref={element}
      className={narrow ? "narrow" : undefined}
      aria-labelledby={titleId}
      onCancel={(event) => {
        if (event.target !== event.currentTarget) return; // a file chooser inside was closed
        event.preventDefault();
        onClose?.();
      }}
    >
      <header>
        <h2 id={titleId} tabIndex={-1}>
          {title}
        </h2>
        {onClose && (
          <button type="button" className="icon" aria-label={words.close} onClick={onClose}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M4 4l8 8M12 4l-8 8" />
            </svg>
          </button>
        )}
      </header>
      {children}
    </dialog>
  );
}
