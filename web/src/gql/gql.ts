/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  subscription Events {\n    auditEvents {\n      cursor\n    }\n  }\n": typeof types.EventsDocument,
    "\n  fragment UserErrorFields on UserError {\n    code\n    message\n    path\n  }\n": typeof types.UserErrorFieldsFragmentDoc,
    "\n  fragment AuditRow on AuditEvent {\n    id\n    occurredAt\n    summary\n    actor {\n      kind\n      name\n    }\n    requestId\n    details {\n      name\n      before\n      after\n    }\n  }\n": typeof types.AuditRowFragmentDoc,
    "\n  query AuditLog($filter: AuditFilter, $first: Int, $after: String, $last: Int, $before: String) {\n    auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        id\n        ...AuditRow\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n": typeof types.AuditLogDocument,
    "\n  query WhoseInstallation {\n    installation {\n      licenseOwner\n      serialNumber\n    }\n  }\n": typeof types.WhoseInstallationDocument,
    "query SeeLicenses($vendor: String) {\n  vendors {\n    name\n    status\n    updateStatus\n    expiresAt\n  }\n  licenses(filter: {vendor: $vendor}) {\n    nodes {\n      key\n      name\n      scope\n      seats {\n        total\n        inUse\n        available\n      }\n      pendingChange {\n        kind\n        newTotal\n        surplus\n      }\n    }\n  }\n}": typeof types.SeeLicensesDocument,
    "query ReviewNewLicenses($vendor: String) {\n  pendingChanges(vendor: $vendor) {\n    id\n    status\n    canActivate\n    changes {\n      name\n      kind\n      oldTotal\n      newTotal\n      inUse\n      surplus\n    }\n  }\n}": typeof types.ReviewNewLicensesDocument,
    "query FindSuperfluousLicenses($vendor: String) {\n  surplusRequirements(vendor: $vendor) {\n    license {\n      id\n      name\n    }\n    seatsInUse\n    seatsAvailable\n    seatsToRemove\n    suggestions {\n      reason\n      assignment {\n        user {\n          id\n          name\n          lastLoginAt\n        }\n      }\n    }\n  }\n}": typeof types.FindSuperfluousLicensesDocument,
    "mutation TakeALicenseFromUsers($input: RevokeUserLicensesInput!) {\n  revokeUserLicenses(input: $input) {\n    results {\n      userId\n      outcome\n      blocker\n    }\n    surplusRequirement {\n      seatsToRemove\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}": typeof types.TakeALicenseFromUsersDocument,
    "mutation ActivateNewLicenses($input: ActivateLicensesInput!) {\n  activateLicenses(input: $input) {\n    changeSet {\n      status\n      closedAt\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}": typeof types.ActivateNewLicensesDocument,
    "query UsersByLicenseType($filter: UserFilter) {\n  users(filter: $filter) {\n    totalCount\n    nodes {\n      id\n      name\n      canLogIn\n      lastLoginAt\n      plan {\n        name\n      }\n    }\n  }\n}": typeof types.UsersByLicenseTypeDocument,
    "mutation PreviewALicenseFile($input: ImportLicenseFileInput!) {\n  importLicenseFile(input: $input) {\n    changeSet {\n      status\n      changes {\n        name\n        kind\n        oldTotal\n        newTotal\n        surplus\n      }\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}": typeof types.PreviewALicenseFileDocument,
    "subscription WatchWhatIsDone {\n  auditEvents {\n    node {\n      occurredAt\n      summary\n      actor {\n        name\n      }\n    }\n  }\n}": typeof types.WatchWhatIsDoneDocument,
    "\n  query HoldersOfLicense(\n    $key: String!\n    $filter: UserFilter\n    $orderBy: UserOrder\n    $first: Int\n    $after: String\n    $last: Int\n    $before: String\n  ) {\n    license(key: $key) {\n      id\n      name\n      assignments(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {\n        totalCount\n        nodes {\n          ...Holder\n        }\n        pageInfo {\n          ...PagerFields\n        }\n      }\n    }\n  }\n": typeof types.HoldersOfLicenseDocument,
    "\n  fragment Holder on LicenseAssignment {\n    id\n    assignedAt\n    assignedBy {\n      name\n    }\n    blocker\n    user {\n      id\n      name\n      login\n      status\n      canLogIn\n      lastLoginAt\n    }\n  }\n": typeof types.HolderFragmentDoc,
    "\n  mutation CheckForLicenseChanges($input: CheckForLicenseChangesInput!) {\n    checkForLicenseChanges(input: $input) {\n      changeSet {\n        id\n        status\n      }\n      vendor {\n        ...VendorFacts\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": typeof types.CheckForLicenseChangesDocument,
    "\n  fragment Expiry on Vendor {\n    status\n    expiresAt\n    graceEndsAt\n  }\n": typeof types.ExpiryFragmentDoc,
    "\n  query VendorsOfTabs {\n    installation {\n      isDemo\n    }\n    vendors {\n      id\n      key\n      name\n      updateStatus\n      ...VendorFacts\n    }\n  }\n": typeof types.VendorsOfTabsDocument,
    "\n  fragment PolicyChoice on Vendor {\n    id\n    name\n    activationPolicy\n  }\n": typeof types.PolicyChoiceFragmentDoc,
    "\n  mutation UpdateVendor($input: UpdateVendorInput!) {\n    updateVendor(input: $input) {\n      vendor {\n        ...PolicyChoice\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": typeof types.UpdateVendorDocument,
    "\n  query LatestRejection($vendor: String!) {\n    changeSets(filter: { vendor: $vendor, statuses: [REJECTED] }, first: 1) {\n      nodes {\n        id\n        closedAt\n        closedBy {\n          name\n        }\n        rejectionReason\n      }\n    }\n  }\n": typeof types.LatestRejectionDocument,
    "\n  query StatusOfLicenses {\n    installation {\n      licenseOwner\n      serialNumber\n      isDemo\n      status\n      nextExpiryAt\n    }\n    vendors {\n      id\n      name\n      maintenanceEndsAt\n      nextCheckAt\n      lastCheck {\n        checkedAt\n        outcome\n      }\n      ...Expiry\n      ...UpdateLink\n      ...PolicyChoice\n    }\n  }\n": typeof types.StatusOfLicensesDocument,
    "\n  query SystemLicensesOfVendor($vendor: String!, $first: Int, $after: String, $last: Int, $before: String) {\n    licenses(filter: { vendor: $vendor, scope: SYSTEM }, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        id\n        name\n        description\n        pendingChange {\n          kind\n        }\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n": typeof types.SystemLicensesOfVendorDocument,
    "\n  fragment UpdateLink on Vendor {\n    key\n    updateStatus\n  }\n": typeof types.UpdateLinkFragmentDoc,
    "\n  fragment UserLicenseRow on License {\n    key\n    name\n    description\n    isPlan\n    seats {\n      total\n      inUse\n      available\n    }\n    pendingChange {\n      kind\n      newTotal\n      surplus\n    }\n  }\n": typeof types.UserLicenseRowFragmentDoc,
    "\n  query UserLicensesOfVendor($vendor: String!, $first: Int, $after: String, $last: Int, $before: String) {\n    licenses(filter: { vendor: $vendor, scope: USER }, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        id\n        ...UserLicenseRow\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n": typeof types.UserLicensesOfVendorDocument,
    "\n  fragment VendorFacts on Vendor {\n    id\n    key\n    name\n    storeUrl\n    supportUrl\n    lastCheck {\n      checkedAt\n      outcome\n      message\n    }\n    nextCheckAt\n    ...Expiry\n    ...UpdateLink\n  }\n": typeof types.VendorFactsFragmentDoc,
    "\n  fragment Acknowledge on LicenseChangeSet {\n    id\n    closedAt\n  }\n": typeof types.AcknowledgeFragmentDoc,
    "\n  mutation AcknowledgeChangeSet($input: AcknowledgeChangeSetInput!) {\n    acknowledgeChangeSet(input: $input) {\n      changeSet {\n        id\n        acknowledgedAt\n      }\n      query {\n        vendors {\n          id\n          updateStatus\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": typeof types.AcknowledgeChangeSetDocument,
    "\n  query PendingChange($vendor: String!) {\n    pendingChanges(vendor: $vendor) {\n      id\n      status\n      changes {\n        ...ChangesTable\n      }\n      ...StatedFacts\n      ...Review\n      ...Acknowledge\n    }\n  }\n": typeof types.PendingChangeDocument,
    "\n  fragment ChangesTable on LicenseChange {\n    id\n    key\n    name\n    previousName\n    scope\n    kind\n    oldTotal\n    newTotal\n    inUse\n    surplus\n    gainedFeatures\n    lostFeatures\n  }\n": typeof types.ChangesTableFragmentDoc,
    "\n  mutation RejectPendingChanges($input: RejectPendingChangesInput!) {\n    rejectPendingChanges(input: $input) {\n      changeSet {\n        id\n        status\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": typeof types.RejectPendingChangesDocument,
    "\n  fragment Review on LicenseChangeSet {\n    id\n    status\n    canActivate\n    effectiveAt\n    vendor {\n      name\n      supportUrl\n    }\n    surplusRequirements {\n      id\n      seatsToRemove\n      license {\n        id\n        key\n        name\n      }\n    }\n  }\n": typeof types.ReviewFragmentDoc,
    "\n  mutation ActivateLicenses($input: ActivateLicensesInput!) {\n    activateLicenses(input: $input) {\n      changeSet {\n        id\n        status\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": typeof types.ActivateLicensesDocument,
    "\n  fragment StatedFacts on LicenseChangeSet {\n    vendor {\n      name\n    }\n    licenseOwner\n    previousLicenseOwner\n    serialNumber\n    effectiveAt\n    expiresAt\n    previousExpiresAt\n  }\n": typeof types.StatedFactsFragmentDoc,
    "\n  mutation ConvertDemo($input: ConvertDemoInput!) {\n    convertDemo(input: $input) {\n      installation {\n        id\n        isDemo\n        licenseOwner\n        serialNumber\n      }\n      changeSet {\n        id\n        vendor {\n          key\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": typeof types.ConvertDemoDocument,
    "\n  mutation ImportLicenseFile($input: ImportLicenseFileInput!) {\n    importLicenseFile(input: $input) {\n      ...Preview\n      changeSet {\n        id\n        status\n        vendor {\n          key\n          name\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": typeof types.ImportLicenseFileDocument,
    "\n  fragment Preview on ImportLicenseFilePayload {\n    document {\n      vendor\n      sequence\n      issuedAt\n    }\n    changeSet {\n      id\n      status\n      canActivate\n      changes {\n        ...ChangesTable\n      }\n      surplusRequirements {\n        id\n        seatsToRemove\n        license {\n          name\n        }\n      }\n      ...StatedFacts\n    }\n  }\n": typeof types.PreviewFragmentDoc,
    "\n  query Suggestions($requirement: ID!, $first: Int!) {\n    node(id: $requirement) {\n      ... on SurplusRequirement {\n        id\n        suggestions(first: $first) {\n          reason\n          assignment {\n            ...Holder\n          }\n        }\n      }\n    }\n  }\n": typeof types.SuggestionsDocument,
    "\n  query SurplusRequirements($vendor: String!) {\n    surplusRequirements(vendor: $vendor) {\n      id\n      license {\n        key\n        name\n      }\n      ...SurplusForm\n    }\n    licenses(filter: { vendor: $vendor, scope: USER }, first: 100) {\n      nodes {\n        ...MoveTarget\n      }\n    }\n  }\n": typeof types.SurplusRequirementsDocument,
    "\n  fragment SurplusForm on SurplusRequirement {\n    id\n    seatsInUse\n    seatsAvailable\n    seatsToRemove\n    license {\n      id\n      key\n      name\n      isPlan\n    }\n    changeSet {\n      id\n      changes {\n        ...MoveTargetChange\n      }\n    }\n  }\n": typeof types.SurplusFormFragmentDoc,
    "\n  mutation RevokeUserLicenses($input: RevokeUserLicensesInput!) {\n    revokeUserLicenses(input: $input) {\n      results {\n        userId\n        outcome\n        blocker\n        user {\n          name\n        }\n      }\n      license {\n        id\n        seats {\n          inUse\n        }\n      }\n      surplusRequirement {\n        id\n        seatsToRemove\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": typeof types.RevokeUserLicensesDocument,
    "\n  fragment MoveTarget on License {\n    key\n    name\n    isPlan\n    seats {\n      total\n      inUse\n    }\n  }\n": typeof types.MoveTargetFragmentDoc,
    "\n  fragment MoveTargetChange on LicenseChange {\n    key\n    name\n    scope\n    kind\n    newTotal\n  }\n": typeof types.MoveTargetChangeFragmentDoc,
    "\n  fragment PagerFields on PageInfo {\n    hasNextPage\n    hasPreviousPage\n    startCursor\n    endCursor\n  }\n": typeof types.PagerFieldsFragmentDoc,
    "\n  query WhoIsThere {\n    viewer {\n      ...ViewerFields\n    }\n  }\n": typeof types.WhoIsThereDocument,
    "\n  mutation SignOut {\n    signOut {\n      query {\n        viewer {\n          ...ViewerFields\n        }\n      }\n    }\n  }\n": typeof types.SignOutDocument,
    "\n  mutation SignIn($input: SignInInput!) {\n    signIn(input: $input) {\n      viewer {\n        ...ViewerFields\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": typeof types.SignInDocument,
    "\n  fragment ViewerFields on Viewer {\n    actor {\n      name\n    }\n    scopes\n  }\n": typeof types.ViewerFieldsFragmentDoc,
    "\n  query VendorsToBindTo {\n    vendors {\n      id\n      name\n    }\n  }\n": typeof types.VendorsToBindToDocument,
    "\n  mutation CreateApiToken($input: CreateApiTokenInput!) {\n    createApiToken(input: $input) {\n      secret\n      apiToken {\n        ...TokenRow\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": typeof types.CreateApiTokenDocument,
    "\n  fragment TokenRow on ApiToken {\n    id\n    name\n    scopes\n    vendor {\n      name\n    }\n    expiresAt\n    lastUsedAt\n  }\n": typeof types.TokenRowFragmentDoc,
    "\n  mutation RevokeApiToken($input: RevokeApiTokenInput!) {\n    revokeApiToken(input: $input) {\n      apiToken {\n        id\n        revokedAt\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": typeof types.RevokeApiTokenDocument,
    "\n  query ApiTokens {\n    apiTokens {\n      id\n      ...TokenRow\n    }\n  }\n": typeof types.ApiTokensDocument,
    "\n  query AllUserLicenses {\n    licenses(filter: { scope: USER }, first: 100) {\n      nodes {\n        id\n        key\n        name\n        vendor {\n          key\n          name\n        }\n      }\n    }\n  }\n": typeof types.AllUserLicensesDocument,
    "\n  query SeatsOfLicense($key: String!) {\n    license(key: $key) {\n      id\n      name\n      description\n      seats {\n        total\n        inUse\n        available\n      }\n    }\n  }\n": typeof types.SeatsOfLicenseDocument,
    "\n  query ChosenLicenses($first: String!, $second: String!) {\n    first: license(key: $first) {\n      id\n      name\n    }\n    second: license(key: $second) {\n      id\n      name\n    }\n  }\n": typeof types.ChosenLicensesDocument,
    "\n  query UsersOfTab(\n    $filter: UserFilter\n    $orderBy: UserOrder\n    $first: Int\n    $after: String\n    $last: Int\n    $before: String\n  ) {\n    users(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        ...UserRow\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n": typeof types.UsersOfTabDocument,
    "\n  fragment UserRow on User {\n    id\n    name\n    login\n    group\n    kind\n    status\n    canLogIn\n    lastLoginAt\n    assignments {\n      id\n      license {\n        key\n        name\n        isPlan\n      }\n    }\n  }\n": typeof types.UserRowFragmentDoc,
    "\n  mutation AssignUserLicenses($input: AssignUserLicensesInput!) {\n    assignUserLicenses(input: $input) {\n      license {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      users {\n        ...UserRow\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": typeof types.AssignUserLicensesDocument,
    "\n  mutation TakeUserLicenses($input: RevokeUserLicensesInput!) {\n    revokeUserLicenses(input: $input) {\n      results {\n        userId\n        outcome\n        blocker\n        user {\n          ...UserRow\n        }\n      }\n      license {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": typeof types.TakeUserLicensesDocument,
    "\n  mutation ReassignUserLicenses($input: ReassignUserLicensesInput!) {\n    reassignUserLicenses(input: $input) {\n      fromLicense {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      toLicense {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      users {\n        ...UserRow\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": typeof types.ReassignUserLicensesDocument,
};
const documents: Documents = {
    "\n  subscription Events {\n    auditEvents {\n      cursor\n    }\n  }\n": types.EventsDocument,
    "\n  fragment UserErrorFields on UserError {\n    code\n    message\n    path\n  }\n": types.UserErrorFieldsFragmentDoc,
    "\n  fragment AuditRow on AuditEvent {\n    id\n    occurredAt\n    summary\n    actor {\n      kind\n      name\n    }\n    requestId\n    details {\n      name\n      before\n      after\n    }\n  }\n": types.AuditRowFragmentDoc,
    "\n  query AuditLog($filter: AuditFilter, $first: Int, $after: String, $last: Int, $before: String) {\n    auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        id\n        ...AuditRow\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n": types.AuditLogDocument,
    "\n  query WhoseInstallation {\n    installation {\n      licenseOwner\n      serialNumber\n    }\n  }\n": types.WhoseInstallationDocument,
    "query SeeLicenses($vendor: String) {\n  vendors {\n    name\n    status\n    updateStatus\n    expiresAt\n  }\n  licenses(filter: {vendor: $vendor}) {\n    nodes {\n      key\n      name\n      scope\n      seats {\n        total\n        inUse\n        available\n      }\n      pendingChange {\n        kind\n        newTotal\n        surplus\n      }\n    }\n  }\n}": types.SeeLicensesDocument,
    "query ReviewNewLicenses($vendor: String) {\n  pendingChanges(vendor: $vendor) {\n    id\n    status\n    canActivate\n    changes {\n      name\n      kind\n      oldTotal\n      newTotal\n      inUse\n      surplus\n    }\n  }\n}": types.ReviewNewLicensesDocument,
    "query FindSuperfluousLicenses($vendor: String) {\n  surplusRequirements(vendor: $vendor) {\n    license {\n      id\n      name\n    }\n    seatsInUse\n    seatsAvailable\n    seatsToRemove\n    suggestions {\n      reason\n      assignment {\n        user {\n          id\n          name\n          lastLoginAt\n        }\n      }\n    }\n  }\n}": types.FindSuperfluousLicensesDocument,
    "mutation TakeALicenseFromUsers($input: RevokeUserLicensesInput!) {\n  revokeUserLicenses(input: $input) {\n    results {\n      userId\n      outcome\n      blocker\n    }\n    surplusRequirement {\n      seatsToRemove\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}": types.TakeALicenseFromUsersDocument,
    "mutation ActivateNewLicenses($input: ActivateLicensesInput!) {\n  activateLicenses(input: $input) {\n    changeSet {\n      status\n      closedAt\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}": types.ActivateNewLicensesDocument,
    "query UsersByLicenseType($filter: UserFilter) {\n  users(filter: $filter) {\n    totalCount\n    nodes {\n      id\n      name\n      canLogIn\n      lastLoginAt\n      plan {\n        name\n      }\n    }\n  }\n}": types.UsersByLicenseTypeDocument,
    "mutation PreviewALicenseFile($input: ImportLicenseFileInput!) {\n  importLicenseFile(input: $input) {\n    changeSet {\n      status\n      changes {\n        name\n        kind\n        oldTotal\n        newTotal\n        surplus\n      }\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}": types.PreviewALicenseFileDocument,
    "subscription WatchWhatIsDone {\n  auditEvents {\n    node {\n      occurredAt\n      summary\n      actor {\n        name\n      }\n    }\n  }\n}": types.WatchWhatIsDoneDocument,
    "\n  query HoldersOfLicense(\n    $key: String!\n    $filter: UserFilter\n    $orderBy: UserOrder\n    $first: Int\n    $after: String\n    $last: Int\n    $before: String\n  ) {\n    license(key: $key) {\n      id\n      name\n      assignments(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {\n        totalCount\n        nodes {\n          ...Holder\n        }\n        pageInfo {\n          ...PagerFields\n        }\n      }\n    }\n  }\n": types.HoldersOfLicenseDocument,
    "\n  fragment Holder on LicenseAssignment {\n    id\n    assignedAt\n    assignedBy {\n      name\n    }\n    blocker\n    user {\n      id\n      name\n      login\n      status\n      canLogIn\n      lastLoginAt\n    }\n  }\n": types.HolderFragmentDoc,
    "\n  mutation CheckForLicenseChanges($input: CheckForLicenseChangesInput!) {\n    checkForLicenseChanges(input: $input) {\n      changeSet {\n        id\n        status\n      }\n      vendor {\n        ...VendorFacts\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": types.CheckForLicenseChangesDocument,
    "\n  fragment Expiry on Vendor {\n    status\n    expiresAt\n    graceEndsAt\n  }\n": types.ExpiryFragmentDoc,
    "\n  query VendorsOfTabs {\n    installation {\n      isDemo\n    }\n    vendors {\n      id\n      key\n      name\n      updateStatus\n      ...VendorFacts\n    }\n  }\n": types.VendorsOfTabsDocument,
    "\n  fragment PolicyChoice on Vendor {\n    id\n    name\n    activationPolicy\n  }\n": types.PolicyChoiceFragmentDoc,
    "\n  mutation UpdateVendor($input: UpdateVendorInput!) {\n    updateVendor(input: $input) {\n      vendor {\n        ...PolicyChoice\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": types.UpdateVendorDocument,
    "\n  query LatestRejection($vendor: String!) {\n    changeSets(filter: { vendor: $vendor, statuses: [REJECTED] }, first: 1) {\n      nodes {\n        id\n        closedAt\n        closedBy {\n          name\n        }\n        rejectionReason\n      }\n    }\n  }\n": types.LatestRejectionDocument,
    "\n  query StatusOfLicenses {\n    installation {\n      licenseOwner\n      serialNumber\n      isDemo\n      status\n      nextExpiryAt\n    }\n    vendors {\n      id\n      name\n      maintenanceEndsAt\n      nextCheckAt\n      lastCheck {\n        checkedAt\n        outcome\n      }\n      ...Expiry\n      ...UpdateLink\n      ...PolicyChoice\n    }\n  }\n": types.StatusOfLicensesDocument,
    "\n  query SystemLicensesOfVendor($vendor: String!, $first: Int, $after: String, $last: Int, $before: String) {\n    licenses(filter: { vendor: $vendor, scope: SYSTEM }, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        id\n        name\n        description\n        pendingChange {\n          kind\n        }\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n": types.SystemLicensesOfVendorDocument,
    "\n  fragment UpdateLink on Vendor {\n    key\n    updateStatus\n  }\n": types.UpdateLinkFragmentDoc,
    "\n  fragment UserLicenseRow on License {\n    key\n    name\n    description\n    isPlan\n    seats {\n      total\n      inUse\n      available\n    }\n    pendingChange {\n      kind\n      newTotal\n      surplus\n    }\n  }\n": types.UserLicenseRowFragmentDoc,
    "\n  query UserLicensesOfVendor($vendor: String!, $first: Int, $after: String, $last: Int, $before: String) {\n    licenses(filter: { vendor: $vendor, scope: USER }, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        id\n        ...UserLicenseRow\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n": types.UserLicensesOfVendorDocument,
    "\n  fragment VendorFacts on Vendor {\n    id\n    key\n    name\n    storeUrl\n    supportUrl\n    lastCheck {\n      checkedAt\n      outcome\n      message\n    }\n    nextCheckAt\n    ...Expiry\n    ...UpdateLink\n  }\n": types.VendorFactsFragmentDoc,
    "\n  fragment Acknowledge on LicenseChangeSet {\n    id\n    closedAt\n  }\n": types.AcknowledgeFragmentDoc,
    "\n  mutation AcknowledgeChangeSet($input: AcknowledgeChangeSetInput!) {\n    acknowledgeChangeSet(input: $input) {\n      changeSet {\n        id\n        acknowledgedAt\n      }\n      query {\n        vendors {\n          id\n          updateStatus\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": types.AcknowledgeChangeSetDocument,
    "\n  query PendingChange($vendor: String!) {\n    pendingChanges(vendor: $vendor) {\n      id\n      status\n      changes {\n        ...ChangesTable\n      }\n      ...StatedFacts\n      ...Review\n      ...Acknowledge\n    }\n  }\n": types.PendingChangeDocument,
    "\n  fragment ChangesTable on LicenseChange {\n    id\n    key\n    name\n    previousName\n    scope\n    kind\n    oldTotal\n    newTotal\n    inUse\n    surplus\n    gainedFeatures\n    lostFeatures\n  }\n": types.ChangesTableFragmentDoc,
    "\n  mutation RejectPendingChanges($input: RejectPendingChangesInput!) {\n    rejectPendingChanges(input: $input) {\n      changeSet {\n        id\n        status\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": types.RejectPendingChangesDocument,
    "\n  fragment Review on LicenseChangeSet {\n    id\n    status\n    canActivate\n    effectiveAt\n    vendor {\n      name\n      supportUrl\n    }\n    surplusRequirements {\n      id\n      seatsToRemove\n      license {\n        id\n        key\n        name\n      }\n    }\n  }\n": types.ReviewFragmentDoc,
    "\n  mutation ActivateLicenses($input: ActivateLicensesInput!) {\n    activateLicenses(input: $input) {\n      changeSet {\n        id\n        status\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": types.ActivateLicensesDocument,
    "\n  fragment StatedFacts on LicenseChangeSet {\n    vendor {\n      name\n    }\n    licenseOwner\n    previousLicenseOwner\n    serialNumber\n    effectiveAt\n    expiresAt\n    previousExpiresAt\n  }\n": types.StatedFactsFragmentDoc,
    "\n  mutation ConvertDemo($input: ConvertDemoInput!) {\n    convertDemo(input: $input) {\n      installation {\n        id\n        isDemo\n        licenseOwner\n        serialNumber\n      }\n      changeSet {\n        id\n        vendor {\n          key\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": types.ConvertDemoDocument,
    "\n  mutation ImportLicenseFile($input: ImportLicenseFileInput!) {\n    importLicenseFile(input: $input) {\n      ...Preview\n      changeSet {\n        id\n        status\n        vendor {\n          key\n          name\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": types.ImportLicenseFileDocument,
    "\n  fragment Preview on ImportLicenseFilePayload {\n    document {\n      vendor\n      sequence\n      issuedAt\n    }\n    changeSet {\n      id\n      status\n      canActivate\n      changes {\n        ...ChangesTable\n      }\n      surplusRequirements {\n        id\n        seatsToRemove\n        license {\n          name\n        }\n      }\n      ...StatedFacts\n    }\n  }\n": types.PreviewFragmentDoc,
    "\n  query Suggestions($requirement: ID!, $first: Int!) {\n    node(id: $requirement) {\n      ... on SurplusRequirement {\n        id\n        suggestions(first: $first) {\n          reason\n          assignment {\n            ...Holder\n          }\n        }\n      }\n    }\n  }\n": types.SuggestionsDocument,
    "\n  query SurplusRequirements($vendor: String!) {\n    surplusRequirements(vendor: $vendor) {\n      id\n      license {\n        key\n        name\n      }\n      ...SurplusForm\n    }\n    licenses(filter: { vendor: $vendor, scope: USER }, first: 100) {\n      nodes {\n        ...MoveTarget\n      }\n    }\n  }\n": types.SurplusRequirementsDocument,
    "\n  fragment SurplusForm on SurplusRequirement {\n    id\n    seatsInUse\n    seatsAvailable\n    seatsToRemove\n    license {\n      id\n      key\n      name\n      isPlan\n    }\n    changeSet {\n      id\n      changes {\n        ...MoveTargetChange\n      }\n    }\n  }\n": types.SurplusFormFragmentDoc,
    "\n  mutation RevokeUserLicenses($input: RevokeUserLicensesInput!) {\n    revokeUserLicenses(input: $input) {\n      results {\n        userId\n        outcome\n        blocker\n        user {\n          name\n        }\n      }\n      license {\n        id\n        seats {\n          inUse\n        }\n      }\n      surplusRequirement {\n        id\n        seatsToRemove\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": types.RevokeUserLicensesDocument,
    "\n  fragment MoveTarget on License {\n    key\n    name\n    isPlan\n    seats {\n      total\n      inUse\n    }\n  }\n": types.MoveTargetFragmentDoc,
    "\n  fragment MoveTargetChange on LicenseChange {\n    key\n    name\n    scope\n    kind\n    newTotal\n  }\n": types.MoveTargetChangeFragmentDoc,
    "\n  fragment PagerFields on PageInfo {\n    hasNextPage\n    hasPreviousPage\n    startCursor\n    endCursor\n  }\n": types.PagerFieldsFragmentDoc,
    "\n  query WhoIsThere {\n    viewer {\n      ...ViewerFields\n    }\n  }\n": types.WhoIsThereDocument,
    "\n  mutation SignOut {\n    signOut {\n      query {\n        viewer {\n          ...ViewerFields\n        }\n      }\n    }\n  }\n": types.SignOutDocument,
    "\n  mutation SignIn($input: SignInInput!) {\n    signIn(input: $input) {\n      viewer {\n        ...ViewerFields\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": types.SignInDocument,
    "\n  fragment ViewerFields on Viewer {\n    actor {\n      name\n    }\n    scopes\n  }\n": types.ViewerFieldsFragmentDoc,
    "\n  query VendorsToBindTo {\n    vendors {\n      id\n      name\n    }\n  }\n": types.VendorsToBindToDocument,
    "\n  mutation CreateApiToken($input: CreateApiTokenInput!) {\n    createApiToken(input: $input) {\n      secret\n      apiToken {\n        ...TokenRow\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": types.CreateApiTokenDocument,
    "\n  fragment TokenRow on ApiToken {\n    id\n    name\n    scopes\n    vendor {\n      name\n    }\n    expiresAt\n    lastUsedAt\n  }\n": types.TokenRowFragmentDoc,
    "\n  mutation RevokeApiToken($input: RevokeApiTokenInput!) {\n    revokeApiToken(input: $input) {\n      apiToken {\n        id\n        revokedAt\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": types.RevokeApiTokenDocument,
    "\n  query ApiTokens {\n    apiTokens {\n      id\n      ...TokenRow\n    }\n  }\n": types.ApiTokensDocument,
    "\n  query AllUserLicenses {\n    licenses(filter: { scope: USER }, first: 100) {\n      nodes {\n        id\n        key\n        name\n        vendor {\n          key\n          name\n        }\n      }\n    }\n  }\n": types.AllUserLicensesDocument,
    "\n  query SeatsOfLicense($key: String!) {\n    license(key: $key) {\n      id\n      name\n      description\n      seats {\n        total\n        inUse\n        available\n      }\n    }\n  }\n": types.SeatsOfLicenseDocument,
    "\n  query ChosenLicenses($first: String!, $second: String!) {\n    first: license(key: $first) {\n      id\n      name\n    }\n    second: license(key: $second) {\n      id\n      name\n    }\n  }\n": types.ChosenLicensesDocument,
    "\n  query UsersOfTab(\n    $filter: UserFilter\n    $orderBy: UserOrder\n    $first: Int\n    $after: String\n    $last: Int\n    $before: String\n  ) {\n    users(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        ...UserRow\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n": types.UsersOfTabDocument,
    "\n  fragment UserRow on User {\n    id\n    name\n    login\n    group\n    kind\n    status\n    canLogIn\n    lastLoginAt\n    assignments {\n      id\n      license {\n        key\n        name\n        isPlan\n      }\n    }\n  }\n": types.UserRowFragmentDoc,
    "\n  mutation AssignUserLicenses($input: AssignUserLicensesInput!) {\n    assignUserLicenses(input: $input) {\n      license {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      users {\n        ...UserRow\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": types.AssignUserLicensesDocument,
    "\n  mutation TakeUserLicenses($input: RevokeUserLicensesInput!) {\n    revokeUserLicenses(input: $input) {\n      results {\n        userId\n        outcome\n        blocker\n        user {\n          ...UserRow\n        }\n      }\n      license {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": types.TakeUserLicensesDocument,
    "\n  mutation ReassignUserLicenses($input: ReassignUserLicensesInput!) {\n    reassignUserLicenses(input: $input) {\n      fromLicense {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      toLicense {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      users {\n        ...UserRow\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n": types.ReassignUserLicensesDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription Events {\n    auditEvents {\n      cursor\n    }\n  }\n"): (typeof documents)["\n  subscription Events {\n    auditEvents {\n      cursor\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment UserErrorFields on UserError {\n    code\n    message\n    path\n  }\n"): (typeof documents)["\n  fragment UserErrorFields on UserError {\n    code\n    message\n    path\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment AuditRow on AuditEvent {\n    id\n    occurredAt\n    summary\n    actor {\n      kind\n      name\n    }\n    requestId\n    details {\n      name\n      before\n      after\n    }\n  }\n"): (typeof documents)["\n  fragment AuditRow on AuditEvent {\n    id\n    occurredAt\n    summary\n    actor {\n      kind\n      name\n    }\n    requestId\n    details {\n      name\n      before\n      after\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AuditLog($filter: AuditFilter, $first: Int, $after: String, $last: Int, $before: String) {\n    auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        id\n        ...AuditRow\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n"): (typeof documents)["\n  query AuditLog($filter: AuditFilter, $first: Int, $after: String, $last: Int, $before: String) {\n    auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        id\n        ...AuditRow\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query WhoseInstallation {\n    installation {\n      licenseOwner\n      serialNumber\n    }\n  }\n"): (typeof documents)["\n  query WhoseInstallation {\n    installation {\n      licenseOwner\n      serialNumber\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query SeeLicenses($vendor: String) {\n  vendors {\n    name\n    status\n    updateStatus\n    expiresAt\n  }\n  licenses(filter: {vendor: $vendor}) {\n    nodes {\n      key\n      name\n      scope\n      seats {\n        total\n        inUse\n        available\n      }\n      pendingChange {\n        kind\n        newTotal\n        surplus\n      }\n    }\n  }\n}"): (typeof documents)["query SeeLicenses($vendor: String) {\n  vendors {\n    name\n    status\n    updateStatus\n    expiresAt\n  }\n  licenses(filter: {vendor: $vendor}) {\n    nodes {\n      key\n      name\n      scope\n      seats {\n        total\n        inUse\n        available\n      }\n      pendingChange {\n        kind\n        newTotal\n        surplus\n      }\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query ReviewNewLicenses($vendor: String) {\n  pendingChanges(vendor: $vendor) {\n    id\n    status\n    canActivate\n    changes {\n      name\n      kind\n      oldTotal\n      newTotal\n      inUse\n      surplus\n    }\n  }\n}"): (typeof documents)["query ReviewNewLicenses($vendor: String) {\n  pendingChanges(vendor: $vendor) {\n    id\n    status\n    canActivate\n    changes {\n      name\n      kind\n      oldTotal\n      newTotal\n      inUse\n      surplus\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query FindSuperfluousLicenses($vendor: String) {\n  surplusRequirements(vendor: $vendor) {\n    license {\n      id\n      name\n    }\n    seatsInUse\n    seatsAvailable\n    seatsToRemove\n    suggestions {\n      reason\n      assignment {\n        user {\n          id\n          name\n          lastLoginAt\n        }\n      }\n    }\n  }\n}"): (typeof documents)["query FindSuperfluousLicenses($vendor: String) {\n  surplusRequirements(vendor: $vendor) {\n    license {\n      id\n      name\n    }\n    seatsInUse\n    seatsAvailable\n    seatsToRemove\n    suggestions {\n      reason\n      assignment {\n        user {\n          id\n          name\n          lastLoginAt\n        }\n      }\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation TakeALicenseFromUsers($input: RevokeUserLicensesInput!) {\n  revokeUserLicenses(input: $input) {\n    results {\n      userId\n      outcome\n      blocker\n    }\n    surplusRequirement {\n      seatsToRemove\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}"): (typeof documents)["mutation TakeALicenseFromUsers($input: RevokeUserLicensesInput!) {\n  revokeUserLicenses(input: $input) {\n    results {\n      userId\n      outcome\n      blocker\n    }\n    surplusRequirement {\n      seatsToRemove\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation ActivateNewLicenses($input: ActivateLicensesInput!) {\n  activateLicenses(input: $input) {\n    changeSet {\n      status\n      closedAt\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}"): (typeof documents)["mutation ActivateNewLicenses($input: ActivateLicensesInput!) {\n  activateLicenses(input: $input) {\n    changeSet {\n      status\n      closedAt\n    }\n    userErrors {\n      code\n      message\n      path\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query UsersByLicenseType($filter: UserFilter) {\n  users(filter: $filter) {\n    totalCount\n    nodes {\n      id\n      name\n      canLogIn\n      lastLoginAt\n      plan {\n        name\n      }\n    }\n  }\n}"): (typeof documents)["query UsersByLicenseType($filter: UserFilter) {\n  users(filter: $filter) {\n    totalCount\n    nodes {\n      id\n      name\n      canLogIn\n      lastLoginAt\n      plan {\n        name\n      }\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation PreviewALicenseFile($input: ImportLicenseFileInput!) {\n  importLicenseFile(input: $input) {\n    changeSet {\n      status\n      changes {\n        name\n        kind\n        oldTotal\n        newTotal\n        surplus\n      }\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}"): (typeof documents)["mutation PreviewALicenseFile($input: ImportLicenseFileInput!) {\n  importLicenseFile(input: $input) {\n    changeSet {\n      status\n      changes {\n        name\n        kind\n        oldTotal\n        newTotal\n        surplus\n      }\n    }\n    userErrors {\n      code\n      message\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription WatchWhatIsDone {\n  auditEvents {\n    node {\n      occurredAt\n      summary\n      actor {\n        name\n      }\n    }\n  }\n}"): (typeof documents)["subscription WatchWhatIsDone {\n  auditEvents {\n    node {\n      occurredAt\n      summary\n      actor {\n        name\n      }\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query HoldersOfLicense(\n    $key: String!\n    $filter: UserFilter\n    $orderBy: UserOrder\n    $first: Int\n    $after: String\n    $last: Int\n    $before: String\n  ) {\n    license(key: $key) {\n      id\n      name\n      assignments(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {\n        totalCount\n        nodes {\n          ...Holder\n        }\n        pageInfo {\n          ...PagerFields\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query HoldersOfLicense(\n    $key: String!\n    $filter: UserFilter\n    $orderBy: UserOrder\n    $first: Int\n    $after: String\n    $last: Int\n    $before: String\n  ) {\n    license(key: $key) {\n      id\n      name\n      assignments(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {\n        totalCount\n        nodes {\n          ...Holder\n        }\n        pageInfo {\n          ...PagerFields\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Holder on LicenseAssignment {\n    id\n    assignedAt\n    assignedBy {\n      name\n    }\n    blocker\n    user {\n      id\n      name\n      login\n      status\n      canLogIn\n      lastLoginAt\n    }\n  }\n"): (typeof documents)["\n  fragment Holder on LicenseAssignment {\n    id\n    assignedAt\n    assignedBy {\n      name\n    }\n    blocker\n    user {\n      id\n      name\n      login\n      status\n      canLogIn\n      lastLoginAt\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CheckForLicenseChanges($input: CheckForLicenseChangesInput!) {\n    checkForLicenseChanges(input: $input) {\n      changeSet {\n        id\n        status\n      }\n      vendor {\n        ...VendorFacts\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation CheckForLicenseChanges($input: CheckForLicenseChangesInput!) {\n    checkForLicenseChanges(input: $input) {\n      changeSet {\n        id\n        status\n      }\n      vendor {\n        ...VendorFacts\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Expiry on Vendor {\n    status\n    expiresAt\n    graceEndsAt\n  }\n"): (typeof documents)["\n  fragment Expiry on Vendor {\n    status\n    expiresAt\n    graceEndsAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query VendorsOfTabs {\n    installation {\n      isDemo\n    }\n    vendors {\n      id\n      key\n      name\n      updateStatus\n      ...VendorFacts\n    }\n  }\n"): (typeof documents)["\n  query VendorsOfTabs {\n    installation {\n      isDemo\n    }\n    vendors {\n      id\n      key\n      name\n      updateStatus\n      ...VendorFacts\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment PolicyChoice on Vendor {\n    id\n    name\n    activationPolicy\n  }\n"): (typeof documents)["\n  fragment PolicyChoice on Vendor {\n    id\n    name\n    activationPolicy\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateVendor($input: UpdateVendorInput!) {\n    updateVendor(input: $input) {\n      vendor {\n        ...PolicyChoice\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation UpdateVendor($input: UpdateVendorInput!) {\n    updateVendor(input: $input) {\n      vendor {\n        ...PolicyChoice\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LatestRejection($vendor: String!) {\n    changeSets(filter: { vendor: $vendor, statuses: [REJECTED] }, first: 1) {\n      nodes {\n        id\n        closedAt\n        closedBy {\n          name\n        }\n        rejectionReason\n      }\n    }\n  }\n"): (typeof documents)["\n  query LatestRejection($vendor: String!) {\n    changeSets(filter: { vendor: $vendor, statuses: [REJECTED] }, first: 1) {\n      nodes {\n        id\n        closedAt\n        closedBy {\n          name\n        }\n        rejectionReason\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query StatusOfLicenses {\n    installation {\n      licenseOwner\n      serialNumber\n      isDemo\n      status\n      nextExpiryAt\n    }\n    vendors {\n      id\n      name\n      maintenanceEndsAt\n      nextCheckAt\n      lastCheck {\n        checkedAt\n        outcome\n      }\n      ...Expiry\n      ...UpdateLink\n      ...PolicyChoice\n    }\n  }\n"): (typeof documents)["\n  query StatusOfLicenses {\n    installation {\n      licenseOwner\n      serialNumber\n      isDemo\n      status\n      nextExpiryAt\n    }\n    vendors {\n      id\n      name\n      maintenanceEndsAt\n      nextCheckAt\n      lastCheck {\n        checkedAt\n        outcome\n      }\n      ...Expiry\n      ...UpdateLink\n      ...PolicyChoice\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SystemLicensesOfVendor($vendor: String!, $first: Int, $after: String, $last: Int, $before: String) {\n    licenses(filter: { vendor: $vendor, scope: SYSTEM }, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        id\n        name\n        description\n        pendingChange {\n          kind\n        }\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n"): (typeof documents)["\n  query SystemLicensesOfVendor($vendor: String!, $first: Int, $after: String, $last: Int, $before: String) {\n    licenses(filter: { vendor: $vendor, scope: SYSTEM }, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        id\n        name\n        description\n        pendingChange {\n          kind\n        }\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment UpdateLink on Vendor {\n    key\n    updateStatus\n  }\n"): (typeof documents)["\n  fragment UpdateLink on Vendor {\n    key\n    updateStatus\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment UserLicenseRow on License {\n    key\n    name\n    description\n    isPlan\n    seats {\n      total\n      inUse\n      available\n    }\n    pendingChange {\n      kind\n      newTotal\n      surplus\n    }\n  }\n"): (typeof documents)["\n  fragment UserLicenseRow on License {\n    key\n    name\n    description\n    isPlan\n    seats {\n      total\n      inUse\n      available\n    }\n    pendingChange {\n      kind\n      newTotal\n      surplus\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query UserLicensesOfVendor($vendor: String!, $first: Int, $after: String, $last: Int, $before: String) {\n    licenses(filter: { vendor: $vendor, scope: USER }, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        id\n        ...UserLicenseRow\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n"): (typeof documents)["\n  query UserLicensesOfVendor($vendor: String!, $first: Int, $after: String, $last: Int, $before: String) {\n    licenses(filter: { vendor: $vendor, scope: USER }, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        id\n        ...UserLicenseRow\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment VendorFacts on Vendor {\n    id\n    key\n    name\n    storeUrl\n    supportUrl\n    lastCheck {\n      checkedAt\n      outcome\n      message\n    }\n    nextCheckAt\n    ...Expiry\n    ...UpdateLink\n  }\n"): (typeof documents)["\n  fragment VendorFacts on Vendor {\n    id\n    key\n    name\n    storeUrl\n    supportUrl\n    lastCheck {\n      checkedAt\n      outcome\n      message\n    }\n    nextCheckAt\n    ...Expiry\n    ...UpdateLink\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Acknowledge on LicenseChangeSet {\n    id\n    closedAt\n  }\n"): (typeof documents)["\n  fragment Acknowledge on LicenseChangeSet {\n    id\n    closedAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AcknowledgeChangeSet($input: AcknowledgeChangeSetInput!) {\n    acknowledgeChangeSet(input: $input) {\n      changeSet {\n        id\n        acknowledgedAt\n      }\n      query {\n        vendors {\n          id\n          updateStatus\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation AcknowledgeChangeSet($input: AcknowledgeChangeSetInput!) {\n    acknowledgeChangeSet(input: $input) {\n      changeSet {\n        id\n        acknowledgedAt\n      }\n      query {\n        vendors {\n          id\n          updateStatus\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PendingChange($vendor: String!) {\n    pendingChanges(vendor: $vendor) {\n      id\n      status\n      changes {\n        ...ChangesTable\n      }\n      ...StatedFacts\n      ...Review\n      ...Acknowledge\n    }\n  }\n"): (typeof documents)["\n  query PendingChange($vendor: String!) {\n    pendingChanges(vendor: $vendor) {\n      id\n      status\n      changes {\n        ...ChangesTable\n      }\n      ...StatedFacts\n      ...Review\n      ...Acknowledge\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ChangesTable on LicenseChange {\n    id\n    key\n    name\n    previousName\n    scope\n    kind\n    oldTotal\n    newTotal\n    inUse\n    surplus\n    gainedFeatures\n    lostFeatures\n  }\n"): (typeof documents)["\n  fragment ChangesTable on LicenseChange {\n    id\n    key\n    name\n    previousName\n    scope\n    kind\n    oldTotal\n    newTotal\n    inUse\n    surplus\n    gainedFeatures\n    lostFeatures\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RejectPendingChanges($input: RejectPendingChangesInput!) {\n    rejectPendingChanges(input: $input) {\n      changeSet {\n        id\n        status\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation RejectPendingChanges($input: RejectPendingChangesInput!) {\n    rejectPendingChanges(input: $input) {\n      changeSet {\n        id\n        status\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Review on LicenseChangeSet {\n    id\n    status\n    canActivate\n    effectiveAt\n    vendor {\n      name\n      supportUrl\n    }\n    surplusRequirements {\n      id\n      seatsToRemove\n      license {\n        id\n        key\n        name\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment Review on LicenseChangeSet {\n    id\n    status\n    canActivate\n    effectiveAt\n    vendor {\n      name\n      supportUrl\n    }\n    surplusRequirements {\n      id\n      seatsToRemove\n      license {\n        id\n        key\n        name\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ActivateLicenses($input: ActivateLicensesInput!) {\n    activateLicenses(input: $input) {\n      changeSet {\n        id\n        status\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation ActivateLicenses($input: ActivateLicensesInput!) {\n    activateLicenses(input: $input) {\n      changeSet {\n        id\n        status\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment StatedFacts on LicenseChangeSet {\n    vendor {\n      name\n    }\n    licenseOwner\n    previousLicenseOwner\n    serialNumber\n    effectiveAt\n    expiresAt\n    previousExpiresAt\n  }\n"): (typeof documents)["\n  fragment StatedFacts on LicenseChangeSet {\n    vendor {\n      name\n    }\n    licenseOwner\n    previousLicenseOwner\n    serialNumber\n    effectiveAt\n    expiresAt\n    previousExpiresAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ConvertDemo($input: ConvertDemoInput!) {\n    convertDemo(input: $input) {\n      installation {\n        id\n        isDemo\n        licenseOwner\n        serialNumber\n      }\n      changeSet {\n        id\n        vendor {\n          key\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation ConvertDemo($input: ConvertDemoInput!) {\n    convertDemo(input: $input) {\n      installation {\n        id\n        isDemo\n        licenseOwner\n        serialNumber\n      }\n      changeSet {\n        id\n        vendor {\n          key\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ImportLicenseFile($input: ImportLicenseFileInput!) {\n    importLicenseFile(input: $input) {\n      ...Preview\n      changeSet {\n        id\n        status\n        vendor {\n          key\n          name\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation ImportLicenseFile($input: ImportLicenseFileInput!) {\n    importLicenseFile(input: $input) {\n      ...Preview\n      changeSet {\n        id\n        status\n        vendor {\n          key\n          name\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Preview on ImportLicenseFilePayload {\n    document {\n      vendor\n      sequence\n      issuedAt\n    }\n    changeSet {\n      id\n      status\n      canActivate\n      changes {\n        ...ChangesTable\n      }\n      surplusRequirements {\n        id\n        seatsToRemove\n        license {\n          name\n        }\n      }\n      ...StatedFacts\n    }\n  }\n"): (typeof documents)["\n  fragment Preview on ImportLicenseFilePayload {\n    document {\n      vendor\n      sequence\n      issuedAt\n    }\n    changeSet {\n      id\n      status\n      canActivate\n      changes {\n        ...ChangesTable\n      }\n      surplusRequirements {\n        id\n        seatsToRemove\n        license {\n          name\n        }\n      }\n      ...StatedFacts\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Suggestions($requirement: ID!, $first: Int!) {\n    node(id: $requirement) {\n      ... on SurplusRequirement {\n        id\n        suggestions(first: $first) {\n          reason\n          assignment {\n            ...Holder\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Suggestions($requirement: ID!, $first: Int!) {\n    node(id: $requirement) {\n      ... on SurplusRequirement {\n        id\n        suggestions(first: $first) {\n          reason\n          assignment {\n            ...Holder\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SurplusRequirements($vendor: String!) {\n    surplusRequirements(vendor: $vendor) {\n      id\n      license {\n        key\n        name\n      }\n      ...SurplusForm\n    }\n    licenses(filter: { vendor: $vendor, scope: USER }, first: 100) {\n      nodes {\n        ...MoveTarget\n      }\n    }\n  }\n"): (typeof documents)["\n  query SurplusRequirements($vendor: String!) {\n    surplusRequirements(vendor: $vendor) {\n      id\n      license {\n        key\n        name\n      }\n      ...SurplusForm\n    }\n    licenses(filter: { vendor: $vendor, scope: USER }, first: 100) {\n      nodes {\n        ...MoveTarget\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment SurplusForm on SurplusRequirement {\n    id\n    seatsInUse\n    seatsAvailable\n    seatsToRemove\n    license {\n      id\n      key\n      name\n      isPlan\n    }\n    changeSet {\n      id\n      changes {\n        ...MoveTargetChange\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment SurplusForm on SurplusRequirement {\n    id\n    seatsInUse\n    seatsAvailable\n    seatsToRemove\n    license {\n      id\n      key\n      name\n      isPlan\n    }\n    changeSet {\n      id\n      changes {\n        ...MoveTargetChange\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeUserLicenses($input: RevokeUserLicensesInput!) {\n    revokeUserLicenses(input: $input) {\n      results {\n        userId\n        outcome\n        blocker\n        user {\n          name\n        }\n      }\n      license {\n        id\n        seats {\n          inUse\n        }\n      }\n      surplusRequirement {\n        id\n        seatsToRemove\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation RevokeUserLicenses($input: RevokeUserLicensesInput!) {\n    revokeUserLicenses(input: $input) {\n      results {\n        userId\n        outcome\n        blocker\n        user {\n          name\n        }\n      }\n      license {\n        id\n        seats {\n          inUse\n        }\n      }\n      surplusRequirement {\n        id\n        seatsToRemove\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment MoveTarget on License {\n    key\n    name\n    isPlan\n    seats {\n      total\n      inUse\n    }\n  }\n"): (typeof documents)["\n  fragment MoveTarget on License {\n    key\n    name\n    isPlan\n    seats {\n      total\n      inUse\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment MoveTargetChange on LicenseChange {\n    key\n    name\n    scope\n    kind\n    newTotal\n  }\n"): (typeof documents)["\n  fragment MoveTargetChange on LicenseChange {\n    key\n    name\n    scope\n    kind\n    newTotal\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment PagerFields on PageInfo {\n    hasNextPage\n    hasPreviousPage\n    startCursor\n    endCursor\n  }\n"): (typeof documents)["\n  fragment PagerFields on PageInfo {\n    hasNextPage\n    hasPreviousPage\n    startCursor\n    endCursor\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query WhoIsThere {\n    viewer {\n      ...ViewerFields\n    }\n  }\n"): (typeof documents)["\n  query WhoIsThere {\n    viewer {\n      ...ViewerFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignOut {\n    signOut {\n      query {\n        viewer {\n          ...ViewerFields\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SignOut {\n    signOut {\n      query {\n        viewer {\n          ...ViewerFields\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignIn($input: SignInInput!) {\n    signIn(input: $input) {\n      viewer {\n        ...ViewerFields\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SignIn($input: SignInInput!) {\n    signIn(input: $input) {\n      viewer {\n        ...ViewerFields\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ViewerFields on Viewer {\n    actor {\n      name\n    }\n    scopes\n  }\n"): (typeof documents)["\n  fragment ViewerFields on Viewer {\n    actor {\n      name\n    }\n    scopes\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query VendorsToBindTo {\n    vendors {\n      id\n      name\n    }\n  }\n"): (typeof documents)["\n  query VendorsToBindTo {\n    vendors {\n      id\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateApiToken($input: CreateApiTokenInput!) {\n    createApiToken(input: $input) {\n      secret\n      apiToken {\n        ...TokenRow\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation CreateApiToken($input: CreateApiTokenInput!) {\n    createApiToken(input: $input) {\n      secret\n      apiToken {\n        ...TokenRow\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment TokenRow on ApiToken {\n    id\n    name\n    scopes\n    vendor {\n      name\n    }\n    expiresAt\n    lastUsedAt\n  }\n"): (typeof documents)["\n  fragment TokenRow on ApiToken {\n    id\n    name\n    scopes\n    vendor {\n      name\n    }\n    expiresAt\n    lastUsedAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeApiToken($input: RevokeApiTokenInput!) {\n    revokeApiToken(input: $input) {\n      apiToken {\n        id\n        revokedAt\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation RevokeApiToken($input: RevokeApiTokenInput!) {\n    revokeApiToken(input: $input) {\n      apiToken {\n        id\n        revokedAt\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ApiTokens {\n    apiTokens {\n      id\n      ...TokenRow\n    }\n  }\n"): (typeof documents)["\n  query ApiTokens {\n    apiTokens {\n      id\n      ...TokenRow\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AllUserLicenses {\n    licenses(filter: { scope: USER }, first: 100) {\n      nodes {\n        id\n        key\n        name\n        vendor {\n          key\n          name\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query AllUserLicenses {\n    licenses(filter: { scope: USER }, first: 100) {\n      nodes {\n        id\n        key\n        name\n        vendor {\n          key\n          name\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SeatsOfLicense($key: String!) {\n    license(key: $key) {\n      id\n      name\n      description\n      seats {\n        total\n        inUse\n        available\n      }\n    }\n  }\n"): (typeof documents)["\n  query SeatsOfLicense($key: String!) {\n    license(key: $key) {\n      id\n      name\n      description\n      seats {\n        total\n        inUse\n        available\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ChosenLicenses($first: String!, $second: String!) {\n    first: license(key: $first) {\n      id\n      name\n    }\n    second: license(key: $second) {\n      id\n      name\n    }\n  }\n"): (typeof documents)["\n  query ChosenLicenses($first: String!, $second: String!) {\n    first: license(key: $first) {\n      id\n      name\n    }\n    second: license(key: $second) {\n      id\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query UsersOfTab(\n    $filter: UserFilter\n    $orderBy: UserOrder\n    $first: Int\n    $after: String\n    $last: Int\n    $before: String\n  ) {\n    users(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        ...UserRow\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n"): (typeof documents)["\n  query UsersOfTab(\n    $filter: UserFilter\n    $orderBy: UserOrder\n    $first: Int\n    $after: String\n    $last: Int\n    $before: String\n  ) {\n    users(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {\n      totalCount\n      nodes {\n        ...UserRow\n      }\n      pageInfo {\n        ...PagerFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment UserRow on User {\n    id\n    name\n    login\n    group\n    kind\n    status\n    canLogIn\n    lastLoginAt\n    assignments {\n      id\n      license {\n        key\n        name\n        isPlan\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment UserRow on User {\n    id\n    name\n    login\n    group\n    kind\n    status\n    canLogIn\n    lastLoginAt\n    assignments {\n      id\n      license {\n        key\n        name\n        isPlan\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AssignUserLicenses($input: AssignUserLicensesInput!) {\n    assignUserLicenses(input: $input) {\n      license {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      users {\n        ...UserRow\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation AssignUserLicenses($input: AssignUserLicensesInput!) {\n    assignUserLicenses(input: $input) {\n      license {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      users {\n        ...UserRow\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TakeUserLicenses($input: RevokeUserLicensesInput!) {\n    revokeUserLicenses(input: $input) {\n      results {\n        userId\n        outcome\n        blocker\n        user {\n          ...UserRow\n        }\n      }\n      license {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation TakeUserLicenses($input: RevokeUserLicensesInput!) {\n    revokeUserLicenses(input: $input) {\n      results {\n        userId\n        outcome\n        blocker\n        user {\n          ...UserRow\n        }\n      }\n      license {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ReassignUserLicenses($input: ReassignUserLicensesInput!) {\n    reassignUserLicenses(input: $input) {\n      fromLicense {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      toLicense {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      users {\n        ...UserRow\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation ReassignUserLicenses($input: ReassignUserLicensesInput!) {\n    reassignUserLicenses(input: $input) {\n      fromLicense {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      toLicense {\n        id\n        seats {\n          inUse\n          available\n        }\n      }\n      users {\n        ...UserRow\n      }\n      userErrors {\n        ...UserErrorFields\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;