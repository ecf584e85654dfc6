import { useSyncExternalStore } from "react";

/** Where the console is: the address holds everything that a reload or a link must bring back. */
export interface Place {
  path: string;
  parameters: URLSearchParams;
}

const MOVED = "seatkeeper:moved";
let known = "";
let place: Place;

/** Where the console is now; the component is drawn again when that changes. */
export function usePlace(): Place {
  return useSyncExternalStore(subscribe, read);
}

/** Goes to an address of the console. `replace` leaves no step for the back button. */
export function go(address: string, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  dispatchEvent(new Event(MOVED));
}

/** This address with other parameters; null takes one out. */
export function withParameters(changes: Record<string, string | null>, { path, parameters }: Place = read()) {
  const changed = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") changed.delete(name);
    else changed.set(name, value);
  }
  const query = changed.toString();
  return query ? `${path}?${query}` : path;
}

function read(): Place {
  if (location.href !== known) {
    known = location.href;
    place = { path: location.pathname, parameters: new URLSearchParams(location.search) };
  }
  return place;
}

function subscribe(listener: () => void) {
  addEventListener("popstate", listener);
  addEventListener(MOVED, listener);
  return () => {
    removeEventListener("popstate", listener);
    removeEventListener(MOVED, listener);
  };
}
