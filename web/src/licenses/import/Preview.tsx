import { useState } from "react";
import { graphql } from "../../gql";
import type { ImportMode, PreviewFragment } from "../../gql/graphql";
import { useFormats, useWords } from "../../words/WordsProvider";
import { ChangesTable } from "../activate/ChangesTable";
import { StatedFacts } from "../activate/StatedFacts";

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
      ...StatedFacts
    }
  }
`);

interface Props {
  preview: PreviewFragment;
  isSending: boolean;
  onImport: (mode: ImportMode) => void;
  onBack: () => void;
}

/** What a license file would change; nothing of it is kept before Import is pressed. */
export function Preview({ preview, isSending, onImport, onBack }: Props) {
  const words = useWords();
  const formats = useFormats();
  const [isForReview, setForReview] = useState(false);
  const { document, changeSet } = preview;
  return (
    <>
      {document && (
        <p className="muted">
          {words.documentOf(changeSet?.vendor.name ?? document.vendor, document.sequence, formats.date(document.issuedAt))}
        </p>
      )}
      {changeSet ? (
        <>
          <StatedFacts changeSet={changeSet} />
          <ChangesTable changes={changeSet.changes} />
          {changeSet.surplusRequirements.map(({ id, license, seatsToRemove }) => (
            <p key={id} className="notice bad">
              {words.willBeSuperfluous(seatsToRemove, license.name)}
            </p>
          ))}
          {changeSet.canActivate && (
            <label className="check">
              <input type="checkbox" checked={isForReview} onChange={(event) => setForReview(event.target.checked)} />
              {words.leaveForReview}
            </label>
          )}
        </>
      ) : (
        <p className="notice good">{words.fileChangesNothing}</p>
      )}
      <footer>
        <button type="button" onClick={onBack}>
          {words.back}
        </button>
        {changeSet && (
          <button
            type="button"
            className="primary"
            disabled={isSending}
            onClick={() => onImport(isForReview ? "REVIEW" : "FOLLOW_POLICY")}
          >
            {isSending ? words.importing : words.importNow}
          </button>
        )}
      </footer>
    </>
  );
}
