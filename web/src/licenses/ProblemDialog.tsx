import { Link } from "../frame/Link";
import { withParameters } from "../frame/location";
import { graphql, readFragment, type FragmentType } from "../gql";
import { useQuery } from "urql";
import { useActorName } from "../parts/actorName";
import { Dialog } from "../parts/Dialog";
import { Loaded } from "../parts/Loaded";
import { useFormats, useWords } from "../words/WordsProvider";
import { CheckButton } from "./CheckButton";
import { VendorFacts } from "./VendorTab";

const LatestRejection = graphql(`
  query LatestRejection($vendor: String!) {
    changeSets(filter: { vendor: $vendor, statuses: [REJECTED] }, first: 1) {
      nodes {
        id
        closedAt
        closedBy {
          kind
          name
        }
        rejectionReason
      }
    }
  }
`);

interface Props {
  vendor: FragmentType<typeof VendorFacts> & { updateStatus: string };
  onClose: () => void;
}

/** Why a vendor's new licenses do not come: the check failed, or an administrator turned them down. */
export function ProblemDialog({ vendor, onClose }: Props) {
  const words = useWords();
  const { updateStatus } = vendor;
  const facts = readFragment(VendorFacts, vendor);
  return (
    <Dialog title={words.problemTitle(facts.name)} narrow onClose={onClose}>
      {updateStatus === "REJECTED" ? <Rejection vendor={facts.key} /> : <FailedCheck check={facts.lastCheck} />}
      <p>{words.nothingChanged}</p>
      {facts.supportUrl && (
        <p>
          <a href={facts.supportUrl} target="_blank" rel="noreferrer">
            {words.contact(facts.name)}
          </a>
        </p>
      )}
      <footer>
        <Link className="button" href={withParameters({ dialog: "import" })}>
          {words.getFromFile}
        </Link>
        <CheckButton vendor={facts} />
      </footer>
    </Dialog>
  );
}

interface FailedCheckProps {
  check: { checkedAt: string; outcome: string; message: string | null } | null;
}

function FailedCheck({ check }: FailedCheckProps) {
  const words = useWords();
  const formats = useFormats();
  if (!check) return <p>{words.nothingWaits}</p>;
  return (
    <div className="notice warn">
      <p>{words.checkFailed(formats.dateTime(check.checkedAt))}</p>
      {check.message && <p>{check.message}</p>}
    </div>
  );
}

function Rejection({ vendor }: { vendor: string }) {
  const words = useWords();
  const formats = useFormats();
  const nameOf = useActorName();
  const [answer, ask] = useQuery({ query: LatestRejection, variables: { vendor } });
  return (
    <Loaded answer={answer} retry={ask}>
      {({ changeSets }) =>
        changeSets?.nodes.map(({ id, closedAt, closedBy, rejectionReason }) => (
          <div key={id} className="notice warn">
            <p>{words.wasRejected(closedBy ? nameOf(closedBy) : "", closedAt ? formats.dateTime(closedAt) : "")}</p>
            <p>{rejectionReason}</p>
          </div>
        ))
      }
    </Loaded>
  );
}
