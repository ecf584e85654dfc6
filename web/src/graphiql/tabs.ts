/** The example operations, in the order of the guide; the build validates them against the schema. */
const files = import.meta.glob<string>("./operations/*.graphql", { query: "?raw", import: "default", eager: true });

/** Initial variables of the operations; IDs are to be copied from earlier responses. */
const VARIABLES: Record<string, object> = {
  "1-see-licenses": { vendor: "superoffice" },
  "2-review-new-licenses": { vendor: "superoffice" },
  "3-find-superfluous-licenses": { vendor: "superoffice" },
  "4-take-a-license-from-users": { input: { licenseId: "", userIds: [""] } },
  "5-activate-new-licenses": { input: { changeSetId: "" } },
  "6-users-by-license-type": { filter: { category: "EMPLOYEE", licenseType: "superoffice.ten-sales" } },
  "7-preview-a-license-file": { input: { mode: "PREVIEW", file: { text: "-----BEGIN SIGNED LICENSE-----" } } },
};

export const tabs = Object.entries(files).map(([path, query]) => {
  const variables = VARIABLES[path.replace(/^.*\/|\.graphql$/g, "")];
  return { query, variables: variables ? JSON.stringify(variables, null, 2) : null, headers: null };
});
