import { expect, test, type Page } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.js";
import { Caller, report, signIn } from "../support/people.js";

/** A red square of 2 × 2 pixels. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAYAAABytg0kAAAAFElEQVR4nGP8z8Dwn4GBgYGJAQoAHxcCAk+Uzr4AAAAASUVORK5CYII=",
  "base64",
);

const text = (name: string, content = "Some text.") => ({ name, mimeType: "text/plain", buffer: Buffer.from(content) });

/** Chooses files by the button of a form. */
async function attach(page: Page, ...files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files" }).click();
  await (await chooser).setFiles(files);
}

/** Lets go of a file over a part of the page, or pastes it there. */
async function carry(page: Page, kind: "drop" | "paste", selector: string, name: string, content: Buffer): Promise<void> {
  await page.locator(selector).evaluate(
    (element, { kind, name, bytes }) => {
      const carried = new DataTransfer();
      carried.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
      const options = { bubbles: true, cancelable: true };
      element.dispatchEvent(
        kind === "drop"
          ? new DragEvent("drop", { ...options, dataTransfer: carried })
          : new ClipboardEvent("paste", { ...options, clipboardData: carried }),
      );
    },
    { kind, name, bytes: [...content] },
  );
}

test("a report takes files along, refuses what is too large, and the agent sees and downloads them", async ({ page, browser }) => {
  await signIn(page, "ana", "/report");
  const title = `The screen shows stripes ${Date.now()}`;
  await page.getByLabel("What is it about?", { exact: false }).first().fill(title);
  await page.getByRole("radio", { name: /^No / }).check();
  await attach(page, { name: "stripes.png", mimeType: "image/png", buffer: PNG }, text("notes.txt"), text("tool.exe"));
  const files = page.getByRole("list", { name: "Files" });
  await expect(files.locator('[data-state="there"]')).toHaveCount(2);
  await expect(files.getByRole("alert")).toContainText("of a kind that is not taken");
  await page.getByRole("button", { name: "Take tool.exe off" }).click();

  await attach(page, text("film.txt", "x".repeat(31 * 1024 * 1024)));
  await expect(files.getByRole("alert")).toContainText("is 31 MB; 25 MB is the limit");
  await page.getByRole("button", { name: "Take film.txt off" }).click();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page).toHaveURL(/\/requests\/INC-/);
  await expect(page.getByRole("img", { name: "stripes.png" })).toBeVisible();

  const desk = await (await browser.newContext()).newPage();
  await signIn(desk, "marta", "/desk");
  await desk.goto(`/desk/search/${page.url().split("/").at(-1)}?stateKind=NEW,ACTIVE,WAITING`);
  await expect(desk.getByRole("img", { name: "stripes.png" })).toBeVisible();
  const download = desk.waitForEvent("download");
  await desk.getByRole("button", { name: /notes\.txt/ }).first().click();
  expect((await download).suggestedFilename()).toBe("notes.txt");
  await expectAccessible(desk);

  // Removed for good, by whoever works it.
  await desk.getByRole("button", { name: "Remove notes.txt from the conversation" }).click();
  await desk.getByRole("button", { name: "Destroy this file" }).click();
  await expect(desk.getByText("A file was removed")).toBeVisible();
  await expect(desk.getByRole("button", { name: /notes\.txt/ })).toHaveCount(0);
  await page.reload();
  await expect(page.getByText("A file was removed")).toBeVisible();
  await desk.close();
});

test("an agent pastes a screenshot, watches it go up, cancels one, and sends the other without a word", async ({ page, request }) => {
  const ana = await Caller.signedIn(request, "ana");
  const { reference } = await report(ana, `The map is upside down ${Date.now()}`, "Network");
  await signIn(page, "marta", "/desk");
  await page.goto(`/desk/search/${reference}?stateKind=NEW,ACTIVE,WAITING`);
  await expect(page.locator("#ticket-title")).toBeVisible();

  // Held back on its way, so that its progress can be seen and it can be taken off.
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route("**/files?name=slow.txt", async (route) => {
    await held;
    await route.abort();
  });
  await attach(page, text("slow.txt"));
  await expect(page.getByRole("progressbar", { name: "Uploading slow.txt" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Send/ })).toBeDisabled();
  await page.getByRole("button", { name: "Take slow.txt off" }).click();
  await expect(page.locator(".composer progress")).toHaveCount(0);
  letGo();

  await carry(page, "paste", ".composer textarea", "image.png", PNG);
  await expect(page.locator('.composer .file[data-state="there"]')).toContainText("image.png");
  await carry(page, "drop", ".composer textarea", "second.png", PNG);
  await expect(page.locator('.composer .file[data-state="there"]')).toHaveCount(2);
  await page.getByRole("button", { name: "Take second.png off" }).click();
  await page.getByRole("button", { name: /^Send/ }).click();
  await expect(page.locator('.message[data-side="ours"]').getByRole("img", { name: "image.png" })).toBeVisible();
  await expect(page.locator(".composer .file")).toHaveCount(0);
});
