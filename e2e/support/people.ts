import { expect, type APIRequestContext, type Page } from "@playwright/test";

/** What the demo organisation's people sign in with. */
export const PASSWORD = "welcome aboard";

/** Signs in by hand, as a person does. */
export async function signIn(page: Page, login: string, address = "/", password = PASSWORD): Promise<void> {
  await page.goto(address);
  await page.getByLabel("Sign-in name").fill(login);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).not.toHaveURL(/sign-in/);
  // Administration is a page of its own: whoever goes on before it came goes nowhere.
  if (/^\/(admin|account)/.test(address)) await expect(page.getByRole("main")).toBeVisible();
}

/** Somebody who talks to the API without a browser. */
export class Caller {
  private constructor(
    private readonly request: APIRequestContext,
    private readonly token: string,
  ) {}

  static async signedIn(request: APIRequestContext, login: string, password = PASSWORD): Promise<Caller> {
    const answer = await request.post("/session", { data: { login, password } });
    expect(answer.status()).toBe(200);
    const { accessToken } = (await answer.json()) as { accessToken: string };
    return new Caller(request, accessToken);
  }

  /** Runs an operation and gives its data; errors and userErrors fail the test. */
  async ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const answer = await this.request.post("/graphql", {
      headers: { authorization: `Bearer ${this.token}` },
      data: { query, variables },
    });
    const body = (await answer.json()) as { data: T; errors?: unknown };
    expect(body.errors).toBeUndefined();
    return body.data;
  }
}

/** A ticket, as far as journeys need to know it. */
export interface Reported {
  id: string;
  reference: string;
  version: number;
}

/** Reports an incident to the IT department over the API, in a category that the named team looks after, if one is named. */
export async function report(caller: Caller, title: string, team?: string): Promise<Reported> {
  const { departments } = await caller.ask<{ departments: { id: string; key: string; name: string }[] }>(
    "{ departments { id key name } }",
  );
  const it = departments.find((department) => department.name === "IT" || department.key.toLowerCase() === "it");
  const { categories } = await caller.ask<{ categories: { id: string; team: { name: string } | null }[] }>(
    "query ($department: ID) { categories(department: $department) { id team { name } } }",
    { department: it?.id },
  );
  const category = categories.find((candidate) => team !== undefined && candidate.team?.name === team)?.id;
  const data = await caller.ask<{ incidentReport: { ticket: Reported | null; userErrors: unknown[] } }>(
    `mutation ($input: IncidentReportInput!) {
       incidentReport(input: $input) { ticket { id reference version } userErrors { code message } }
     }`,
    { input: { title, description: "Written by a journey.", department: it?.id, category, impact: "PERSON", urgency: "MEDIUM" } },
  );
  expect(data.incidentReport.userErrors).toEqual([]);
  if (data.incidentReport.ticket === null) throw new Error("the report made no ticket");
  return data.incidentReport.ticket;
}
