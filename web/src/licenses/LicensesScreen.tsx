import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import { Link } from "../frame/Link";
import { go, usePlace, withParameters } from "../frame/location";
import { Loaded } from "../parts/Loaded";
import { useWords } from "../words/WordsProvider";
import { ActivateDialog } from "./activate/ActivateDialog";
import { ConvertDialog } from "./convert/ConvertDialog";
import { DemoNotice } from "./convert/DemoNotice";
import { ImportDialog } from "./import/ImportDialog";
import { ProblemDialog } from "./ProblemDialog";
import { StatusTab } from "./StatusTab";
import type { PlannedMove } from "./surplus/plannedMoves";
import { SurplusDialog } from "./surplus/SurplusDialog";
import { toneOf } from "./UpdateLink";
import { VendorTab } from "./VendorTab";

const VendorsOfTabs = graphql(`
  query VendorsOfTabs {
    installation {
      isDemo
    }
    vendors {
      id
      key
      name
      updateStatus
      ...VendorFacts
    }
  }
`);

const STATUS_TAB = "/licenses/status";

/** What has been bought, used and left: a tab per vendor, and one for where all of them stand. */
export function LicensesScreen() {
  const words = useWords();
  const { path, parameters } = usePlace();
  const [answer, ask] = useQuery({ query: VendorsOfTabs });
  const [moves, setMoves] = useState<PlannedMove[]>([]);
  const dialog = parameters.get("dialog");
  const close = () => go(withParameters({ dialog: null, license: null }));

  return (
    <>
      <title>{words.licenses}</title>
      <h1>{words.licenses}</h1>
      <Loaded answer={answer} retry={ask}>
        {({ vendors, installation }) => {
          const shown = vendors?.find(({ key }) => key === parameters.get("vendor")) ?? vendors?.[0];
          const isStatus = path === STATUS_TAB;
          return (
            <>
              {installation?.isDemo && <DemoNotice />}
              <nav className="tabs" aria-label={words.vendors}>
                {vendors?.map(({ id, key, name, updateStatus }) => (
                  <Link
                    key={id}
                    href={`/licenses?vendor=${encodeURIComponent(key)}`}
                    aria-current={!isStatus && key === shown?.key ? "page" : undefined}
                  >
                    {name}
                    {updateStatus !== "UP_TO_DATE" && (
                      <span className={`dot ${toneOf(updateStatus)}`} title={words.updateStatus[updateStatus]} />
                    )}
                  </Link>
                ))}
                <Link href={STATUS_TAB} aria-current={isStatus ? "page" : undefined}>
                  {words.status}
                </Link>
              </nav>
              {isStatus ? <StatusTab /> : shown && <VendorTab key={shown.key} vendorKey={shown.key} vendor={shown} />}
              {shown && dialog === "activate" && (
                <ActivateDialog vendor={shown.key} moves={moves} setMoves={setMoves} onClose={close} />
              )}
              {shown && dialog === "surplus" && (
                <SurplusDialog
                  vendor={shown.key}
                  license={parameters.get("license") ?? ""}
                  moves={moves}
                  setMoves={setMoves}
                  onClose={close}
                />
              )}
              {shown && dialog === "problem" && <ProblemDialog vendor={shown} onClose={close} />}
              {dialog === "import" && <ImportDialog onClose={close} />}
              {dialog === "convert" && <ConvertDialog onClose={close} />}
            </>
          );
        }}
      </Loaded>
    </>
  );
}
