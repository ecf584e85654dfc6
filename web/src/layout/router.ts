import { useSyncExternalStore } from "react";

/** The current path and parameters. They hold all state that a reload or a link must restore. */
export interface Route {
  path: string;
  parameters: URLSearchParams;
}

const NAVIGATION_EVENT = "seatkeeper:navigation";
let currentHref = "";
let route: Route;

/** Return the current route, and render again when it changes. */
export function useRoute(): Route {
  return useSyncExternalStore(subscribe, read);
}

/** Navigate to a URL of the console. `replace` replaces the current history entry. */
export function navigate(url: string, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  dispatchEvent(new Event(NAVIGATION_EVENT));
}

/** Return the URL of the current path with changed parameters; null removes a parameter. */
export function withParameters(changes: Record<string, string | null>, { path, parameters }: Route = read()) {
  const changed = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") changed.delete(name);
    else changed.set(name, value);
  }
  const query = changed.toString();
  return query ? `${path}?${query}` : path;
}

function read(): Route {
  if (location.href !== currentHref) {
    currentHref = location.href;
    route = { path: location.pathname, parameters: new URLSearchParams(location.search) };
  }
  return route;
}

function subscribe(listener: () => void) {
  addEventListener("popstate", listener);
  addEventListener(NAVIGATION_EVENT, listener);
  return () => {
    removeEventListener("popstate", listener);
    removeEventListener(NAVIGATION_EVENT, listener);
  };
}
