import { useQuery } from "urql";
import { DescriptionItem } from "../components/DescriptionItem";
import { QueryBoundary } from "../components/QueryBoundary";
import { graphql } from "../gql";
import type { DetailsOfEventQuery } from "../gql/graphql";
import { useFormats, useTranslations } from "../i18n/TranslationsProvider";

const DetailsOfEvent = graphql(`
  query DetailsOfEvent($id: ID!) {
    node(id: $id) {
      ... on AuditEvent {
        requestId
        details {
          name
          before
          after
        }
        vendor {
          name
        }
        changeSet {
          changes {
            key
            name
          }
        }
      }
    }
  }
`);

/** The changes of an event, loaded when its row is expanded: they would triple the cost of the query of the log. */
export function EventDetails({ id }: { id: string }) {
  const [result, refetch] = useQuery({ query: DetailsOfEvent, variables: { id } });
  return (
    <QueryBoundary result={result} retry={refetch}>
      {({ node }) => node && "details" in node && <DetailList event={node} />}
    </QueryBoundary>
  );
}

/** The details as a list with translated names and values; details without a translation show their own name. */
function DetailList({ event }: { event: NonNullable<DetailsOfEventQuery["node"]> }) {
  const t = useTranslations();
  const { dateTime } = useFormats();
  const { requestId, details, vendor, changeSet } = event;
  const licenses = Object.fromEntries(changeSet?.changes.map(({ key, name }) => [key, name]) ?? []);
  const formatSeats = (text: string) => (text === "on" ? t.on : text === "unlimited" ? t.unlimited : text);
  const yesOrNo = translateValues({ true: t.yes, false: t.no });
  const fields: Record<string, FieldFormat> = {
    actions: [t.events, translateValues(t.auditActions), t.allEvents],
    activationPolicy: [t.activationPolicy, translateValues(t.policies)],
    canLogIn: [t.canSignIn, yesOrNo],
    email: [t.email],
    expiresAt: [t.expires, dateTime],
    group: [t.group],
    host: [t.address],
    inUse: [t.inUse],
    isAdministrator: [t.actorKinds.ADMINISTRATOR, yesOrNo],
    isEnabled: [t.enabled, yesOrNo],
    kind: [t.userKind, translateValues(t.userKinds)],
    lastLoginAt: [t.lastSignIn, dateTime],
    licenseOwner: [t.licenseOwner],
    licenseServer: [t.licenseServer],
    login: [t.login],
    name: [t.name],
    openRequests: [t.openRequests],
    position: [t.position],
    role: [t.role],
    scopes: [t.scopes, translateValues(t.scopeNames)],
    secret: [t.newSecret, undefined, t.yes],
    serialNumber: [t.serialNumber],
    status: [t.status, translateValues(t.userStatuses)],
    trustedKey: [t.trustedKey],
    vendor: [t.vendor, (key) => vendor?.name ?? key, t.allVendors],
  };

  return (
    <dl className="details">
      {details.map(({ name, before, after }) => {
        const [title, format = String, ifMissing] = fields[name] ?? [
          licenses[name] ?? splitCamelCase(name),
          formatSeats,
        ];
        const [oldValue, newValue] = [before && format(before), after ? format(after) : ifMissing];
        return (
          <DescriptionItem key={name} name={title}>
            {oldValue && oldValue !== newValue && <s>{oldValue}</s>} {newValue}
          </DescriptionItem>
        );
      })}
      <DescriptionItem name={t.request}>{requestId}</DescriptionItem>
    </dl>
  );
}

/** The label of a detail, the format of its values, and the text for a missing value after the change. */
type FieldFormat = [title: string, format?: (value: string) => string, ifMissing?: string];

/** Return a function that translates each of the space-separated values in a text. */
function translateValues(catalog: Record<string, string>) {
  return (text: string) =>
    text
      .split(" ")
      .map((value) => catalog[value] ?? value)
      .join(", ");
}

/** Return a camel case name as separate words: `licenseKey` as `license key`. */
function splitCamelCase(name: string) {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
