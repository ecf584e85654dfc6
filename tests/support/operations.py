"""GraphQL operations that several tests send: those of the help page, and the creation and revocation of API tokens."""

VENDORS = """
query Vendors {
  installation { licenseOwner serialNumber isDemo status nextExpiryAt }
  vendors { id key name isMain status updateStatus expiresAt graceEndsAt warnsAt storeUrl supportUrl activationPolicy }
}
"""

LICENSES = """
query Licenses($filter: LicenseFilter) {
  licenses(filter: $filter, first: 100) {
    nodes { id key name scope isPlan seats { total inUse available } pendingChange { kind newTotal surplus } }
  }
}
"""

PENDING = """
query Pending($vendor: String) {
  pendingChanges(vendor: $vendor) {
    id
    status
    canActivate
    licenseOwner
    serialNumber
    vendor { key supportUrl updateStatus }
    changes { key name kind oldTotal newTotal inUse surplus }
    surplusRequirements { license { key } seatsToRemove }
  }
}
"""

SURPLUS = """
query Surplus($vendor: String) {
  surplusRequirements(vendor: $vendor) {
    id
    license { id key name }
    changeSet { id }
    seatsInUse
    seatsAvailable
    seatsToRemove
    assignments(first: 100) {
      totalCount
      nodes { id assignedAt assignedBy { name } blocker user { id name login lastLoginAt } }
    }
    suggestions { reason assignment { blocker user { id login } } }
  }
}
"""

ACTIVATE = """
mutation Activate($input: ActivateLicensesInput!) {
  activateLicenses(input: $input) {
    changeSet {
      id status canActivate closedAt closedBy { kind name }
      changes { key oldTotal newTotal inUse }
      surplusRequirements { license { key } seatsToRemove }
    }
    query { vendors { key updateStatus } }
    userErrors { code message path }
  }
}
"""

REJECT = """
mutation Reject($input: RejectPendingChangesInput!) {
  rejectPendingChanges(input: $input) {
    changeSet { status rejectionReason }
    query { vendors { key updateStatus } }
    userErrors { code message path }
  }
}
"""

REVOKE = """
mutation Revoke($input: RevokeUserLicensesInput!) {
  revokeUserLicenses(input: $input) {
    results { userId outcome blocker user { login plan { key } } }
    license { key seats { total inUse available } }
    surplusRequirement { seatsToRemove }
    userErrors { code message path }
  }
}
"""

ASSIGN = """
mutation Assign($input: AssignUserLicensesInput!) {
  assignUserLicenses(input: $input) {
    license { key seats { inUse available } }
    users { login assignments { license { key } } }
    userErrors { code message path }
  }
}
"""

REASSIGN = """
mutation Reassign($input: ReassignUserLicensesInput!) {
  reassignUserLicenses(input: $input) {
    fromLicense { key seats { inUse } }
    toLicense { key seats { inUse } }
    users { login plan { key } }
    userErrors { code message path }
  }
}
"""

IMPORT = """
mutation Import($input: ImportLicenseFileInput!) {
  importLicenseFile(input: $input) {
    changeSet { id status changes { key kind oldTotal newTotal surplus } }
    document { vendor sequence keyId sha256 }
    userErrors { code message path }
  }
}
"""

USERS = """
query Users($filter: UserFilter, $orderBy: UserOrder, $first: Int, $after: String, $last: Int, $before: String) {
  users(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes {
      id name login category kind status canLogIn lastLoginAt
      plan { key }
      assignments { assignedAt license { key name } }
    }
  }
}
"""

HOLDERS = """
query Holders($key: String!) {
  license(key: $key) {
    id
    seats { total inUse available }
    assignments(first: 100) { totalCount nodes { blocker assignedAt user { id name login } } }
  }
}
"""

AUDIT = """
query Audit($filter: AuditFilter) {
  auditEvents(filter: $filter, first: 100) {
    nodes { action summary actor { kind name } details { name before after } user { login } license { key } }
  }
}
"""

CONVERT = """
mutation Convert($input: ConvertDemoInput!) {
  convertDemo(input: $input) {
    installation { serialNumber licenseOwner isDemo }
    changeSet {
      id status source
      changes { key kind inUse newTotal surplus license { id } }
    }
    userErrors { code message path }
  }
}
"""

CHECK = """
mutation Check($input: CheckForLicenseChangesInput!) {
  checkForLicenseChanges(input: $input) {
    changeSet { id status closedBy { kind name } }
    vendor { updateStatus lastCheck { outcome message checkedAt } nextCheckAt }
    userErrors { code message path }
  }
}
"""

ACKNOWLEDGE = """
mutation Acknowledge($input: AcknowledgeChangeSetInput!) {
  acknowledgeChangeSet(input: $input) {
    changeSet { acknowledgedAt }
    query { vendors { key updateStatus } }
    userErrors { code message path }
  }
}
"""

CREATE_TOKEN = """
mutation CreateToken($input: CreateApiTokenInput!) {
  createApiToken(input: $input) { apiToken { id name } secret userErrors { code message path } }
}
"""

REVOKE_TOKEN = """
mutation RevokeToken($input: RevokeApiTokenInput!) { revokeApiToken(input: $input) { userErrors { code } } }
"""
