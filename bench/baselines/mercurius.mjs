// A mercurius server with graphql-jit, using the API's statements and counters, without safeguards.
// Set DATABASE_URL and PORT, then run `node mercurius.mjs`.

import fastify from 'fastify'
import mercurius from 'mercurius'
import pg from 'pg'

// Timestamps stay text in UTC as PostgreSQL writes them, converted to ISO 8601.
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => `${text.replace(' ', 'T')}:00`)
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  min: 8,
  max: 8,
  options: '-c timezone=UTC',
})
// Named, so that each statement is prepared once per connection, as asyncpg does.
const rows = async (name, text, values = []) =>
  (await pool.query({ name, text, values, rowMode: 'array' })).rows

const CATALOG = `SELECT id, key, name, total, in_use FROM license
WHERE in_force AND NOT is_hidden ORDER BY vendor_id, sort, id`
const PAGE = `SELECT id, name, login, kind, last_login_at FROM "user" WHERE installation_id = 1 AND status <> 'RETIRED'
AND EXISTS (SELECT 1 FROM assignment WHERE user_id = "user".id AND license_id = $1) ORDER BY name_key, id LIMIT $2`
const HELD = `SELECT a.id, a.user_id, a.license_id, a.assigned_at FROM assignment a
JOIN license l ON l.id = a.license_id WHERE a.user_id = ANY($1) ORDER BY l.name_key, a.license_id`
const PENDING = 'SELECT license_id, total FROM bench_pending ORDER BY license_id'
const HOLDERS = `SELECT a.id, a.assigned_at, a.user_id, u.name, u.login FROM assignment a
JOIN "user" u ON u.id = a.user_id
WHERE a.license_id = $1 AND u.installation_id = 1 AND u.status <> 'RETIRED' ORDER BY u.name_key, a.user_id LIMIT $2`

const globalId = (type, id) => Buffer.from(`${type}:${id}`).toString('base64')

async function catalog() {
  const found = await rows('catalog', CATALOG)
  return found.map(([id, key, name, total, inUse]) => ({
    id: globalId('License', id),
    rowId: id,
    key,
    name,
    seats: { total, inUse, available: total === null ? null : total - inUse },
  }))
}

async function users(_, { filter, first }) {
  const licenses = new Map((await catalog()).map((license) => [license.rowId, license]))
  const wanted = [...licenses.values()].find((license) => license.key === filter.licenseType)
  const page = await rows('page', PAGE, [wanted.rowId, first + 1])
  const nodes = page.slice(0, first).map(([id, name, login, kind, lastLoginAt]) => ({
    id: globalId('User', id),
    rowId: id,
    name,
    login,
    category: kind === 'EMPLOYEE' ? 'EMPLOYEE' : 'OTHER',
    lastLoginAt,
    assignments: [],
  }))
  const byId = new Map(nodes.map((node) => [node.rowId, node]))
  for (const [id, userId, licenseId, assignedAt] of await rows('held', HELD, [[...byId.keys()]])) {
    const license = licenses.get(licenseId)
    byId.get(userId).assignments.push({ id: globalId('LicenseAssignment', id), assignedAt, license })
  }
  return { nodes, pageInfo: { hasNextPage: page.length > first } }
}

async function surplusRequirements() {
  const licenses = new Map((await catalog()).map((license) => [license.rowId, license]))
  const pending = await rows('pending', PENDING)
  return pending
    .map(([id, total]) => ({ license: licenses.get(id), seatsAvailable: total }))
    .filter(({ license, seatsAvailable }) => license.seats.inUse > seatsAvailable)
    .map(({ license, seatsAvailable }) => ({
      license,
      seatsInUse: license.seats.inUse,
      seatsAvailable,
      seatsToRemove: license.seats.inUse - seatsAvailable,
    }))
}

async function assignments({ license }, { first }) {
  const held = await rows('holders', HOLDERS, [license.rowId, first + 1])
  const nodes = held.slice(0, first).map(([id, assignedAt, userId, name, login]) => ({
    id: globalId('LicenseAssignment', id),
    assignedAt,
    user: { id: globalId('User', userId), name, login },
  }))
  return { totalCount: license.seats.inUse, nodes }
}

const schema = `
  enum UserCategory { EMPLOYEE OTHER }
  input UserFilter { licenseType: String! }
  type LicenseSeats { total: Int inUse: Int! available: Int }
  type License { id: ID! key: String! name: String! seats: LicenseSeats }
  type LicenseAssignment { id: ID! assignedAt: String! license: License! user: User! }
  type User {
    id: ID! name: String! login: String! category: UserCategory! lastLoginAt: String
    assignments: [LicenseAssignment!]!
  }
  type PageInfo { hasNextPage: Boolean! }
  type UserConnection { nodes: [User!]! pageInfo: PageInfo! }
  type LicenseConnection { nodes: [License!]! }
  type LicenseAssignmentConnection { totalCount: Int! nodes: [LicenseAssignment!]! }
  type SurplusRequirement {
    license: License! seatsInUse: Int! seatsAvailable: Int! seatsToRemove: Int!
    assignments(first: Int!): LicenseAssignmentConnection!
  }
  type Query {
    users(filter: UserFilter!, first: Int!): UserConnection
    licenses: LicenseConnection
    surplusRequirements: [SurplusRequirement!]
  }`
const resolvers = {
  Query: { users, licenses: async () => ({ nodes: await catalog() }), surplusRequirements },
  SurplusRequirement: { assignments },
}

const app = fastify()
app.register(mercurius, { schema, resolvers, jit: 1 })
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
