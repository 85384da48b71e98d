import { expect, test, type Page } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.js";
import { Caller, PASSWORD, report, signIn } from "../support/people.js";

/** Does something to a ticket as an agent would, over the API. */
async function act(caller: Caller, mutation: string, kind: string, input: Record<string, unknown>): Promise<void> {
  const data = await caller.ask<Record<string, { userErrors: unknown[] }>>(
    `mutation ($input: ${kind}!) { ${mutation}(input: $input) { userErrors { code message field } } }`,
    { input },
  );
  expect(data[mutation]?.userErrors).toEqual([]);
}

/** The ticket as it stands now, for the next act on it. */
async function versionOf(caller: Caller, reference: string): Promise<{ id: string; version: number }> {
  const data = await caller.ask<{ ticket: { id: string; version: number } }>(
    "query ($reference: String) { ticket(reference: $reference) { id version } }",
    { reference },
  );
  return data.ticket;
}

async function referenceOf(page: Page): Promise<string> {
  await expect(page).toHaveURL(/\/requests\/[A-Z]+-\d+$/);
  return new URL(page.url()).pathname.split("/").at(-1) ?? "";
}

test("a wrong password is refused kindly, and the right one leads to where one wanted to go", async ({ page }) => {
  await page.goto("/requests");
  await expect(page).toHaveURL(/sign-in\?next=/);
  await page.getByLabel("Sign-in name").fill("ana");
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("don't go together");
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "My requests" })).toBeVisible();
});

test("the demo's people are offered at the door", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: /Ana/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Ana. How can we help?");
});

test("somebody reports something with the keyboard alone and finds it among their requests", async ({ page }) => {
  await signIn(page, "ana");
  const title = `The lift smells of paint ${Date.now()}`;
  const search = page.getByRole("combobox", { name: "How can we help?" });
  // Keys are heard once the page stands.
  await expect(search).toBeVisible();
  await expect(async () => {
    await page.keyboard.press("/");
    await expect(search).toBeFocused({ timeout: 1_000 });
  }).toPass();
  await page.keyboard.type(title);
  await expect(page.getByRole("option").last()).toHaveText(new RegExp(`Report “${title}”`));
  await page.keyboard.press("Enter");

  await expect(page.getByRole("heading", { level: 1, name: "Tell us what is wrong" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("What is it about?")).toBeFocused();
  await expect(page.getByLabel("What is it about?")).toHaveValue(title);
  await page.keyboard.press("Tab");
  await page.keyboard.type("Since this morning, on the third floor.");
  await page.keyboard.press("Control+Enter");

  // One question is not answered, and has the focus now. The department may stay open.
  await expect(page.getByRole("alert")).toContainText("again");
  await expect(page.getByRole("radio", { name: /^No/ })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("radio", { name: /With difficulty/ })).toBeChecked();
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Who should look at it?")).toBeFocused();
  await page.keyboard.type("IT");
  await expect(page.getByLabel("Who should look at it?")).not.toHaveValue("");
  for (let presses = 0; presses < 4; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.getByRole("button", { name: "Send" }).evaluate((button) => button === document.activeElement)) break;
  }
  await page.keyboard.press("Enter");

  await referenceOf(page);
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  await expect(page.getByText("We have it.").first()).toBeVisible();
  await page.getByRole("navigation", { name: "Places of the portal", exact: true }).getByRole("link", { name: "My requests" }).click();
  await expect(page.getByRole("link", { name: title })).toBeVisible();
});

test("what an empty report lacks comes into sight, and is said until it is answered", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page, "ana", "/report");
  await page.getByRole("button", { name: "Send" }).click();
  const title = page.getByLabel("What is it about?");
  await expect(title).toBeFocused();
  // Neither the question nor its field lies beneath the header.
  const header = await page.getByRole("banner").evaluate((element) => element.getBoundingClientRect().bottom);
  const question = page.getByText("What is it about?", { exact: true });
  await expect.poll(async () => (await question.boundingBox())?.y).toBeGreaterThanOrEqual(header);

  const fault = page.getByText("Please say in a few words what it is about.");
  await expect(fault).toBeVisible();
  await page.keyboard.type("The blind is stuck");
  await expect(fault).toBeHidden();
  await expect(title).not.toHaveAttribute("aria-invalid");
  const choose = page.getByText("Please choose one.");
  await expect(choose).toBeVisible();
  await page.getByRole("radio", { name: /With difficulty/ }).check();
  await expect(choose).toBeHidden();

  // What is wrong is looked at again with the next try.
  await title.fill("");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(fault).toBeVisible();
  await expect(title).toBeFocused();
});

for (const [words, offered] of [
  ["wifi", "Guest Wi-Fi"],
  ["I need a new laptop please", "New laptop"],
] as const) {
  test(`whoever types “${words}” is offered “${offered}”`, async ({ page }) => {
    await signIn(page, "ana");
    await page.getByRole("combobox", { name: "How can we help?" }).fill(words);
    await expect(page.getByRole("option", { name: new RegExp(`^${offered}`) })).toBeVisible();
    await expect(page.getByRole("option").last()).toHaveText(new RegExp(`Report “${words}”`));
  });
}

test("whoever is not sure where a report belongs need not say", async ({ page }) => {
  await signIn(page, "ana", "/report");
  const title = `Something beeps ${Date.now()}`;
  await page.getByLabel("What is it about?").fill(title);
  await page.getByRole("radio", { name: /It can wait/ }).check();
  await expect(page.getByLabel("Who should look at it?")).toHaveValue("");
  await page.getByRole("button", { name: "Send" }).click();
  await referenceOf(page);
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
});

test("whoever waits for long asks for news with one press", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const { tickets } = await ana.ask<{
    tickets: { nodes: { reference: string; state: string; createdAt: string; requester: { login: string | null; name: string } }[] };
  }>("{ tickets(filter: { mine: true, stateKind: { in: [NEW, ACTIVE] } }, first: 50) { nodes { reference state createdAt requester { login name } } } }");
  const old = tickets.nodes.filter(
    ({ createdAt, requester }) => requester.name === "Ana Ferreira" && Date.parse(createdAt) < Date.now() - 86_400_000,
  );
  await signIn(page, "ana");
  const press = page.getByRole("button", { name: "Ask for news" });
  for (const { reference } of old) {
    await page.goto(`/requests/${reference}`);
    await expect(page.getByRole("region", { name: "Progress" })).toBeVisible();
    if (await press.isVisible()) break;
  }
  await press.click();
  await expect(page.getByText("You asked for news.")).toBeVisible();
  await expect(press).toBeHidden();
  await expect(page.locator(".talk-line.mine").last()).toContainText("is there any news");
});

test("a half-written report survives a reload, and is gone once it is thrown away", async ({ page }) => {
  await signIn(page, "ana", "/report");
  await page.getByLabel("What is it about?").fill("The window in 2.07 does not close");
  await page.getByRole("radio", { name: /My team/ }).check();
  await page.reload();
  await expect(page.getByLabel("What is it about?")).toHaveValue("The window in 2.07 does not close");
  await expect(page.getByRole("radio", { name: /My team/ })).toBeChecked();
  await page.getByRole("button", { name: "Start over" }).click();
  await expect(page.getByLabel("What is it about?")).toHaveValue("");
  await page.reload();
  await expect(page.getByLabel("What is it about?")).toHaveValue("");
});

test("something is asked for from the catalog, its form says what is missing, and the answers are kept", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const { catalogItems } = await ana.ask<{
    catalogItems: { id: string; name: string; fields: { key: string; label: string; kind: string; required: boolean }[] }[];
  }>("{ catalogItems { id name fields { key label kind required } } }");
  const item = catalogItems.find(({ fields }) =>
    fields.some(({ kind, required }) => required && (kind === "TEXT" || kind === "LONG_TEXT")),
  );
  if (item === undefined) throw new Error("the demo's catalog has no item with a required text");

  await signIn(page, "ana", `/ask/item/${item.id}`);
  await expect(page.getByRole("heading", { level: 1, name: item.name })).toBeVisible();
  await page.getByRole("button", { name: "Send request" }).click();
  await expect(page.getByRole("alert")).toContainText("again");

  for (const field of item.fields.filter(({ required }) => required)) {
    const group = page.getByRole("group", { name: field.label });
    const control = page.getByLabel(field.label, { exact: true });
    if (field.kind === "TEXT" || field.kind === "LONG_TEXT") await control.fill("As the others in my team have it");
    else if (field.kind === "NUMBER") await control.fill("1");
    else if (field.kind === "DATE") await control.fill("2027-01-15");
    else if (field.kind === "PERSON") {
      await page.getByRole("combobox", { name: field.label }).fill("mar");
      await page.getByRole("option").first().click();
    } else if (await group.isVisible()) await group.locator("input").first().check();
    else await control.selectOption({ index: 1 });
  }
  await page.getByRole("button", { name: "Send request" }).click();
  await referenceOf(page);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator(".answers")).toContainText("As the others in my team have it");
});

test("what the desk does is seen at once, and the requester answers, confirms or reopens", async ({ page, request }) => {
  const title = `The screen flickers ${Date.now()}`;
  const ana = await Caller.signedIn(request, "ana");
  const { reference } = await report(ana, title);
  await signIn(page, "ana", `/requests/${reference}`);
  const progress = page.getByRole("region", { name: "Progress" });
  await expect(progress.getByText("Received").first()).toBeVisible();

  const marta = await Caller.signedIn(request, "marta");
  const me = (
    await marta.ask<{ viewer: { person: { id: string; teams: { id: string }[] } } }>("{ viewer { person { id teams { id } } } }")
  ).viewer.person;
  let seen = await versionOf(marta, reference);
  await act(marta, "ticketAssign", "TicketAssignInput", { ticket: seen.id, expectedVersion: seen.version, team: me.teams[0]?.id, assignee: me.id });
  await expect(progress).toContainText("Marta is working on it.");

  seen = await versionOf(marta, reference);
  await act(marta, "ticketPutOnHold", "TicketPutOnHoldInput", {
    ticket: seen.id,
    expectedVersion: seen.version,
    reason: "WAITING_FOR_REQUESTER",
    wakeUpAt: new Date(Date.now() + 3 * 86_400_000).toISOString(),
    message: "Which cable do you use?",
  });
  await expect(progress).toContainText("Waiting for you");
  await expect(page.getByText("Which cable do you use?")).toBeVisible();
  await progress.getByRole("button", { name: "Answer" }).click();
  await expect(page.getByLabel("Add a message")).toBeFocused();
  await page.keyboard.type("The short grey one.");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator(".talk-line.mine").last()).toContainText("The short grey one.");
  await expect(page.getByLabel("Add a message")).toHaveValue("");

  seen = await versionOf(marta, reference);
  await act(marta, "ticketResolve", "TicketResolveInput", {
    ticket: seen.id,
    expectedVersion: seen.version,
    code: "SOLVED",
    message: "A longer cable lies on your desk.",
  });
  await expect(progress).toContainText("We think this is done. Is it?");
  await progress.getByRole("button", { name: "No, it is not solved" }).click();
  const dialog = page.getByRole("dialog", { name: "Not solved yet?" });
  await dialog.getByRole("button", { name: "Reopen" }).click();
  await expect(dialog).toContainText("Please say in a few words");
  await dialog.getByLabel("What is still wrong?").fill("It still flickers with the long one.");
  await dialog.getByRole("button", { name: "Reopen" }).click();
  await expect(dialog).toBeHidden();
  await expect(progress).toContainText("working on it");

  seen = await versionOf(marta, reference);
  await act(marta, "ticketResolve", "TicketResolveInput", {
    ticket: seen.id,
    expectedVersion: seen.version,
    code: "SOLVED",
    message: "The screen was replaced.",
  });
  await progress.getByRole("button", { name: "Yes, it is solved" }).click();
  await expect(progress).toContainText("This is done.");
});

test("a request is shared with a colleague and withdrawn", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const { reference } = await report(ana, `The keyboard sticks ${Date.now()}`);
  await signIn(page, "ana", `/requests/${reference}`);
  await page.getByRole("button", { name: "Share with a colleague" }).click();
  await page.getByRole("combobox", { name: "Who should be able to follow it?" }).fill("mar");
  const first = page.getByRole("option").first();
  await expect(first).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.locator(".sharing .person")).toHaveCount(1);

  await page.getByRole("button", { name: "Withdraw" }).click();
  const dialog = page.getByRole("dialog", { name: "Withdraw this request?" });
  await dialog.getByRole("button", { name: "Withdraw" }).click();
  await expect(page.getByRole("region", { name: "Progress" })).toContainText("This was withdrawn.");
});

test("the bell rings while one looks elsewhere", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const { reference } = await report(ana, `The phone hums ${Date.now()}`);
  await signIn(page, "ana");
  const bell = page.getByRole("button", { name: /^Notifications/ });
  await expect(bell).toBeVisible();
  const marta = await Caller.signedIn(request, "marta");
  const seen = await versionOf(marta, reference);
  await act(marta, "ticketReply", "TicketReplyInput", { ticket: seen.id, body: "Does it hum on all lines?" });
  await expect(bell).toHaveAccessibleName(/\d+ unread/);
  await bell.click();
  await page.getByRole("region", { name: "Notifications" }).getByRole("link").first().click();
  await expect(page).toHaveURL(new RegExp(`/requests/${reference}$`));
  await expect(page.getByText("Does it hum on all lines?")).toBeVisible();
});

test("the theme is chosen in the account's menu by keyboard, and remembered", async ({ page }) => {
  await signIn(page, "ana");
  const account = page.getByRole("button", { name: /account of/i });
  await account.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitemradio", { name: "Dark" }).press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

const places = ["/", "/ask", "/report", "/requests", "/requests?show=done", "/notifications"];
for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [360, 1280]) {
    test(`the portal has nothing for axe to complain about and nothing sticks out, ${colorScheme}, ${width} px`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      await signIn(page, "ana");
      for (const place of places) {
        await page.goto(place);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expect(page.locator(".skeleton")).toHaveCount(0);
        await expectAccessible(page);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(wide, place).toBeLessThanOrEqual(0);
      }
      const request = page.locator(".rq-title").first();
      await page.goto("/requests");
      await request.click();
      await expect(page.getByRole("region", { name: "Progress" })).toBeVisible();
      await expectAccessible(page);
      await page.goto("/ask");
      await page.getByRole("link", { name: /^IT/ }).first().click();
      await expect(page.getByRole("heading", { level: 1, name: "IT" })).toBeVisible();
      await expectAccessible(page);
      await page.getByRole("link", { name: /^New laptop/ }).click();
      await expect(page.getByRole("heading", { level: 1, name: "New laptop" })).toBeVisible();
      await expectAccessible(page);
    });
  }
}
