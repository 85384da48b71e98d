import { expect, test, type Locator, type Page } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.js";
import { OwnServer } from "../support/own-server.js";

let server: OwnServer;

test.beforeAll(async () => {
  server = await OwnServer.start();
});

test.afterAll(async () => {
  await server.stop();
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

async function write(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, page.getByLabel(label, { exact: true }));
  await page.keyboard.type(text);
}

async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, page.getByRole("button", { name, exact: true }));
  await page.keyboard.press("Enter");
}

test("an organisation is set up from an empty folder to its first people, by keyboard alone", async ({ page }) => {
  test.setTimeout(120_000);
  await page.goto(server.setUp);
  await expect(page.getByRole("heading", { name: "Set up Bellhop" })).toBeVisible();
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
  await press(page, "Send me a test mail");
  await expect(page.locator('.notice[data-tone="ok"]')).toBeVisible({ timeout: 20_000 });
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
