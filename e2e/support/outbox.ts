import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "@playwright/test";

/** The folder that the server writes its mails to, if it does. */
export const OUTBOX = process.env.BELLHOP_OUTBOX;

/** All mails to an address, oldest first, with lines that were folded for the way made whole again. */
export function mailsTo(address: string): string[] {
  const folder = OUTBOX ?? "";
  return readdirSync(folder)
    .filter((name) => name.endsWith(".eml"))
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .map((text) => text.replaceAll(/=\r?\n/g, "").replaceAll("=3D", "="))
    .filter((text) => text.includes(`<${address}>`) || text.includes(`To: ${address}`));
}

/** The path of the link by which a password is set, in the newest mail to an address. */
export async function passwordLink(address: string): Promise<string> {
  let found: string | undefined;
  await expect
    .poll(() => (found = /\/set-password#[\w-]+/.exec(mailsTo(address).at(-1) ?? "")?.[0]), { message: `a mail to ${address}` })
    .toBeTruthy();
  return found ?? "";
}
