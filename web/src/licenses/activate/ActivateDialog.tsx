import { useQuery } from "urql";
import { go, withParameters } from "../../frame/location";
import { graphql } from "../../gql";
import { Dialog } from "../../parts/Dialog";
import { Loaded } from "../../parts/Loaded";
import { useWords } from "../../words/WordsProvider";
import type { PlannedMove } from "../surplus/plannedMoves";
import { Acknowledge } from "./Acknowledge";
import { ChangesTable } from "./ChangesTable";
import { Review } from "./Review";
import { StatedFacts } from "./StatedFacts";

const PendingChange = graphql(`
  query PendingChange($vendor: String!) {
    pendingChanges(vendor: $vendor) {
      id
      status
      changes {
        ...ChangesTable
      }
      ...StatedFacts
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

/** What new licenses alter, and nothing else; to be activated, or merely seen where that has happened by itself. */
export function ActivateDialog({ vendor, moves, setMoves, onClose }: Props) {
  const words = useWords();
  const [answer, ask] = useQuery({ query: PendingChange, variables: { vendor } });
  const changeSet = answer.data?.pendingChanges?.[0];
  const wasActivated = changeSet?.status === "AUTO_ACTIVATED";
  const toSurplus = (license: string) => withParameters({ dialog: "surplus", license });

  return (
    <Dialog title={words.updateStatus[wasActivated ? "ACTIVATED_AUTOMATICALLY" : "AWAITING_ACTIVATION"]} onClose={onClose}>
      <Loaded answer={answer} retry={ask}>
        {() =>
          changeSet ? (
            <>
              <StatedFacts changeSet={changeSet} />
              <ChangesTable changes={changeSet.changes} toSurplus={wasActivated ? undefined : toSurplus} />
              {wasActivated ? (
                <Acknowledge changeSet={changeSet} onDone={onClose} />
              ) : (
                <Review
                  changeSet={changeSet}
                  moves={moves.filter(({ changeSetId }) => changeSetId === changeSet.id)}
                  setMoves={setMoves}
                  onDone={onClose}
                  onRemove={(license) => go(toSurplus(license))}
                />
              )}
            </>
          ) : (
            <>
              <p>{words.nothingWaits}</p>
              <footer>
                <button type="button" className="primary" onClick={onClose}>
                  {words.close}
                </button>
              </footer>
            </>
          )
        }
      </Loaded>
    </Dialog>
  );
}
