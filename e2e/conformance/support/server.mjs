// The server that the clients are tried against, and how a tool signs in to it (docs/API.md).

import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Where the server answers. */
export const url = process.env.BELLHOP_URL ?? "http://127.0.0.1:8080";
export const graphqlUrl = `${url}/graphql`;
export const socketUrl = `${url.replace(/^http/, "ws")}/graphql/ws`;

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
export const schemaFile = path.resolve(root, "../../schema.graphql");

/** A folder for what a tool generates: beside the build, never in the tree. */
export function scratch(name) {
  const base = process.env.BELLHOP_CONFORMANCE_TARGET ?? path.resolve(root, "../../target/conformance");
  const folder = path.join(base, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Signs in as one of the demo organisation's people and gives the header's value. */
export async function bearer(login) {
  const answer = await fetch(`${url}/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ login, password: "welcome aboard" }),
  });
  if (!answer.ok) throw new Error(`${login} cannot sign in: ${answer.status} ${await answer.text()}`);
  const { accessToken } = await answer.json();
  return `Bearer ${accessToken}`;
}

/** Asks something without any client, to stage what a client should then notice. */
export async function ask(authorization, query, variables = {}) {
  const answer = await fetch(graphqlUrl, {
    method: "POST",
    headers: { "content-type": "application/json", authorization },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

/** The log's present end, for a subscription's `since`. */
export async function asOf(authorization) {
  const { tickets } = await ask(authorization, "{ tickets(first: 1) { asOf } }");
  return tickets.asOf;
}

/** Reports an incident to the IT department. */
export async function report(authorization, title) {
  const { departments } = await ask(authorization, "{ departments { id key } }");
  const department = departments.find(({ key }) => key.toLowerCase() === "it")?.id;
  const { incidentReport } = await ask(
    authorization,
    `mutation ($input: IncidentReportInput!) {
       incidentReport(input: $input) { ticket { id reference title } userErrors { code message } }
     }`,
    { input: { title, description: "Written by a tool.", department } },
  );
  if (incidentReport.ticket === null) throw new Error(JSON.stringify(incidentReport.userErrors));
  return incidentReport.ticket;
}
