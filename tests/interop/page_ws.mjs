import { EVENTS, show } from "./events.mjs";
import { connect } from "./socket.mjs";

const after = new URLSearchParams(location.search).get("after");

connect(`${location.origin.replace("http", "ws")}/graphql`).subscribe(
  { query: EVENTS, variables: { after } },
  {
    next: ({ data, errors }) => (errors ? console.error(errors) : show(data.auditEvents)),
    error: (failure) => console.error(failure.code, failure.reason),
    complete: () => {},
  },
);
