import { useQuery } from "urql";
import { go, withParameters } from "../../frame/location";
import { graphql } from "../../gql";
import { Dialog } from "../../parts/Dialog";
import { Loaded } from "../../parts/Loaded";
import { useWords } from "../../words/WordsProvider";
import { SurplusForm } from "./SurplusForm";
import type { PlannedMove } from "./plannedMoves";

const SurplusRequirements = graphql(`
  query SurplusRequirements($vendor: String!) {
    surplusRequirements(vendor: $vendor) {
      id
      license {
        key
        name
      }
      ...SurplusForm
    }
    licenses(filter: { vendor: $vendor, scope: USER }, first: 100) {
      nodes {
        ...MoveTarget
      }
    }
  }
`);

interface Props {
  vendor: string;
  /** The key of the license that has too many users. */
  license: string;
  moves: PlannedMove[];
  setMoves: (moves: PlannedMove[]) => void;
  onClose: () => void;
}

/** Remove superfluous licenses: takes a license from as many users as the new licenses leave too few seats for. */
export function SurplusDialog({ vendor, license, moves, setMoves, onClose }: Props) {
  const words = useWords();
  const [answer, ask] = useQuery({ query: SurplusRequirements, variables: { vendor } });
  const toActivate = () => go(withParameters({ dialog: "activate", license: null }));

  return (
    <Dialog title={words.removeSuperfluous} onClose={onClose}>
      <Loaded answer={answer} retry={ask}>
        {({ surplusRequirements, licenses }) => {
          const requirement = surplusRequirements?.find((one) => one.license.key === license);
          return requirement ? (
            <SurplusForm
              key={requirement.id}
              requirement={requirement}
              licenses={licenses?.nodes ?? []}
              moves={moves}
              setMoves={setMoves}
              onDone={toActivate}
              onClose={onClose}
            />
          ) : (
            <>
              <p className="notice good">{words.nothingSuperfluous}</p>
              <footer>
                <button type="button" className="primary" onClick={toActivate}>
                  {words.goOnToActivate}
                </button>
              </footer>
            </>
          );
        }}
      </Loaded>
    </Dialog>
  );
}
