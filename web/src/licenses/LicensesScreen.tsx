import { useState } from "react";
import { useQuery } from "urql";
import { QueryBoundary } from "../components/QueryBoundary";
import { graphql } from "../gql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { Link } from "../layout/Link";
import { navigate, useRoute, withParameters } from "../layout/router";
import { ActivateDialog } from "./activate/ActivateDialog";
import { ConvertDialog } from "./convert/ConvertDialog";
import { DemoNotice } from "./convert/DemoNotice";
import { ImportDialog } from "./import/ImportDialog";
import { ProblemDialog } from "./ProblemDialog";
import { StatusTab } from "./StatusTab";
import type { PlannedMove } from "./surplus/plannedMoves";
import { SurplusDialog } from "./surplus/SurplusDialog";
import { toneOf } from "./UpdateStatusLink";
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

/** The licenses: a tab per vendor and a Status tab. */
export function LicensesScreen() {
  const t = useTranslations();
  const { path, parameters } = useRoute();
  const [result, refetch] = useQuery({ query: VendorsOfTabs });
  const [moves, setMoves] = useState<PlannedMove[]>([]);
  const dialog = parameters.get("dialog");
  const close = () => navigate(withParameters({ dialog: null, license: null }));

  return (
    <>
      <title>{t.licenses}</title>
      <h1>{t.licenses}</h1>
      <QueryBoundary result={result} retry={refetch}>
        {({ vendors, installation }) => {
          const shown = vendors?.find(({ key }) => key === parameters.get("vendor")) ?? vendors?.[0];
          const isStatus = path === STATUS_TAB;
          return (
            <>
              {installation?.isDemo && <DemoNotice />}
              <nav className="tabs" aria-label={t.vendors}>
                {vendors?.map(({ id, key, name, updateStatus }) => (
                  <Link
                    key={id}
                    href={`/licenses?vendor=${encodeURIComponent(key)}`}
                    aria-current={!isStatus && key === shown?.key ? "page" : undefined}
                  >
                    {name}
                    {updateStatus !== "UP_TO_DATE" && (
                      <span className={`dot ${toneOf(updateStatus)}`} title={t.updateStatus[updateStatus]} />
                    )}
                  </Link>
                ))}
                <Link href={STATUS_TAB} aria-current={isStatus ? "page" : undefined}>
                  {t.status}
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
      </QueryBoundary>
    </>
  );
}
