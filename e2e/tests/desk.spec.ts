import { expect, test, type Page } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.js";
import { Caller, report, signIn } from "../support/people.js";

/** The list holds what is open in the department; new reports arrive in it. */
async function openDepartmentQueue(page: Page): Promise<void> {
  await signIn(page, "marta", "/desk");
  await expect(page.getByRole("navigation", { name: "Views" }).getByRole("link").first()).toBeVisible();
  await page.goto("/desk/search?stateKind=NEW,ACTIVE,WAITING&order=created");
  await expect(page.getByRole("heading", { level: 1, name: "Matching tickets" })).toBeVisible();
  await expect(page.locator(".live-chip")).toHaveText("Live");
}

async function openTicket(page: Page, reference: string): Promise<void> {
  await page.goto(`/desk/search/${reference}?stateKind=NEW,ACTIVE,WAITING&order=created`);
  await expect(page.locator("#ticket-title")).toBeVisible();
}

test("a report appears in an open queue by itself, and is worked to its resolution by keyboard alone", async ({ page, request }) => {
  await openDepartmentQueue(page);
  const ana = await Caller.signedIn(request, "ana");
  const title = `The projector hums ${Date.now()}`;
  // Marta works in this team, so she may take the ticket as it is.
  const { reference } = await report(ana, title, "Network");

  await page.keyboard.press("/");
  await page.keyboard.type(reference);
  const row = page.getByRole("link", { name: title });
  await expect(row).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await expect(row).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: title })).toBeFocused();

  await page.keyboard.press("m");
  await expect(page.getByLabel("Assignee")).toHaveValue(/person_/);
  await expect(page.locator(".ticket-head .chip").first()).toHaveText("Assigned");

  await page.keyboard.press("n");
  await page.keyboard.type("The lamp is old. **Ordered** a new one.");
  await page.keyboard.press("Control+Enter");
  const note = page.locator('.message[data-side="note"]', { hasText: "The lamp is old." });
  await expect(note.locator("strong")).toHaveText("Ordered");
  await page.keyboard.press("Escape");

  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog", { name: "Resolve" });
  await expect(dialog.getByLabel("Resolution", { exact: true })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.type("The lamp was replaced.");
  await page.keyboard.press("Control+Enter");
  await expect(dialog).toBeHidden();
  await expect(page.locator(".ticket-head .chip").first()).toHaveText("Resolved");
});

test("a draft survives a reload and is gone once it is sent", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const { reference } = await report(ana, `The badge reader blinks ${Date.now()}`);
  await signIn(page, "marta", "/desk");
  await openTicket(page, reference);

  const area = page.getByLabel("Reply to the requester");
  await area.fill("Please hold the badge a little longer.");
  await expect(page.getByText("Draft saved")).toBeVisible();
  await page.reload();
  await expect(area).toHaveValue("Please hold the badge a little longer.");

  await page.getByRole("button", { name: /^Send/ }).click();
  await expect(page.locator('.message[data-side="ours"]')).toContainText("a little longer");
  await expect(area).toHaveValue("");
  await page.reload();
  await expect(area).toHaveValue("");
});

test("what somebody else changes is painted in an open ticket and in the list", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const ticket = await report(ana, `The coffee machine is offline ${Date.now()}`);
  await signIn(page, "marta", "/desk");
  await openTicket(page, ticket.reference);
  await expect(page.locator(".live-chip")).toHaveText("Live");

  await ana.ask(
    `mutation ($input: TicketReplyInput!) { ticketReply(input: $input) { userErrors { code } } }`,
    { input: { ticket: ticket.id, body: "It is back since a minute.", idempotencyKey: ticket.id } },
  );
  await expect(page.locator('.message[data-side="theirs"]')).toContainText("It is back since a minute.");
});

test("a change that met a newer one shows both values and lets the person choose", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const ticket = await report(ana, `The door does not close ${Date.now()}`);
  await signIn(page, "marta", "/desk");
  await openTicket(page, ticket.reference);
  await expect(page.locator(".live-chip")).toHaveText("Live");

  // The other's change comes between what this page saw and what it sends.
  const sina = await Caller.signedIn(request, "sina");
  let first = true;
  await page.route("**/graphql", async (route) => {
    if (!first) return route.continue();
    first = false;
    await sina.ask(
      `mutation ($input: TicketSetPriorityInput!) { ticketSetPriority(input: $input) { userErrors { code message } } }`,
      { input: { ticket: ticket.id, expectedVersion: ticket.version, impact: "ORGANISATION", urgency: "LOW" } },
    );
    return route.continue();
  });
  await page.getByLabel("Impact").selectOption("Team");

  const dialog = page.getByRole("dialog", { name: "Somebody was faster" });
  await expect(dialog).toContainText("Team");
  await expect(dialog).toContainText("Organisation");
  await dialog.getByRole("button", { name: "Save mine" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel("Impact")).toHaveValue("Team");
});

test("a clock says why it stands where it stands", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const { reference } = await report(ana, `The scanner is slow ${Date.now()}`);
  await signIn(page, "marta", "/desk");
  await openTicket(page, reference);
  await page.getByRole("button", { name: "Resolution: why?" }).click();
  const dialog = page.getByRole("dialog", { name: "How this time came about" });
  await expect(dialog.getByText("Agreement", { exact: true })).toBeVisible();
  await expect(dialog.getByRole("table", { name: "What counted and what did not" })).toBeVisible();
});

test("nothing moves under the pointer: changes of the order wait until they are applied", async ({ page, request }) => {
  await openDepartmentQueue(page);
  const box = await page.locator(".queue-body").boundingBox();
  if (box === null) throw new Error("no list");
  await page.mouse.move(box.x + 60, box.y + 120);
  const ana = await Caller.signedIn(request, "ana");
  const title = `Somebody left a window open ${Date.now()}`;
  const { reference } = await report(ana, title);
  await expect(page.locator(".queue-waiting")).toContainText("apply");
  await page.keyboard.press(".");
  await expect(page.locator(".queue-waiting")).toBeHidden();
  await page.getByLabel("Find in this list").fill(reference);
  await expect(page.getByRole("link", { name: title })).toBeVisible();
});

test("only rows in sight are in the page, and more come while scrolling", async ({ page }) => {
  await openDepartmentQueue(page);
  const rows = page.locator(".row-34");
  await expect(rows.first()).toBeVisible();
  expect(await rows.count()).toBeLessThan(60);
  const first = await rows.first().innerText();
  await page.locator(".scroller").evaluate((list) => list.scrollTo({ top: list.scrollHeight }));
  await expect.poll(() => rows.first().innerText()).not.toBe(first);
  expect(await rows.count()).toBeLessThan(60);
});

test("keys are listed, never fire while typing, and can be switched off", async ({ page }) => {
  await openDepartmentQueue(page);
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keys" });
  await expect(help).toContainText("Next ticket");
  await help.getByLabel("Use single keys").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await expect(page.getByLabel("Find in this list")).not.toBeFocused();
  await page.evaluate(() => localStorage.removeItem("bellhop.keys"));
  await page.reload();
  await expect(page.locator(".row-34").first()).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("j?e");
  await expect(page.getByLabel("Find in this list")).toHaveValue("j?e");
  await expect(page.getByRole("dialog")).toBeHidden();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing in the workspace, ${colorScheme}`, async ({ page, request }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await openDepartmentQueue(page);
    await expect(page.locator(".row-34").first()).toBeVisible();
    await expectAccessible(page);

    const ana = await Caller.signedIn(request, "ana");
    const { reference } = await report(ana, `The lift is slow ${Date.now()}`);
    await openTicket(page, reference);
    await expectAccessible(page);
    await page.keyboard.press("e");
    await expect(page.getByRole("dialog", { name: "Resolve" })).toBeVisible();
    await expectAccessible(page);
  });
}

test("on a phone the list leads to the ticket and back", async ({ page, request }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  const ana = await Caller.signedIn(request, "ana");
  const title = `The printer whistles ${Date.now()}`;
  const { reference } = await report(ana, title);
  await signIn(page, "marta", `/desk/search?q=${reference}`);
  await page.getByRole("link", { name: title }).click();
  await expect(page.getByRole("heading", { name: title })).toBeVisible();
  await expect(page.locator(".queue")).toBeHidden();
  await page.getByRole("button", { name: "Back to the list" }).first().click();
  await expect(page.locator(".queue")).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test("a page that was cut off catches up by itself and repeats nothing", async ({ page, request, context }) => {
  const ana = await Caller.signedIn(request, "ana");
  const ticket = await report(ana, `The clock in the hall is wrong ${Date.now()}`);
  await signIn(page, "marta", "/desk");
  await openTicket(page, ticket.reference);
  await expect(page.locator(".live-chip")).toHaveText("Live");

  await context.setOffline(true);
  await expect(page.getByText("You are offline.")).toBeVisible();
  await ana.ask(`mutation ($input: TicketReplyInput!) { ticketReply(input: $input) { userErrors { code } } }`, {
    input: { ticket: ticket.id, body: "It is an hour late.", idempotencyKey: ticket.id },
  });
  await context.setOffline(false);
  await expect(page.locator('.message[data-side="theirs"]')).toHaveCount(1);
  await expect(page.locator('.message[data-side="theirs"]')).toContainText("It is an hour late.");
  await expect(page.getByText("You are offline.")).toBeHidden();
});

test("the table is sorted by its columns in both directions, and says which", async ({ page }) => {
  await openDepartmentQueue(page);
  const updated = page.getByRole("columnheader", { name: /Updated/ });
  const references = page.locator("tbody .cell-reference");
  await updated.getByRole("button").click();
  await expect(updated).toHaveAttribute("aria-sort", "descending");
  await expect(page).toHaveURL(/order=updated(&|$)/);
  const newest = await references.first().textContent();
  await updated.getByRole("button").click();
  await expect(updated).toHaveAttribute("aria-sort", "ascending");
  await expect(page).toHaveURL(/order=updated_?oldest/);
  await expect(references.first()).not.toHaveText(newest ?? "");
  await expect(page.getByRole("columnheader", { name: /Due/ })).not.toHaveAttribute("aria-sort", /./);
});

test("a reference typed behind the workspace's address opens its ticket; Escape never loses the focus", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const title = `The scanner sings ${Date.now()}`;
  const { reference } = await report(ana, title, "Network");
  await signIn(page, "marta", `/desk/${reference.toLowerCase()}`);
  const heading = page.getByRole("heading", { name: title });
  await expect(heading).toBeFocused();
  for (const key of ["r", "a", "l", "?"]) {
    await page.keyboard.press(key);
    await expect(heading).not.toBeFocused();
    await page.keyboard.press("Escape");
    await expect(heading).toBeFocused();
  }
});

test("what an agent adds to a long conversation comes into sight, wherever they read", async ({ page, request }) => {
  const [ana, marta] = [await Caller.signedIn(request, "ana"), await Caller.signedIn(request, "marta")];
  const { id, reference } = await report(ana, `The gate hesitates ${Date.now()}`, "Network");
  for (let count = 0; count < 6; count += 1) {
    await marta.ask("mutation ($input: TicketAddNoteInput!) { ticketAddNote(input: $input) { userErrors { code } } }", {
      input: { ticket: id, body: `Measured once more.\n\n${"- it hesitates\n".repeat(6)}` },
    });
  }
  await signIn(page, "marta", `/desk/${reference}`);
  const talk = page.getByRole("log", { name: "Conversation" });
  await expect(talk.getByText("Measured once more.").last()).toBeInViewport();
  for (const place of ["at the end", "at the beginning"]) {
    if (place === "at the beginning") await talk.evaluate((element) => element.scrollTo(0, 0));
    await page.keyboard.press("n");
    await page.keyboard.type(`Seen ${place}.\n${"\nAnother line.\n".repeat(8)}\nThe end, ${place}.`);
    await page.keyboard.press("Control+Enter");
    await expect(talk.getByText(`The end, ${place}.`)).toBeInViewport();
    await page.keyboard.press("Escape");
  }
});

test("a call is logged and resolved from anywhere by keyboard alone", async ({ page, request }) => {
  await openDepartmentQueue(page);
  const title = `Cannot find the print button ${Date.now()}`;
  await expect(async () => {
    await page.keyboard.press("c");
    await expect(page.getByRole("dialog", { name: "Log a contact" })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  const dialog = page.getByRole("dialog", { name: "Log a contact" });
  await expect(dialog.getByRole("combobox", { name: "Who is it?" })).toBeFocused();
  await expectAccessible(page);
  // What is missing is said, and nothing is sent.
  await page.keyboard.press("Control+Enter");
  await expect(dialog.getByText("Choose who called.")).toBeVisible();
  await page.keyboard.type("Ana Ferreira");
  await expect(dialog.getByRole("option").first()).toContainText("Ana Ferreira");
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("Open already:")).toBeVisible();
  await dialog.getByRole("textbox", { name: "What is it about?" }).focus();
  await page.keyboard.type(title);
  await dialog.getByRole("textbox", { name: "What was done?" }).focus();
  await page.keyboard.type("Showed the menu.");
  await page.keyboard.press("Control+Enter");
  await expect(dialog).toBeHidden();
  await expect(page.locator(".toast")).toContainText(/INC-\d+ is logged and resolved/);

  const ana = await Caller.signedIn(request, "ana");
  const { tickets } = await ana.ask<{ tickets: { nodes: { title: string; state: string; channel: string }[] } }>(
    "query ($text: String!) { tickets(filter: { text: { contains: $text } }) { nodes { title state channel } } }",
    { text: title },
  );
  expect(tickets.nodes).toEqual([{ title, state: "RESOLVED", channel: "PHONE" }]);
});

test("an incident becomes a case by keyboard, keeps everything, and becomes an incident again", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const title = `Where is the manual? ${Date.now()}`;
  const { reference } = await report(ana, title, "Network");
  await signIn(page, "marta", "/desk");
  await openTicket(page, reference);
  const kind = page.getByLabel("Kind");
  // The key comes with the field that it leads to.
  await expect(kind).toBeVisible();
  await page.keyboard.press("t");
  await expect(kind).toBeFocused();
  await kind.selectOption({ label: "Case" });
  await expect(page.locator(".ticket-head .ref")).toHaveText(/^CAS-\d{6}$/);
  await expect(page.getByText("made it another kind of work").first()).toBeVisible();
  await expect(page.getByText("Written by a journey.")).toBeVisible();
  // The old reference leads to it.
  await openTicket(page, reference);
  await expect(page.locator("#ticket-title")).toHaveText(title);
  await expect(page.locator(".ticket-head .ref")).toHaveText(/^CAS-/);
  await page.getByLabel("Kind").selectOption({ label: "Incident" });
  await expect(page.locator(".ticket-head .ref")).toHaveText(reference);
});

test("earlier messages of a long conversation come on demand, and what was read stays in sight", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const { id, reference } = await report(ana, `The longest story ${Date.now()}`, "Network");
  for (let number = 1; number <= 70; number += 1) {
    await ana.ask("mutation ($input: TicketReplyInput!) { ticketReply(input: $input) { userErrors { code } } }", {
      input: { ticket: id, body: `Chapter ${number}.` },
    });
  }
  await signIn(page, "marta", "/desk");
  await openTicket(page, reference);
  await expect(page.getByText("Chapter 70.")).toBeVisible();
  const chapters = page.locator(".message", { hasText: /Chapter \d+\./ });
  await expect(chapters).toHaveCount(60);
  const earlier = page.getByRole("button", { name: "Show earlier messages" });
  await earlier.scrollIntoViewIfNeeded();
  const read = page.getByText("Chapter 11.", { exact: true });
  const before = (await read.boundingBox())?.y ?? 0;
  await earlier.click();
  await expect(chapters).toHaveCount(70);
  await expect(earlier).toHaveCount(0);
  await expect(async () => expect(Math.abs(((await read.boundingBox())?.y ?? 0) - before)).toBeLessThan(60)).toPass();
});

test("the list is narrowed to a site and stays there from view to view; a ticket moves to another site by keyboard", async ({ page, request }) => {
  await signIn(page, "marta", "/desk");
  const ana = await Caller.signedIn(request, "ana");
  const title = `The shutter is stuck ${Date.now()}`;
  const { reference } = await report(ana, title);
  await page.goto("/desk/search?stateKind=NEW,ACTIVE,WAITING&order=created");
  const row = page.getByRole("link", { name: title });
  await expect(row).toBeVisible();

  const menu = page.getByRole("button", { name: /^Narrow to a site/ });
  const narrow = async (name: string): Promise<void> => {
    await menu.focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("menuitemradio", { name: "All sites" })).toBeVisible();
    for (let step = 0; step < 8; step += 1) {
      if (await page.getByRole("menuitemradio", { name, exact: true }).evaluate((item) => item === document.activeElement)) break;
      await page.keyboard.press("ArrowDown");
    }
    await page.keyboard.press("Enter");
    await expect(menu).toHaveText(name);
  };
  const place = await ana.ask<{ viewer: { person: { site: { name: string } } } }>("{ viewer { person { site { name } } } }");
  const here = place.viewer.person.site.name;
  const there = here === "Lisbon" ? "Berlin" : "Lisbon";
  await narrow(here);
  await expect(page).toHaveURL(/site=site_/);
  await expect(row).toBeVisible();
  await expectAccessible(page);
  await narrow(there);
  await expect(row).toBeHidden();
  await page.getByRole("navigation", { name: "Views" }).getByRole("link").first().click();
  await expect(menu).toHaveText(there);

  await page.goto(`/desk/search/${reference}?stateKind=NEW,ACTIVE,WAITING&order=created`);
  await page.getByLabel("Site", { exact: true }).selectOption({ label: there });
  await expect(page.getByText(`site: ${here} → ${there}`).first()).toBeAttached();
  await page.reload();
  await expect(page.getByLabel("Site", { exact: true }).locator("option:checked")).toHaveText(there);
});
