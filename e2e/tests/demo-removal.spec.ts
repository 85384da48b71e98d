import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { expect, test } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.js";
import { PASSWORD, signIn } from "../support/people.js";

// Removing the demo ends every other journey's data: this one has a server of its own.
const program = process.env.BELLHOP_PROGRAM ?? resolve("../target/debug/bellhop");

let server: ChildProcess;
let folder: string;
let printed = "";

async function waitFor(pattern: RegExp): Promise<string> {
  await expect.poll(() => pattern.exec(printed)?.[1], { timeout: 150_000, message: String(pattern) }).toBeTruthy();
  return pattern.exec(printed)?.[1] ?? "";
}

test.beforeAll(async () => {
  test.setTimeout(180_000);
  folder = await mkdtemp(join(tmpdir(), "bellhop-demo-"));
  server = spawn(program, ["serve", "--demo", "--data", folder, "--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  server.stdout?.on("data", (piece: Buffer) => (printed += piece.toString()));
  await waitFor(/password `(.+)`/);
});

test.afterAll(async () => {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await ended;
  await rm(folder, { recursive: true, force: true });
});

test("an administrator removes the demo and begins with an organisation of their own", async ({ page }) => {
  test.setTimeout(180_000);
  const url = await waitFor(/ready at (\S+)/);
  await signIn(page, "admin", `${url}/admin/departments`);
  await expect(page.getByRole("note")).toContainText("This is the demo organisation.");
  await page.getByRole("link", { name: "Remove it and begin with your own" }).click();
  await expect(page).toHaveURL(/\/admin\/settings/);

  await page.getByRole("button", { name: "Remove the demo…" }).click();
  const dialog = page.getByRole("dialog", { name: "Remove the demo…" });
  await expect(dialog.getByRole("listitem").filter({ hasText: /^65 people/ })).toBeVisible();
  await expect(dialog.getByRole("listitem").filter({ hasText: /^400 tickets/ })).toBeVisible();
  await expect(dialog).toContainText("What you made by hand in the demo goes too");
  await expectAccessible(page);

  // Nothing goes by a slip: neither without the name nor without the password.
  const remove = dialog.getByRole("button", { name: "Remove everything" });
  const name = dialog.getByLabel("Type the organisation's name: Alder & Quay");
  await remove.click();
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await name.fill("Alder & Quay");
  await dialog.getByLabel("Your password").fill("not my password");
  await remove.click();
  await expect(dialog.getByLabel("Your password")).toHaveAttribute("aria-invalid", "true");
  // By keyboard alone.
  await dialog.getByLabel("Your password").fill(PASSWORD);
  await page.keyboard.press("Enter");

  await expect(page).toHaveURL(/\/set-up$/, { timeout: 30_000 });
  const code = await waitFor(/set-up#(\S+)/);
  await page.getByRole("button", { name: "Set up my organisation" }).click();
  await page.getByLabel("Set-up code").fill(code);
  await page.getByLabel("Name of the organisation").fill("Example Ltd");
  await page.getByLabel("Your name").fill("Ada Admin");
  await page.getByLabel("Mail address").fill("ada@example.org");
  await page.getByLabel("Sign-in name").fill("ada");
  await page.getByLabel("Password").fill("a sentence is fine");
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByRole("heading", { name: /Working hours|Departments/ }).first()).toBeVisible();

  await page.goto(`${url}/admin/settings`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("button", { name: "Remove the demo…" })).toHaveCount(0);
  await expect(page.getByRole("note")).toHaveCount(0);
  await page.goto(`${url}/admin/audit`);
  await expect(page.getByText("Demo removed")).toBeVisible();
});
