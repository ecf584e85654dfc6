export const EVENTS = `
  subscription Events($after: String) {
    auditEvents(after: $after) { cursor node { id occurredAt action summary } }
  }
`;

export function show({ cursor, node }) {
  console.log(cursor, node.action, node.summary);
}

export function pause() {
  return new Promise((resolve) => setTimeout(resolve, 1000 + 2000 * Math.random()));
}
