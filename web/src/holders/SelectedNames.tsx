import type { HolderFragment } from "../gql/graphql";
import { useTranslations } from "../i18n/TranslationsProvider";

const MAX_NAMES = 24;

interface Props {
  selected: ReadonlyMap<string, HolderFragment>;
  onDeselect: (holder: HolderFragment) => void;
}

/** Names of the selected users on all pages, each with a button to deselect the user. */
export function SelectedNames({ selected, onDeselect }: Props) {
  const t = useTranslations();
  if (selected.size === 0) return null;
  const holders = [...selected.values()];
  return (
    <ul className="names" aria-label={t.selected}>
      {holders.slice(0, MAX_NAMES).map((holder) => (
        <li key={holder.user.id}>
          {holder.user.name}
          <button type="button" aria-label={t.deselect(holder.user.name)} onClick={() => onDeselect(holder)}>
            ×
          </button>
        </li>
      ))}
      {holders.length > MAX_NAMES && <li>{t.andMore(holders.length - MAX_NAMES)}</li>}
    </ul>
  );
}
