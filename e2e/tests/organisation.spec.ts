import { expect, test, type Page } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.js";
import { Caller, PASSWORD, report, signIn } from "../support/people.js";

interface Made {
  id: string;
}

/** An agent of IT's service desk who was taken on just now. */
async function newAgent(admin: Caller, mark: number, word: string): Promise<{ id: string; login: string }> {
  const login = `${word}-${mark}`;
  const { departments } = await admin.ask<{ departments: { id: string; key: string }[] }>("{ departments { id key } }");
  const it = departments.find((department) => department.key === "it")?.id;
  const made = await admin.ask<{ personCreate: { person: Made } }>(
    "mutation ($input: PersonCreateInput!) { personCreate(input: $input) { person { id } } }",
    { input: { login, name: `${word} ${mark}`, email: `${login}@example.org`, timezone: "UTC", password: PASSWORD } },
  );
  const { id } = made.personCreate.person;
  await admin.ask("mutation ($input: RoleInput!) { roleGrant(input: $input) { userErrors { code } } }", {
    input: { person: id, role: "AGENT", department: it },
  });
  return { id, login };
}

async function openDone(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator(".skeleton")).toHaveCount(0);
}

test("whoever is deactivated hands their tickets over", async ({ page, request }) => {
  const mark = Date.now();
  const admin = await Caller.signedIn(request, "admin");
  const leaver = await newAgent(admin, mark, "leaver");
  const heir = await newAgent(admin, mark, "heir");
  const theirs = await Caller.signedIn(request, leaver.login);
  const ticket = await report(theirs, `Left behind ${mark}`);
  await theirs.ask("mutation ($input: TicketStartInput!) { ticketStart(input: $input) { userErrors { code } } }", {
    input: { ticket: ticket.id, expectedVersion: ticket.version },
  });

  await signIn(page, "admin", "/admin/people");
  await page.getByLabel("Find by name").fill(`leaver ${mark}`);
  await page.getByRole("button", { name: `Edit leaver ${mark}` }).click();
  const dialog = page.getByRole("dialog", { name: "Edit person" });
  await dialog.getByLabel(/^Works here/).uncheck();
  const question = dialog.getByLabel(/1 open ticket in .* goes to/);
  await question.selectOption({ label: `heir ${mark}` });
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  const found = await (await Caller.signedIn(request, heir.login)).ask<{ ticket: { assignee: Made } }>(
    "query ($id: ID!) { ticket(id: $id) { assignee { id } } }",
    { id: ticket.id },
  );
  expect(found.ticket.assignee.id).toBe(heir.id);
});

test("a token is made with the password, shown once, works, and is revoked", async ({ page, request }) => {
  const name = `Robot ${Date.now()}`;
  await signIn(page, "marta", "/account/tokens");
  await page.getByRole("button", { name: "New token" }).click();
  const dialog = page.getByRole("dialog", { name: "New token" });
  await dialog.getByLabel("What is it for?").fill(name);
  await dialog.getByLabel("Read tickets").check();
  await dialog.getByLabel("Your password").fill("not this one");
  await dialog.getByRole("button", { name: "New token" }).click();
  await expect(dialog.getByLabel("Your password")).toHaveAccessibleDescription(/not your present password/);
  await dialog.getByLabel("Your password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "New token" }).click();
  const secret = (await dialog.locator("code").textContent()) ?? "";
  expect(secret).toMatch(/^bhp_[0-9a-z]{52}$/);
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  const ask = () =>
    request.post("/graphql", {
      headers: { authorization: `Bearer ${secret}` },
      data: { query: "{ tickets(first: 1) { nodes { reference } } }" },
    });
  expect((await ask()).status()).toBe(200);
  await page.getByRole("button", { name: `Revoke: ${name}` }).click();
  await page.getByRole("dialog", { name: "Revoke" }).getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("row", { name: new RegExp(name) })).toHaveCount(0);
  expect((await ask()).status()).toBe(401);
});

test("the audit log is looked through and downloaded", async ({ page }) => {
  await signIn(page, "admin", "/admin/audit");
  await openDone(page, "/admin/audit");
  await page.getByLabel("Kind").selectOption({ label: "Signing in" });
  await expect(page.getByRole("row", { name: /Session started/ }).first()).toBeVisible();
  await expect(page.getByRole("row", { name: /Role granted/ })).toHaveCount(0);
  await expectAccessible(page);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download as CSV" }).click();
  expect((await download).suggestedFilename()).toBe("audit.csv");
});

test("people come from a file, which is checked first", async ({ page }) => {
  const mark = Date.now();
  await signIn(page, "admin", "/admin/people");
  await page.getByRole("button", { name: "Import" }).click();
  const dialog = page.getByRole("dialog", { name: "Import people" });
  await dialog.getByLabel("File", { exact: true }).setInputFiles({
    name: "people.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(`name;email\nFile ${mark};file-${mark}@example.org\nNobody;nomail\n`),
  });
  await dialog.getByRole("button", { name: "Check the file" }).click();
  await expect(dialog.getByText("This would happen")).toBeVisible();
  await expect(dialog.getByText(/Line 3: email/)).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Import now" }).click();
  await expect(dialog.getByText("Imported", { exact: true })).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.getByLabel("Find by name").fill(`File ${mark}`);
  await expect(page.getByRole("row", { name: new RegExp(`File ${mark}`) })).toBeVisible();
});
