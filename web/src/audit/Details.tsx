import { useQuery } from "urql";
import { graphql } from "../gql";
import type { DetailsOfEventQuery } from "../gql/graphql";
import { Fact } from "../parts/Fact";
import { Loaded } from "../parts/Loaded";
import { useFormats, useWords } from "../words/WordsProvider";

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

/** What an event changed: asked for when it is unfolded, since the log would cost thrice as much with it. */
export function Details({ id }: { id: string }) {
  const [answer, ask] = useQuery({ query: DetailsOfEvent, variables: { id } });
  return (
    <Loaded answer={answer} retry={ask}>
      {({ node }) => node && "details" in node && <InWords event={node} />}
    </Loaded>
  );
}

/** All of it in words; what has none yet shows its own name. */
function InWords({ event }: { event: NonNullable<DetailsOfEventQuery["node"]> }) {
  const words = useWords();
  const { dateTime } = useFormats();
  const { requestId, details, vendor, changeSet } = event;
  const licenses = Object.fromEntries(changeSet?.changes.map(({ key, name }) => [key, name]) ?? []);
  const seats = (text: string) => (text === "on" ? words.isOn : text === "unlimited" ? words.unlimited : text);
  const yesOrNo = inWords({ true: words.yes, false: words.no });
  const known: Record<string, Told> = {
    actions: [words.events, inWords(words.auditActions), words.allEvents],
    activationPolicy: [words.activationPolicy, inWords(words.policies)],
    canLogIn: [words.canLogIn, yesOrNo],
    email: [words.email],
    expiresAt: [words.expires, dateTime],
    group: [words.group],
    host: [words.address],
    inUse: [words.inUse],
    isAdministrator: [words.actorKinds.ADMINISTRATOR, yesOrNo],
    isEnabled: [words.isOn, yesOrNo],
    kind: [words.kindOfUser, inWords(words.userKinds)],
    lastLoginAt: [words.lastLogin, dateTime],
    licenseOwner: [words.licenseOwner],
    licenseServer: [words.licenseServer],
    login: [words.login],
    name: [words.name],
    openRequests: [words.openRequests],
    position: [words.placeInLog],
    role: [words.role],
    scopes: [words.scopes, inWords(words.scopeNames)],
    secret: [words.newSecret, undefined, words.yes],
    serialNumber: [words.serialNumber],
    status: [words.status, inWords(words.userStatuses)],
    trustedKey: [words.trustedKey],
    vendor: [words.vendor, (key) => vendor?.name ?? key, words.allVendors],
  };

  return (
    <dl className="details">
      {details.map(({ name, before, after }) => {
        const [title, say = String, otherwise] = known[name] ?? [licenses[name] ?? apart(name), seats];
        const [was, is] = [before && say(before), after ? say(after) : otherwise];
        return (
          <Fact key={name} name={title}>
            {was && was !== is && <s>{was}</s>} {is}
          </Fact>
        );
      })}
      <Fact name={words.request}>{requestId}</Fact>
    </dl>
  );
}

/** What it is, how its values are said, and what no value after means. */
type Told = [title: string, say?: (value: string) => string, otherwise?: string];

/** Says each of the values in a text by its word. */
function inWords(catalog: Record<string, string>) {
  return (text: string) =>
    text
      .split(" ")
      .map((value) => catalog[value] ?? value)
      .join(", ");
}

/** `licenseKey` as `license key`. */
function apart(name: string) {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
