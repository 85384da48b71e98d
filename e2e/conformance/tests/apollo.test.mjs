// Apollo Client as its documentation sets it up: query, cache, mutation, subscription.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client/core/index.js";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions/index.js";
import { CombinedGraphQLErrors } from "@apollo/client/errors/index.js";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { asOf, ask, bearer, graphqlUrl, report, socketUrl } from "../support/server.mjs";

const patience = { timeout: 30_000 };

function client(authorization) {
  const requests = [];
  const counted = (address, options) => {
    requests.push(options);
    return fetch(address, options);
  };
  const http = new HttpLink({ uri: graphqlUrl, headers: { authorization }, fetch: counted });
  const sender = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: { authorization } });
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(sender),
    http,
  );
  const cache = new InMemoryCache({ possibleTypes: { Ticket: ["Incident", "ServiceRequest"] } });
  return { apollo: new ApolloClient({ link, cache }), requests, sender };
}

const TICKET = gql`
  query ($id: ID) {
    ticket(id: $id) {
      id
      title
      version
    }
  }
`;

test("a ticket is asked for once and then comes from the cache", patience, async () => {
  const authorization = await bearer("ana");
  const { id, title } = await report(authorization, "The stapler is empty");
  const { apollo, requests } = client(authorization);
  for (let round = 0; round < 2; round += 1) {
    const { data } = await apollo.query({ query: TICKET, variables: { id } });
    assert.equal(data.ticket.title, title);
  }
  assert.equal(requests.length, 1);
  assert.match(new Headers(requests[0].headers).get("accept"), /application\/graphql-response\+json/);
  apollo.stop();
});

test("a mutation's answer changes what the cache tells those who watch", patience, async () => {
  const authorization = await bearer("marta");
  const { id } = await report(authorization, "The lamp flickers");
  const { apollo } = client(authorization);
  const seen = [];
  const watching = apollo.watchQuery({ query: TICKET, variables: { id } });
  let told;
  const changed = new Promise((resolve) => (told = resolve));
  const subscription = watching.subscribe(({ data, loading }) => {
    if (loading || data?.ticket === undefined) return;
    seen.push(data.ticket.title);
    if (data.ticket.title === "The lamp is dark") told();
  });
  const { data } = await apollo.query({ query: TICKET, variables: { id } });
  const edited = await apollo.mutate({
    mutation: gql`
      mutation ($input: TicketEditInput!) {
        ticketEdit(input: $input) {
          ticket {
            id
            title
            version
          }
          userErrors {
            code
            message
          }
        }
      }
    `,
    variables: { input: { ticket: id, expectedVersion: data.ticket.version, title: "The lamp is dark" } },
  });
  assert.deepEqual(edited.data.ticketEdit.userErrors, []);
  await changed;
  assert.equal(seen.at(-1), "The lamp is dark");
  subscription.unsubscribe();
  apollo.stop();
});

test("a subscription's event changes the same object in the cache", patience, async () => {
  const authorization = await bearer("marta");
  const { id } = await report(authorization, "The door squeaks");
  const { apollo, sender } = client(authorization);
  const before = await apollo.query({ query: TICKET, variables: { id } });
  const since = await asOf(authorization);
  const heard = new Promise((resolve, reject) => {
    apollo
      .subscribe({
        query: gql`
          subscription ($id: ID!, $since: Sequence) {
            ticketChanged(id: $id, since: $since) {
              ... on TicketUpsert {
                ticket {
                  id
                  title
                  version
                }
              }
            }
          }
        `,
        variables: { id, since },
      })
      .subscribe({
        next: ({ data, error }) => {
          if (error !== undefined) reject(error);
          else if (data.ticketChanged.ticket?.title === "The door is silent") resolve();
        },
        error: reject,
      });
  });
  await ask(
    authorization,
    "mutation ($input: TicketEditInput!) { ticketEdit(input: $input) { userErrors { code } } }",
    { input: { ticket: id, expectedVersion: before.data.ticket.version, title: "The door is silent" } },
  );
  await heard;
  const cached = await apollo.query({ query: TICKET, variables: { id }, fetchPolicy: "cache-only" });
  assert.equal(cached.data.ticket.title, "The door is silent");
  apollo.stop();
  await sender.dispose();
});

test("errors come as GraphQL errors with their code, whatever the status", patience, async () => {
  const { apollo } = client(await bearer("ana"));
  for (const query of [gql`{ nosuch }`, gql`query ($id: ID!) { ticket(id: $id) { id } }`]) {
    await assert.rejects(apollo.query({ query }), (error) => {
      assert.ok(CombinedGraphQLErrors.is(error), String(error));
      assert.equal(error.errors[0].extensions.code, "BAD_QUERY");
      return true;
    });
  }
  apollo.stop();
});
