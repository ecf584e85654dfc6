import type { ReactNode } from "react";
import { useTranslations } from "../i18n/TranslationsProvider";
import { Dialog } from "./Dialog";

interface Props {
  title: string;
  action: string;
  onConfirm: () => void;
  onCancel: () => void;
  /** Description of the consequences. */
  children: ReactNode;
}

/** A dialog that asks for confirmation before a destructive action. */
export function ConfirmDialog({ title, action, onConfirm, onCancel, children }: Props) {
  const t = useTranslations();
  return (
    <Dialog title={title} narrow onClose={onCancel}>
      {children}
      <footer>
        <button type="button" onClick={onCancel}>
          {t.cancel}
        </button>
        <button type="button" className="danger" onClick={onConfirm}>
          {action}
        </button>
      </footer>
    </Dialog>
  );
}
