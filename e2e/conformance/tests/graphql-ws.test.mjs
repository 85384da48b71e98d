// The npm client graphql-ws: subscriptions, refusals, and coming back after a cut.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { asOf, bearer, report, socketUrl } from "../support/server.mjs";

const patience = { timeout: 30_000 };
const QUEUE = `subscription ($since: Sequence) {
  queueChanged(filter: { mine: true }, since: $since) {
    __typename
    ... on QueueUpsert { ticket { id title } sequence }
  }
}`;

function client(authorization, more = {}) {
  return createClient({
    url: socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
    ...more,
  });
}


test("a subscription tells what happens", patience, async () => {
  const authorization = await bearer("ana");
  const sender = client(authorization);
  const events = sender.iterate({ query: QUEUE, variables: { since: await asOf(authorization) } });
  const { title } = await report(authorization, "The projector hums");
  for await (const event of events) {
    assert.equal(event.errors, undefined);
    if (event.data.queueChanged.ticket?.title === title) break;
  }
  await sender.dispose();
});

test("a subscription that does not fit the schema ends with an error, and the socket goes on", patience, async () => {
  const sender = client(await bearer("ana"));
  await assert.rejects(
    sender.iterate({ query: "subscription { nosuch }" }).next(),
    (errors) => errors[0].extensions.code === "BAD_QUERY",
  );
  const events = sender.iterate({ query: "subscription { nosuch }" });
  await assert.rejects(events.next());
  await sender.dispose();
});

test("a token that is none closes the socket with 4401", patience, async () => {
  const sender = client("Bearer nonsense");
  await assert.rejects(sender.iterate({ query: QUEUE }).next(), (event) => event.code === 4401);
});

test("after a cut the client connects again and hears on", patience, async () => {
  const authorization = await bearer("ana");
  const sockets = [];
  class Watched extends WebSocket {
    constructor(...rest) {
      super(...rest);
      sockets.push(this);
    }
  }
  let connections = 0;
  const sender = client(authorization, {
    webSocketImpl: Watched,
    retryAttempts: 5,
    retryWait: async () => {},
    shouldRetry: () => true,
    on: { connected: () => (connections += 1) },
  });
  // Waits for the ticket of each round; what was told already is passed over.
  const waiting = new Map();
  const stop = sender.subscribe(
    { query: QUEUE, variables: { since: await asOf(authorization) } },
    {
      next: ({ data }) => waiting.get(data?.queueChanged.ticket?.title)?.(),
      error: (error) => waiting.forEach((_, title) => assert.fail(`${title}: ${error}`)),
      complete: () => {},
    },
  );
  for (const title of ["Before the cut", "After the cut"]) {
    const heard = new Promise((resolve) => waiting.set(title, resolve));
    await report(authorization, title);
    await heard;
    sockets.at(-1).terminate();
  }
  assert.ok(connections >= 2, `${connections} connections`);
  stop();
  await sender.dispose();
});
