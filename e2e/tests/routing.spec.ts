import { expect, test, type APIRequestContext, type Locator, type Page } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.js";
import { Caller, PASSWORD, signIn } from "../support/people.js";

interface Place {
  department: string;
  team: string;
}

/** A department of this journey's own, with two teams, an agent in the first of them, and a lead in none. */
async function newDepartment(admin: Caller, mark: number): Promise<Place> {
  const created = await admin.ask<{ departmentCreate: { department: { id: string } } }>(
    "mutation ($input: DepartmentCreateInput!) { departmentCreate(input: $input) { department { id } userErrors { code } } }",
    { input: { key: `yard-${mark}`, name: `Yard ${mark}`, description: "", icon: "truck", hue: 90 } },
  );
  const department = created.departmentCreate.department.id;
  const teams: string[] = [];
  for (const name of ["Gates", "Roads"]) {
    const made = await admin.ask<{ teamCreate: { team: { id: string } } }>(
      "mutation ($input: TeamCreateInput!) { teamCreate(input: $input) { team { id } userErrors { code } } }",
      { input: { department, name: `${name} ${mark}` } },
    );
    teams.push(made.teamCreate.team.id);
  }
  const members: string[] = [];
  for (const [login, role] of [
    [`gatekeeper-${mark}`, "AGENT"],
    [`yard-lead-${mark}`, "LEAD"],
  ]) {
    const made = await admin.ask<{ personCreate: { person: { id: string } } }>(
      "mutation ($input: PersonCreateInput!) { personCreate(input: $input) { person { id } } }",
      { input: { login, name: login, email: `${login}@example.org`, timezone: "UTC", password: PASSWORD } },
    );
    const person = made.personCreate.person.id;
    await admin.ask("mutation ($input: RoleInput!) { roleGrant(input: $input) { userErrors { code } } }", {
      input: { person, role, department },
    });
    if (role === "AGENT") members.push(person);
  }
  await admin.ask("mutation ($input: TeamSetMembersInput!) { teamSetMembers(input: $input) { userErrors { code } } }", {
    input: { team: teams[0], expectedVersion: 1, members },
  });
  return { department, team: `Gates ${mark}` };
}

async function reportTo(request: APIRequestContext, department: string, title: string): Promise<string> {
  const ana = await Caller.signedIn(request, "ana");
  const data = await ana.ask<{ incidentReport: { ticket: { reference: string } } }>(
    "mutation ($input: IncidentReportInput!) { incidentReport(input: $input) { ticket { reference } userErrors { code } } }",
    { input: { title, description: "Written by a journey.", department } },
  );
  return data.incidentReport.ticket.reference;
}

async function openRules(page: Page): Promise<void> {
  await page.goto("/admin/routing");
  await expect(page.getByRole("heading", { level: 1, name: "Routing" })).toBeVisible();
  await expect(page.locator(".skeleton")).toHaveCount(0);
}

async function newRule(page: Page): Promise<Locator> {
  await page.getByRole("button", { name: "New rule" }).click();
  const dialog = page.getByRole("dialog", { name: "New rule" });
  await expect(dialog).toBeVisible();
  return dialog;
}

async function save(dialog: Locator): Promise<void> {
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
}

const names = (page: Page): Locator => page.locator(".routing-rule .admin-name strong");

test("a lead makes rules, tries them, puts them in order by keyboard, and the next ticket goes where they say", async ({ page, request }) => {
  const mark = Date.now();
  const admin = await Caller.signedIn(request, "admin");
  const { department, team } = await newDepartment(admin, mark);
  await reportTo(request, department, `The barrier is stuck ${mark}`);
  await signIn(page, `yard-lead-${mark}`, "/admin/routing");
  await openRules(page);
  await expect(page.getByText("No routing rules yet")).toBeVisible();
  await expectAccessible(page);

  let dialog = await newRule(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByLabel("Goes to")).toHaveAttribute("aria-invalid", "true");
  await dialog.getByLabel("Goes to").selectOption({ label: team });
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByLabel("Name", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await dialog.getByLabel("Name", { exact: true }).fill("Barriers");
  await dialog.getByLabel(/^Words in the title/).fill("barrier\ngate");
  await dialog.getByRole("radio", { name: /^In turn/ }).check();
  await dialog.getByText("Try on past tickets").click();
  await dialog.getByRole("button", { name: "Try", exact: true }).click();
  await expect(dialog.getByText("1 ticket was looked at.")).toBeVisible();
  await expectAccessible(page);
  await save(dialog);
  const first = page.getByRole("listitem").filter({ hasText: "Barriers" });
  await expect(first).toContainText("All tickets that say “barrier” or “gate”");
  await expect(first).toContainText(`${team}, to its people in turn`);

  dialog = await newRule(page);
  await dialog.getByLabel("Name", { exact: true }).fill("Everything");
  await dialog.getByLabel("Goes to").selectOption({ label: `Roads ${mark}` });
  await save(dialog);
  await expect(names(page)).toHaveText(["Barriers", "Everything"]);

  const up = page.getByRole("button", { name: "Move Everything up" });
  await up.focus();
  await page.keyboard.press("Enter");
  await expect(names(page)).toHaveText(["Everything", "Barriers"]);
  await expect(page.getByText("Never reached: “Everything” takes all of it first.")).toBeVisible();
  await expectAccessible(page);
  const down = page.getByRole("button", { name: "Move Everything down" });
  await expect(down).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(names(page)).toHaveText(["Barriers", "Everything"]);
  await expect(page.getByText(/^Never reached/)).toHaveCount(0);

  await page.getByRole("button", { name: "Try", exact: true }).click();
  await expect(page.getByText("1 ticket was looked at.")).toBeVisible();
  await page.getByText("Some of them").first().click();
  await expect(page.getByText(`The barrier is stuck ${mark}`)).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("button", { name: "Switch Everything off" }).click();
  await expect(page.getByRole("button", { name: "Switch Everything on" })).toBeVisible();
  await page.getByRole("button", { name: "Delete Everything" }).click();
  await page.getByRole("dialog", { name: "Delete rule" }).getByRole("button", { name: "Delete rule" }).click();
  await expect(names(page)).toHaveText(["Barriers"]);

  const reference = await reportTo(request, department, `Gate will not open ${mark}`);
  await page.goto(`/desk/search/${reference}`);
  await expect(page.getByText(`sent it to ${team} by the rule “Barriers”, in turn to gatekeeper-${mark}`).first()).toBeVisible();
});

test("the demo's rules are there for the administrator, and somebody else's edit is not overwritten", async ({ page, request }) => {
  const word = `lan${Date.now()}`;
  await signIn(page, "admin", "/admin/routing");
  await openRules(page);
  await page.getByLabel("Department").selectOption({ label: "IT" });
  await expect(names(page).first()).toHaveText("Network words");
  await page.getByRole("button", { name: "Edit Network words" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit routing rule" });
  const admin = await Caller.signedIn(request, "admin");
  const { routingRules } = await admin.ask<{ routingRules: { id: string; name: string; version: number }[] }>(
    "{ routingRules { id name version } }",
  );
  const rule = routingRules.find((candidate) => candidate.name === "Network words");
  await admin.ask("mutation ($input: RoutingRuleEditInput!) { routingRuleEdit(input: $input) { userErrors { code } } }", {
    input: { rule: rule?.id, expectedVersion: rule?.version, conditions: { kinds: ["INCIDENT"], words: ["vpn", "wifi", "wi-fi", "wlan", word] } },
  });
  await dialog.getByLabel(/^Words in the title/).fill("vpn");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText(/Somebody changed this meanwhile/)).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText(`“wlan” or “${word}”`)).toBeVisible();
});
