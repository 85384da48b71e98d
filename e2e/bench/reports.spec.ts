import { expect, test } from "@playwright/test";

import { note, spread } from "../support/figures.js";
import { Caller } from "../support/people.js";

const REPORTS: Record<string, string> = {
  "counts by state and month": `{ ticketReport(measures: [COUNT], groupBy: [STATE],
    bucket: { unit: MONTH, timezone: "Europe/Lisbon", instant: CREATED }) { tickets rows { count } } }`,
  "times to resolve by priority": `{ ticketReport(measures: [COUNT, RESOLVE_TIME, MET_RATIO, REOPENED, REASSIGNED], groupBy: [PRIORITY])
    { tickets rows { priority count resolveTime { n medianMinutes p90Minutes } } } }`,
  "backlog by month": `{ ticketReport(measures: [BACKLOG], bucket: { unit: MONTH, timezone: "Europe/Lisbon", instant: CREATED })
    { tickets rows { backlog } } }`,
};

test("reports over the large database", async ({ request }) => {
  const login = process.env.BELLHOP_LOGIN ?? "";
  const caller = await Caller.signedIn(request, login, process.env.BELLHOP_PASSWORD);
  const { viewer } = await caller.ask<{ viewer: { person: { id: string } } }>("{ viewer { person { id } } }");
  await caller.ask(
    "mutation ($input: RoleInput!) { roleGrant(input: $input) { userErrors { code } } }",
    { input: { person: viewer.person.id, siteRole: "REPORTER" } },
  );
  for (const [name, query] of Object.entries(REPORTS)) {
    const samples: number[] = [];
    let tickets = 0;
    for (let round = 0; round < 7; round += 1) {
      const started = performance.now();
      const answer = await caller.ask<{ ticketReport: { tickets: number; rows: unknown[] } }>(query);
      samples.push(performance.now() - started);
      tickets = answer.ticketReport.tickets;
      expect(answer.ticketReport.rows.length).toBeGreaterThan(0);
    }
    note(`report over ${tickets} tickets: ${name}`, spread(samples), "1,000 ms");
  }
});
