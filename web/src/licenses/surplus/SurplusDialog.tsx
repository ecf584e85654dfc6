import { useQuery } from "urql";
import { Dialog } from "../../components/Dialog";
import { QueryBoundary } from "../../components/QueryBoundary";
import { graphql } from "../../gql";
import { useTranslations } from "../../i18n/TranslationsProvider";
import { navigate, withParameters } from "../../layout/router";
import type { PlannedMove } from "./plannedMoves";
import { SurplusForm } from "./SurplusForm";

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
  /** Key of the license with a surplus. */
  license: string;
  moves: PlannedMove[];
  setMoves: (moves: PlannedMove[]) => void;
  onClose: () => void;
}

/** Remove superfluous licenses: removes a license from users until the new licenses have enough seats. */
export function SurplusDialog({ vendor, license, moves, setMoves, onClose }: Props) {
  const t = useTranslations();
  const [result, refetch] = useQuery({ query: SurplusRequirements, variables: { vendor } });
  const openActivateDialog = () => navigate(withParameters({ dialog: "activate", license: null }));

  return (
    <Dialog title={t.removeSuperfluous} onClose={onClose}>
      <QueryBoundary result={result} retry={refetch}>
        {({ surplusRequirements, licenses }) => {
          const requirement = surplusRequirements?.find(({ license: { key } }) => key === license);
          return requirement ? (
            <SurplusForm
              key={requirement.id}
              requirement={requirement}
              licenses={licenses?.nodes ?? []}
              moves={moves}
              setMoves={setMoves}
              onDone={openActivateDialog}
              onClose={onClose}
            />
          ) : (
            <>
              <p className="notice good">{t.noSurplus}</p>
              <footer>
                <button type="button" className="primary" onClick={openActivateDialog}>
                  {t.continueToActivation}
                </button>
              </footer>
            </>
          );
        }}
      </QueryBoundary>
    </Dialog>
  );
}
