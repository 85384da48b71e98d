import { expect, test, type Locator, type Page } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.js";
import { OwnServer } from "../support/own-server.js";
import { signIn } from "../support/people.js";
import { SmtpServer } from "../support/smtp.js";

// The second journey goes on with what the first has set up.
test.describe.configure({ mode: "serial" });

let server: OwnServer;
let mail: SmtpServer;

test.beforeAll(async () => {
  server = await OwnServer.start();
  mail = await SmtpServer.start("bellhop", "the mail server's own");
});

test.afterAll(async () => {
  await server.stop();
  await mail.stop();
});

/** Goes there with the Tab key alone, as far as a long form may be. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 80; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  await expect(target).toBeFocused();
}

async function write(page: Page, label: string | RegExp, text: string): Promise<void> {
  await tabTo(page, page.getByLabel(label, { exact: true }));
  await page.keyboard.type(text);
}

async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, page.getByRole("button", { name, exact: true }));
  await page.keyboard.press("Enter");
}

test("an organisation is set up from an empty folder to its first people, by keyboard alone", async ({ page }) => {
  test.setTimeout(120_000);
  // Somebody comes without the code, and then follows the link in the same window.
  await page.goto(new URL("/", server.setUp).href);
  await expect(page.getByRole("heading", { name: "Set up Bellhop" })).toBeVisible();
  await expect(page.getByLabel("Set-up code")).toHaveValue("");
  await page.goto(server.setUp);
  await expect(page.getByLabel("Set-up code")).not.toHaveValue("");
  await expectAccessible(page);
  await press(page, "Set up my organisation");

  // The code came with the address.
  await expect(page.getByLabel("Set-up code")).not.toHaveValue("");
  await press(page, "Next");
  await expect(page.getByLabel("Name of the organisation")).toHaveAttribute("aria-invalid", "true");
  await expectAccessible(page);
  // The focus went to the first field that is wrong.
  await expect(page.getByLabel("Name of the organisation")).toBeFocused();
  await page.keyboard.type("Example Ltd");
  await write(page, "Your name", "Ada Admin");
  await write(page, "Mail address", "ada@example.org");
  await write(page, "Sign-in name", "ada");
  await write(page, "Password", "a sentence is fine");
  await page.keyboard.press("Enter");

  await expect(page.getByRole("heading", { name: "Working hours" })).toBeVisible();
  await expectAccessible(page);
  await tabTo(page, page.getByLabel("Saturday"));
  await page.keyboard.press("Space");
  await press(page, "Create");

  await expect(page.getByRole("heading", { name: "Mail", exact: true })).toBeVisible();
  await expectAccessible(page);
  await expect(page.getByText("Mail is switched off")).toBeVisible();
  await write(page, "Mail server", "127.0.0.1");
  await tabTo(page, page.getByLabel("Encryption"));
  await page.keyboard.type("None");
  await expect(page.getByText("Without encryption everybody on the way can read")).toBeVisible();
  await expect(page.getByLabel("Port"), "the usual port follows").toHaveValue("25");
  await page.getByLabel("Port").focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(mail.port);
  await write(page, /^User/, "bellhop");
  await write(page, /^Password/, "not the one");
  await write(page, /^Name of the sender/, "Help desk");
  await write(page, "Address of the sender", "help@example.org");
  await press(page, "Send me a test mail");
  await expect(page.getByText("The server refuses user and password.")).toBeVisible();
  await expect(page.getByText("The server said: 535 5.7.8 wrong user or password")).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel(/^Password/).focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("the mail server's own");
  await press(page, "Send me a test mail");
  await expect(page.getByText("The server took it.")).toBeVisible();
  expect(mail.mails.at(-1)).toContain("ada@example.org");
  await press(page, "Save");
  await expect(page.getByText(`127.0.0.1:${mail.port}`)).toBeVisible();
  await expect(page.getByLabel(/^Password/)).toHaveValue("");
  await expectAccessible(page);
  await press(page, "Next");

  await expect(page.getByRole("heading", { name: "Import people" })).toBeVisible();
  await expectAccessible(page);
  await tabTo(page, page.getByLabel("File", { exact: true }));
  const choosing = page.waitForEvent("filechooser");
  await page.keyboard.press("Enter");
  await (await choosing).setFiles({
    name: "people.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("name,email,department\nRui Rocha,rui@example.org,it\nNobody,nomail,it\nEva Elm,eva@example.org,it\n"),
  });
  await press(page, "Check the file");
  await expect(page.getByText("This would happen")).toBeVisible();
  await expect(page.getByText(/Line 3: email/)).toBeVisible();
  await expectAccessible(page);
  await press(page, "Import now");
  await expect(page.getByText("Imported", { exact: true })).toBeVisible();
  await press(page, "Next");

  await expect(page.getByRole("heading", { name: "Ready" })).toBeVisible();
  await expectAccessible(page);
  await tabTo(page, page.getByRole("link", { name: "Open administration" }));
  await page.keyboard.press("Enter");
  await page.goto(new URL("/admin/people", server.setUp).href);
  for (const name of ["Ada Admin", "Rui Rocha", "Eva Elm"]) {
    await expect(page.getByRole("row", { name: new RegExp(name) })).toBeVisible();
  }
  // Nobody else becomes administrator by the same code.
  const stranger = await page.context().browser()?.newContext();
  const late = await stranger?.newPage();
  await late?.goto(server.setUp);
  if (late) await expect(late.getByText("This server has been set up. Please sign in.")).toBeVisible();
  await stranger?.close();
});

test("an administrator sees how mail goes out, changes it, and is asked for the password where it would go elsewhere", async ({ page }) => {
  await signIn(page, "ada", new URL("/admin/mail", server.setUp).href, "a sentence is fine");
  await expect(page.getByRole("heading", { level: 1, name: "Mail" })).toBeVisible();
  await expectAccessible(page);
  const password = page.getByLabel(/^Password/);
  await expect(page.getByLabel("Mail server")).toHaveValue("127.0.0.1");
  await expect(password).toHaveValue("");
  await expect(page.getByText(/^Set .* by Ada Admin\. Leave this empty to keep it\.$/)).toBeVisible();

  // The kept password serves its own server.
  await press(page, "Send me a test mail");
  await expect(page.getByText("The server took it.")).toBeVisible();
  // And no other.
  await tabTo(page, page.getByLabel("Mail server"));
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("localhost");
  await expect(page.getByText("The kept password belongs to another server or user.")).toBeVisible();
  await press(page, "Save");
  await expect(password).toBeFocused();
  await expect(password).toHaveAttribute("aria-invalid", "true");
  await expectAccessible(page);
  await page.keyboard.type("the mail server's own");
  await write(page, /^Answers go to/, "answers@example.org");
  await press(page, "Save");
  await expect(page.getByText("localhost:")).toBeVisible();
  await press(page, "Send me a test mail");
  await expect(page.getByText("The server took it.")).toBeVisible();
  expect(mail.mails.at(-1)).toContain("Reply-To: answers@example.org");

  await tabTo(page, page.getByLabel("Send mail"));
  await page.keyboard.press("Space");
  await press(page, "Save");
  await expect(page.getByText("Mail is switched off")).toBeVisible();
  await page.goto(new URL("/admin/audit", server.setUp).href);
  await expect(page.getByRole("row", { name: /mail/i }).first()).toBeVisible();
  expect(await page.content()).not.toContain("the mail server's own");
});
