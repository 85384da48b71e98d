import { expect, test, type Locator, type Page } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.js";
import { Caller, report, signIn } from "../support/people.js";

/** Opens a part of administration once its list is there. */
async function openPart(page: Page, part: string): Promise<void> {
  await page.goto(`/admin/${part}`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator(".skeleton")).toHaveCount(0);
}

/** Opens the dialog that adds to the list. */
async function add(page: Page, words: string): Promise<Locator> {
  await page.getByRole("button", { name: words }).click();
  const dialog = page.getByRole("dialog", { name: words });
  await expect(dialog).toBeVisible();
  return dialog;
}

async function save(dialog: Locator): Promise<void> {
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
}

/** What is said beside a field. */
async function expectFault(field: Locator, words: RegExp): Promise<void> {
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(words);
}

test("a department, its team and a person with a role are set up, and the person works there at once", async ({ page, browser }) => {
  const mark = Date.now();
  const [department, team, login] = [`Fleet ${mark}`, `Drivers ${mark}`, `fleet-${mark}`];
  await signIn(page, "admin", "/admin/departments");

  let dialog = await add(page, "New department");
  await dialog.getByLabel("Name", { exact: true }).fill(department);
  await dialog.getByLabel("Short name").fill(login);
  await dialog.getByLabel("Icon").selectOption("car");
  await save(dialog);
  await expect(page.getByRole("row", { name: new RegExp(department) })).toBeVisible();

  await openPart(page, "teams");
  dialog = await add(page, "New team");
  await dialog.getByLabel("Department").selectOption({ label: department });
  await dialog.getByLabel("Name", { exact: true }).fill(team);
  await save(dialog);
  await expect(page.getByRole("row", { name: new RegExp(team) })).toBeVisible();

  await openPart(page, "people");
  dialog = await add(page, "New person");
  await dialog.getByLabel("Name", { exact: true }).fill(`Fleur ${mark}`);
  await dialog.getByLabel("Sign-in name").fill(login);
  await dialog.getByLabel("Mail address").fill(`${login}@example.org`);
  await dialog.getByRole("textbox", { name: /^First password/ }).fill("drive on the right");
  await save(dialog);

  await page.getByLabel("Find by name").fill(String(mark));
  await page.getByRole("button", { name: `Access: Fleur ${mark}` }).click();
  dialog = page.getByRole("dialog", { name: "Access" });
  await dialog.getByLabel("Role").selectOption({ label: "Agent" });
  await dialog.getByLabel("Department").selectOption({ label: department });
  await dialog.getByRole("button", { name: "Give this role" }).click();
  await expect(dialog.getByText(`Agent in ${department}`)).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("row", { name: new RegExp(`Agent in ${department}`) })).toBeVisible();

  const theirs = await (await browser.newContext()).newPage();
  await signIn(theirs, login, "/desk", "drive on the right");
  await expect(theirs.getByRole("navigation", { name: "Views" }).getByText(department)).toBeVisible();
  await theirs.context().close();
});

test("a site is added, somebody works there, and a ticket of theirs shows it", async ({ page, browser, request }) => {
  const name = `Porto ${Date.now()}`;
  await signIn(page, "admin", "/admin/sites");
  let dialog = await add(page, "New site");
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByLabel("Address").fill("Rua do Cais 3, Porto");
  await dialog.getByLabel("Time zone").selectOption("Europe/Lisbon");
  await expectAccessible(page);
  await save(dialog);
  await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("Nobody yet");

  await openPart(page, "people");
  await page.getByLabel("Find by name").fill("Ana Ferreira");
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await page.getByRole("button", { name: /^Edit/ }).click();
  dialog = page.getByRole("dialog", { name: "Edit person" });
  const before = await dialog.getByLabel("Site").inputValue();
  await dialog.getByLabel("Site").selectOption({ label: name });
  await save(dialog);
  await expect(page.locator("tbody tr")).toContainText(name);

  const ticket = await report(await Caller.signedIn(request, "ana"), "A light is broken");
  const desk = await (await browser.newContext()).newPage();
  await signIn(desk, "marta", `/desk/${ticket.reference}`);
  await expect(desk.getByRole("definition").filter({ hasText: "Ana Ferreira" })).toContainText(name);
  await desk.context().close();

  // Ana goes back; the site is put out of use and is not offered any longer.
  await page.getByRole("button", { name: /^Edit/ }).click();
  await dialog.getByLabel("Site").selectOption(before);
  await save(dialog);
  await openPart(page, "sites");
  await page.getByRole("button", { name: `Edit ${name}` }).click();
  dialog = page.getByRole("dialog", { name: "Edit site" });
  await dialog.getByLabel("In use").uncheck();
  await save(dialog);
  await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("Out of use");
  await openPart(page, "people");
  dialog = await add(page, "New person");
  await expect(dialog.getByLabel("Site").locator("option", { hasText: name })).toHaveCount(0);
});

test("a department says why its tickets may wait, and agents are offered that alone", async ({ page, browser, request }) => {
  await signIn(page, "admin", "/admin/states");
  const row = page.getByRole("row").filter({ has: page.getByText("IT", { exact: true }) });
  await row.getByRole("button", { name: "Edit IT" }).click();
  const dialog = page.getByRole("dialog", { name: "Ticket states: IT" });
  const close = dialog.getByLabel("Days until a resolved ticket closes by itself");
  const waits = { team: dialog.getByRole("checkbox", { name: "Waiting for another team" }), supplier: dialog.getByRole("group", { name: "Waiting for a supplier" }) };
  await close.fill("0");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expectFault(close, /Between 1 and 90/);
  await close.fill("3");
  await waits.team.uncheck();
  await waits.supplier.getByLabel("Days until it comes back").fill("30");
  await expectAccessible(page);
  await save(dialog);
  await expect(row).toContainText("3 days");
  await expect(row).toContainText("5 of 6");

  const ticket = await report(await Caller.signedIn(request, "ana"), "Waits for a supplier");
  const desk = await (await browser.newContext()).newPage();
  await signIn(desk, "marta", `/desk/search/${ticket.reference}`);
  await desk.getByRole("button", { name: "Put on hold" }).click();
  const hold = desk.getByRole("dialog");
  const reason = hold.getByLabel("What is it waiting for?");
  await expect(reason.locator("option")).toHaveCount(5);
  const wakes = hold.locator('input[type="datetime-local"]');
  const soon = await wakes.inputValue();
  await reason.selectOption({ label: "Waiting for a supplier" });
  await expect(wakes).not.toHaveValue(soon);
  await hold.getByRole("button", { name: "Put on hold" }).click();
  await expect(hold).toBeHidden();
  await desk.context().close();

  await row.getByRole("button", { name: "Edit IT" }).click();
  await close.fill("5");
  await waits.team.check();
  await waits.supplier.getByLabel("Days until it comes back").fill("1");
  await save(dialog);
  await expect(row).toContainText("All");
});

test("roles in a confidential department are given by its leads, and an administrator is told so", async ({ page, browser }) => {
  await signIn(page, "teresa", "/admin/people");
  await expect(page.getByRole("button", { name: "New person" })).toHaveCount(0);
  await page.getByLabel("Find by name").fill("Ana Ferreira");
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await expect(page.getByRole("button", { name: /^Edit/ })).toHaveCount(0);
  await page.getByRole("button", { name: /^Access: Ana/ }).click();
  const dialog = page.getByRole("dialog", { name: "Access" });
  // Only what is hers to give: no other department, no password, nothing site-wide.
  await expect(dialog.getByLabel("Department").locator("option")).toHaveCount(2);
  await expect(dialog.getByLabel("New password")).toHaveCount(0);
  await expect(dialog.getByLabel("Role").locator("option", { hasText: "Administrator" })).toHaveCount(0);
  await dialog.getByLabel("Role").selectOption({ label: "Agent" });
  await dialog.getByLabel("Department").selectOption({ index: 1 });
  await dialog.getByRole("button", { name: "Give this role" }).click();
  const given = dialog.getByRole("listitem").filter({ hasText: "Agent in" });
  await expect(given).toHaveCount(1);
  await given.getByRole("button").click();
  await dialog.getByRole("button", { name: "Take this role" }).click();
  await expect(given).toHaveCount(0);

  const office = await (await browser.newContext()).newPage();
  await signIn(office, "admin", "/admin/people");
  await office.getByLabel("Find by name").fill("Ana Ferreira");
  await office.getByRole("button", { name: /^Access: Ana/ }).click();
  const refused = office.getByRole("dialog", { name: "Access" });
  await refused.getByLabel("Role").selectOption({ label: "Agent" });
  await refused.getByLabel("Department").selectOption({ label: "People" });
  await refused.getByRole("button", { name: "Give this role" }).click();
  await expectFault(refused.getByLabel("Department"), /Only a lead of this department/);
  await office.context().close();
});

test("a calendar's wrong dates are named where they stand, and right ones are kept", async ({ page }) => {
  const name = `Night shift ${Date.now()}`;
  await signIn(page, "admin", "/admin/calendars");
  const dialog = await add(page, "New calendar");
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByLabel("Monday").fill("nine to five");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Monday: hours look like")).toBeVisible();
  await expect(dialog.getByLabel("Monday")).toBeFocused();

  await dialog.getByLabel("Monday").fill("22:00-06:00");
  await dialog.getByLabel("Closed dates").fill("25.12. Christmas");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expectFault(dialog.getByLabel("Closed dates"), /./);
  await dialog.getByLabel("Closed dates").fill("--12-25 Christmas");
  await save(dialog);
  await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("Monday 22:00–06:00");
  await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("Tuesday to Friday 09:00–17:00");
});

test("a catalog item says which question is empty, and stands in the portal once it is right", async ({ page }) => {
  const name = `Umbrella ${Date.now()}`;
  await signIn(page, "admin", "/admin/catalog");
  const dialog = await add(page, "New item");
  await dialog.getByLabel("Department").selectOption({ label: "Facilities" });
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByLabel("Heading").fill("Weather");
  await dialog.getByRole("button", { name: "Add a question" }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  const question = dialog.getByLabel("Question", { exact: true });
  await expectFault(question, /fill this in/);
  await expect(question).toBeFocused();
  await question.fill("Which colour?");
  await save(dialog);

  await page.goto("/ask");
  await page.getByRole("link", { name: new RegExp(name) }).first().click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await expect(page.getByLabel("Which colour?")).toBeVisible();
});

test("what is missing is said beside each field, and nothing is lost", async ({ page }) => {
  await signIn(page, "admin", "/admin/people");
  const dialog = await add(page, "New person");
  await dialog.getByLabel("Name", { exact: true }).fill("Nora Neu");
  await dialog.getByLabel("Sign-in name").fill("ana");
  await dialog.getByLabel("Mail address").fill("not a mail address");
  await dialog.getByRole("textbox", { name: /^First password/ }).fill("short");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expectFault(dialog.getByLabel("Mail address"), /not a mail address/);
  await expectFault(dialog.getByRole("textbox", { name: /^First password/ }), /12 characters/);
  await dialog.getByLabel("Mail address").fill(`nora-${Date.now()}@example.org`);
  await dialog.getByRole("textbox", { name: /^First password/ }).fill("a long enough one");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expectFault(dialog.getByLabel("Sign-in name"), /Somebody else/);
  await expect(dialog.getByLabel("Name", { exact: true })).toHaveValue("Nora Neu");
});

test("an edit of what somebody else changed meanwhile is refused, and succeeds once it was looked at again", async ({ page, request }) => {
  const admin = await Caller.signedIn(request, "admin");
  const { departments } = await admin.ask<{ departments: { id: string; name: string }[] }>("{ departments { id name } }");
  const facilities = departments.find(({ name }) => name === "Facilities");
  const name = `Lawn ${Date.now()}`;
  const { serviceCreate } = await admin.ask<{ serviceCreate: { service: { id: string; version: number } } }>(
    "mutation ($input: ServiceCreateInput!) { serviceCreate(input: $input) { service { id version } userErrors { code } } }",
    { input: { department: facilities?.id, name } },
  );
  await signIn(page, "admin", "/admin/services");
  await page.getByRole("button", { name: `Edit ${name}` }).click();
  const dialog = page.getByRole("dialog", { name: "Edit service" });
  await dialog.getByLabel("Description").fill("Mown on Fridays");
  await admin.ask("mutation ($input: ServiceEditInput!) { serviceEdit(input: $input) { userErrors { code } } }", {
    input: { service: serviceCreate.service.id, expectedVersion: serviceCreate.service.version, description: "Mown by sheep" },
  });
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await expect(dialog.getByRole("alert")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("Mown by sheep");
  await page.getByRole("button", { name: `Edit ${name}` }).click();
  await expect(dialog.getByLabel("Description")).toHaveValue("Mown by sheep");
  await dialog.getByLabel("Description").fill("Mown on Fridays");
  await save(dialog);
  await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("Mown on Fridays");
});

test("a form of administration is filled in with the keyboard alone, and the focus comes back", async ({ page }) => {
  const name = `Lamps ${Date.now()}`;
  await signIn(page, "admin", "/admin/services");
  const opener = page.getByRole("button", { name: "New service" });
  await opener.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "New service" });
  await expect(dialog.getByLabel("Department")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog.getByLabel("Department")).toBeFocused();
  await page.keyboard.type("Fac");
  await page.keyboard.press("Tab");
  await page.keyboard.type(name);
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
  await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("Facilities");
});

const parts = [
  "departments",
  "teams",
  "people",
  "sites",
  "services",
  "categories",
  "catalog",
  "routing",
  "states",
  "calendars",
  "agreements",
  "tokens",
  "audit",
  "mail",
  "settings",
];
for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [360, 1280]) {
    test(`administration has nothing for axe to complain about and nothing sticks out, ${colorScheme}, ${width} px`, async ({ page }) => {
      test.setTimeout(120_000);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      await signIn(page, "admin", "/admin");
      for (const part of parts) {
        await openPart(page, part);
        await expectAccessible(page);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(wide, part).toBeLessThanOrEqual(0);
        const opener = page.locator(".admin-head .btn-primary");
        if ((await opener.count()) > 0) {
          await opener.click();
          await expect(page.getByRole("dialog")).toBeVisible();
          await expectAccessible(page);
        }
      }
    });
  }
}
