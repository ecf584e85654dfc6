import { useId, useLayoutEffect, useRef, type ReactNode } from "react";
import { useTranslations } from "../i18n/TranslationsProvider";

interface Props {
  title: string;
  children: ReactNode;
  /** Closes the dialog; without it, the dialog has no close button and ignores Escape. */
  onClose?: () => void;
  narrow?: boolean;
}

/** A modal `<dialog>`: the browser traps the focus, closes the dialog on Escape, and restores the focus. */
export function Dialog({ title, children, onClose, narrow = false }: Props) {
  const t = useTranslations();
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useLayoutEffect(() => {
    const dialog = element.current!;
    dialog.showModal();
    dialog.querySelector<HTMLElement>(":required")?.focus(); // start at the first field of a form
    return () => dialog.close();
  }, []);

  return (
    <dialog
      ref={element}
      className={narrow ? "narrow" : undefined}
      aria-labelledby={titleId}
      onCancel={(event) => {
        if (event.target !== event.currentTarget) return; // a nested file chooser was canceled
        event.preventDefault();
        onClose?.();
      }}
    >
      <header>
        <h2 id={titleId} tabIndex={-1}>
          {title}
        </h2>
        {onClose && (
          <button type="button" className="icon" aria-label={t.close} onClick={onClose}>
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
