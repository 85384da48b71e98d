import { expect, test } from "@playwright/test";

import { note } from "../support/figures.js";
import { Caller } from "../support/people.js";

// The same questions on databases of different sizes; `cargo xtask bench` sets the figures against each other.

const SIZE = process.env.BELLHOP_SIZE ?? "?";
const ROUNDS = 60;
const OPEN = `stateKind: { in: [NEW, ACTIVE, WAITING] }`;
const PAGE = `edges { cursor sortKey node { id reference title state priority risk dueAt unanswered updatedAt version
  requester { id name } assignee { id name } team { id name } department { id name }
  nextClock { target state dueAt remainingSeconds } } } pageInfo { hasNextPage endCursor } asOf`;

/** Asks over and over; gives the median of the times between question and answer. */
async function median(ask: () => Promise<void>, rounds = ROUNDS): Promise<number> {
  await ask();
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    await ask();
    samples.push(performance.now() - started);
  }
  samples.sort((a, b) => a - b);
  return samples[Math.floor(samples.length / 2)] ?? Number.NaN;
}

interface Page {
  tickets: { edges: { node: { id: string } }[] };
}

test("pages of the queue and of a ticket", async ({ request }) => {
  const agent = await Caller.signedIn(request, "marta");
  const auditor = await Caller.signedIn(request, "ruth");
  const me = await agent.ask<{ viewer: { person: { id: string; teams: { id: string }[] } } }>(
    "{ viewer { person { id teams { id } } } }",
  );
  const team = me.viewer.person.teams[0]?.id ?? "";
  const { departments } = await auditor.ask<{ departments: { id: string }[] }>("{ departments { id } }");
  const three = departments.slice(0, 3).map((department) => department.id);
  // As many rows as there are beside ten thousand tickets too: a longer page would be no comparison.
  const pages: [string, Caller, string, number][] = [
    ["a team's open by due", agent, `team: { in: ["${team}"] }`, 20],
    ["three departments' open by due", auditor, `department: { in: ${JSON.stringify(three)} }`, 50],
    ["mine", agent, `assignee: { in: ["${me.viewer.person.id}"] }`, 5],
  ];
  let first = "";
  for (const [name, caller, filter, rows] of pages) {
    const query = `{ tickets(first: ${rows}, orderBy: DUE, filter: { ${OPEN}, ${filter} }) { ${PAGE} } }`;
    const took = await median(async () => {
      const page = await caller.ask<Page>(query);
      expect(page.tickets.edges.length).toBe(rows);
      if (name.startsWith("a team")) first = page.tickets.edges[0]?.node.id ?? first;
    });
    note(`queue page, ${name} (${rows} rows)|${SIZE}`, `${took.toFixed(1)} ms`);
  }
  const ticket = `{ ticket(id: "${first}") { id reference title state version
    conversation(last: 30) { nodes { id bodyHtml createdAt author { name } } }
    clocks { target state dueAt remainingSeconds } timeline(last: 30) { nodes { id occurredAt } } } }`;
  const took = await median(async () => {
    const answer = await agent.ask<{ ticket: { id: string } | null }>(ticket);
    expect(answer.ticket?.id).toBe(first);
  });
  note(`ticket page|${SIZE}`, `${took.toFixed(1)} ms`, "8 ms");
  const report = `{ ticketReport(measures: [COUNT], groupBy: [TEAM],
    bucket: { unit: MONTH, timezone: "Europe/Lisbon", instant: CREATED }) { tickets rows { count team { id } period { label } } } }`;
  const counted = await median(async () => {
    const answer = await auditor.ask<{ ticketReport: { tickets: number; rows: unknown[] } }>(report);
    expect(answer.ticketReport.tickets).toBeGreaterThan(1_000);
    expect(answer.ticketReport.rows.length).toBeGreaterThan(12);
  }, 9);
  note(`report by month and team|${SIZE}`, `${counted.toFixed(1)} ms`, "1,000 ms");
});
