import { expect, test } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.js";
import { OUTBOX, passwordLink } from "../support/outbox.js";
import { Caller, PASSWORD, signIn } from "../support/people.js";

const CREATE = `mutation ($input: PersonCreateInput!) { personCreate(input: $input) { userErrors { code message } } }`;

test.beforeAll(() => {
  expect(OUTBOX, "BELLHOP_OUTBOX names the folder that the server writes its mails to").toBeDefined();
});

test("who forgot the password sets a new one by the link in a mail, and is signed in", async ({ page, request, browser }) => {
  const login = `forgetful-${Date.now()}`;
  const address = `${login}@example.org`;
  const admin = await Caller.signedIn(request, "admin");
  const input = { login, email: address, name: "Flora Forget", timezone: "Europe/Berlin", password: PASSWORD };
  await admin.ask(CREATE, { input });
  const elsewhere = await browser.newPage();
  await signIn(elsewhere, login);

  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await expect(page.getByRole("heading", { name: "Forgot your password?" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page.getByLabel("Sign-in name or mail address")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Sign-in name or mail address").fill(address.toUpperCase());
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").getByText("a mail is on its way")).toBeVisible();

  const link = await passwordLink(address);
  await page.goto(link);
  await expect(page.getByText(`Flora Forget, your sign-in name is ${login}.`)).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("New password").fill("short");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("New password")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("New password").fill("a longer sentence");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/");
  await expect(page.getByRole("button", { name: /Flora Forget/ })).toBeVisible();

  // Every other browser is signed out, and the link is used up.
  await expect(elsewhere).toHaveURL(/sign-in/);
  await elsewhere.goto(link);
  await expect(elsewhere.getByText("This link is not good any more.")).toBeVisible();
  await elsewhere.getByRole("link", { name: "Ask for a new link" }).click();
  await expect(elsewhere.getByRole("heading", { name: "Forgot your password?" })).toBeVisible();
  await elsewhere.close();
});

test("an administrator adds somebody, who sets their first password by the invitation", async ({ page, browser }) => {
  const login = `new-${Date.now()}`;
  const address = `${login}@example.org`;
  await signIn(page, "admin", "/admin/people");
  await page.getByRole("button", { name: "New person" }).click();
  const dialog = page.getByRole("dialog", { name: "New person" });
  await dialog.getByLabel("Name", { exact: true }).fill("Nina New");
  await dialog.getByLabel("Sign-in name").fill(login);
  await dialog.getByLabel("Mail address").fill(address);
  await expect(dialog.getByLabel(/Send an invitation by mail/)).toBeChecked();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The invitation is on its way.")).toBeVisible();

  const guest = await browser.newPage();
  await guest.goto(await passwordLink(address));
  await guest.getByLabel("New password").fill("my very first sentence");
  await guest.getByRole("button", { name: "Set it and sign in" }).click();
  await expect(guest).toHaveURL("/");
  await expect(guest.getByRole("button", { name: /Nina New/ })).toBeVisible();
  await guest.close();
});

test("an administrator sees that mail is on and sends a test mail", async ({ page }) => {
  await signIn(page, "admin", "/admin/mail");
  await expect(page.getByRole("heading", { level: 1, name: "Mail" })).toBeVisible();
  await expect(page.getByText("Written to a folder")).toBeVisible();
  await page.getByRole("button", { name: "Send me a test mail" }).click();
  await expect(page.getByRole("status").getByText("Sent.")).toBeVisible();
  await expectAccessible(page);
});
