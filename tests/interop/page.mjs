// What a signed-in page has in a browser: `node --import ./page.mjs SCRIPT ADDRESS COOKIE` runs a page's script.

import WebSocket from "ws";

const [address, Cookie] = process.argv.slice(2);
const { fetch } = globalThis;

globalThis.location = new URL(address);
const Origin = location.origin;

globalThis.fetch = (url, request) =>
  fetch(new URL(url, location), { ...request, headers: { ...request.headers, Cookie, Origin } });

globalThis.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols, { headers: { Cookie }, origin: Origin });
  }
};
