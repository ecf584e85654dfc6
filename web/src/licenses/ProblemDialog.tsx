import { useQuery } from "urql";
import { Dialog } from "../components/Dialog";
import { QueryBoundary } from "../components/QueryBoundary";
import { useActorName } from "../components/useActorName";
import { graphql, readFragment, type FragmentType } from "../gql";
import { useFormats, useTranslations } from "../i18n/TranslationsProvider";
import { Link } from "../layout/Link";
import { withParameters } from "../layout/router";
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

/** Explains why there are no new licenses from a vendor: the check failed, or an administrator rejected them. */
export function ProblemDialog({ vendor, onClose }: Props) {
  const t = useTranslations();
  const { updateStatus } = vendor;
  const fields = readFragment(VendorFacts, vendor);
  return (
    <Dialog title={t.problemTitle(fields.name)} narrow onClose={onClose}>
      {updateStatus === "REJECTED" ? <Rejection vendor={fields.key} /> : <FailedCheck check={fields.lastCheck} />}
      <p>{t.licensesUnchanged}</p>
      {fields.supportUrl && (
        <p>
          <a href={fields.supportUrl} target="_blank" rel="noreferrer">
            {t.contact(fields.name)}
          </a>
        </p>
      )}
      <footer>
        <Link className="button" href={withParameters({ dialog: "import" })}>
          {t.getFromFile}
        </Link>
        <CheckButton vendor={fields} />
      </footer>
    </Dialog>
  );
}

interface FailedCheckProps {
  check: { checkedAt: string; outcome: string; message: string | null } | null;
}

function FailedCheck({ check }: FailedCheckProps) {
  const t = useTranslations();
  const formats = useFormats();
  if (!check) return <p>{t.nothingPending}</p>;
  return (
    <div className="notice warn">
      <p>{t.checkFailed(formats.dateTime(check.checkedAt))}</p>
      {check.message && <p>{check.message}</p>}
    </div>
  );
}

function Rejection({ vendor }: { vendor: string }) {
  const t = useTranslations();
  const formats = useFormats();
  const actorName = useActorName();
  const [result, refetch] = useQuery({ query: LatestRejection, variables: { vendor } });
  return (
    <QueryBoundary result={result} retry={refetch}>
      {({ changeSets }) =>
        changeSets?.nodes.map(({ id, closedAt, closedBy, rejectionReason }) => (
          <div key={id} className="notice warn">
            <p>{t.rejectedBy(closedBy ? actorName(closedBy) : "", closedAt ? formats.dateTime(closedAt) : "")}</p>
            <p>{rejectionReason}</p>
          </div>
        ))
      }
    </QueryBoundary>
  );
}
