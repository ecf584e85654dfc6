import { useQuery } from "urql";
import { Dialog } from "../../components/Dialog";
import { QueryBoundary } from "../../components/QueryBoundary";
import { graphql } from "../../gql";
import { useTranslations } from "../../i18n/TranslationsProvider";
import { navigate, withParameters } from "../../layout/router";
import type { PlannedMove } from "../surplus/plannedMoves";
import { Acknowledge } from "./Acknowledge";
import { ChangeSetSummary } from "./ChangeSetSummary";
import { ChangesTable } from "./ChangesTable";
import { Review } from "./Review";

const PendingChange = graphql(`
  query PendingChange($vendor: String!) {
    pendingChanges(vendor: $vendor) {
      id
      status
      changes {
        ...ChangesTable
      }
      ...ChangeSetSummary
      ...Review
      ...Acknowledge
    }
  }
`);

interface Props {
  vendor: string;
  moves: PlannedMove[];
  setMoves: (moves: PlannedMove[]) => void;
  onClose: () => void;
}

/** The altered licenses of a change set, to be activated, or acknowledged if they were activated automatically. */
export function ActivateDialog({ vendor, moves, setMoves, onClose }: Props) {
  const t = useTranslations();
  const [result, refetch] = useQuery({ query: PendingChange, variables: { vendor } });
  const changeSet = result.data?.pendingChanges?.[0];
  const wasActivated = changeSet?.status === "AUTO_ACTIVATED";
  const surplusHref = (license: string) => withParameters({ dialog: "surplus", license });

  return (
    <Dialog title={t.updateStatus[wasActivated ? "ACTIVATED_AUTOMATICALLY" : "AWAITING_ACTIVATION"]} onClose={onClose}>
      <QueryBoundary result={result} retry={refetch}>
        {() =>
          changeSet ? (
            <>
              <ChangeSetSummary changeSet={changeSet} />
              <ChangesTable changes={changeSet.changes} surplusHref={wasActivated ? undefined : surplusHref} />
              {wasActivated ? (
                <Acknowledge changeSet={changeSet} onDone={onClose} />
              ) : (
                <Review
                  changeSet={changeSet}
                  moves={moves.filter(({ changeSetId }) => changeSetId === changeSet.id)}
                  setMoves={setMoves}
                  onDone={onClose}
                  onRemove={(license) => navigate(surplusHref(license))}
                />
              )}
            </>
          ) : (
            <>
              <p>{t.nothingPending}</p>
              <footer>
                <button type="button" className="primary" onClick={onClose}>
                  {t.close}
                </button>
              </footer>
            </>
          )
        }
      </QueryBoundary>
    </Dialog>
  );
}
