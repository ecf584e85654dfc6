import { DescriptionItem } from "../../components/DescriptionItem";
import { useFormats, useTranslations } from "../../i18n/TranslationsProvider";

interface Props {
  inUse: number;
  available: number;
  /** Seats still to be removed after the selected ones. */
  remaining: number;
  isEnough: boolean;
}

/** Seats in use, seats available after activation, and the number still to be removed. */
export function SurplusCounts({ inUse, available, remaining, isEnough }: Props) {
  const t = useTranslations();
  const formats = useFormats();
  return (
    <dl className="counts">
      <DescriptionItem name={t.inUse}>{formats.number(inUse)}</DescriptionItem>
      <DescriptionItem name={t.available}>{formats.number(available)}</DescriptionItem>
      <div className={remaining > 0 ? "bad" : "good"}>
        <dt>{t.mustBeRemoved}</dt>
        <dd aria-live="polite">
          {formats.number(remaining)}
          {remaining === 0 && isEnough && <span className="enough">{t.enough}</span>}
        </dd>
      </div>
    </dl>
  );
}
