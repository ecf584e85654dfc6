import { useState } from "react";
import { graphql } from "../../gql";
import type { ImportMode, PreviewFragment } from "../../gql/graphql";
import { useFormats, useTranslations } from "../../i18n/TranslationsProvider";
import { ChangeSetSummary } from "../activate/ChangeSetSummary";
import { ChangesTable } from "../activate/ChangesTable";

export const PreviewFields = graphql(`
  fragment Preview on ImportLicenseFilePayload {
    document {
      vendor
      sequence
      issuedAt
    }
    changeSet {
      id
      status
      canActivate
      vendor {
        name
      }
      changes {
        ...ChangesTable
      }
      surplusRequirements {
        id
        seatsToRemove
        license {
          name
        }
      }
      ...ChangeSetSummary
    }
  }
`);

interface Props {
  preview: PreviewFragment;
  isSending: boolean;
  onImport: (mode: ImportMode) => void;
  onBack: () => void;
}

/** The changes that a license file would make; nothing is stored before Import is pressed. */
export function Preview({ preview, isSending, onImport, onBack }: Props) {
  const t = useTranslations();
  const formats = useFormats();
  const [isForReview, setForReview] = useState(false);
  const { document, changeSet } = preview;
  return (
    <>
      {document && (
        <p className="muted">
          {t.documentOf(changeSet?.vendor.name ?? document.vendor, document.sequence, formats.date(document.issuedAt))}
        </p>
      )}
      {changeSet ? (
        <>
          <ChangeSetSummary changeSet={changeSet} />
          <ChangesTable changes={changeSet.changes} />
          {changeSet.surplusRequirements.map(({ id, license, seatsToRemove }) => (
            <p key={id} className="notice bad">
              {t.willBeSuperfluous(seatsToRemove, license.name)}
            </p>
          ))}
          {changeSet.canActivate && (
            <label className="check">
              <input type="checkbox" checked={isForReview} onChange={(event) => setForReview(event.target.checked)} />
              {t.leaveForReview}
            </label>
          )}
        </>
      ) : (
        <p className="notice good">{t.fileChangesNothing}</p>
      )}
      <footer>
        <button type="button" onClick={onBack}>
          {t.back}
        </button>
        {changeSet && (
          <button
            type="button"
            className="primary"
            disabled={isSending}
            onClick={() => onImport(isForReview ? "REVIEW" : "FOLLOW_POLICY")}
          >
            {isSending ? t.importing : t.importNow}
          </button>
        )}
      </footer>
    </>
  );
}
