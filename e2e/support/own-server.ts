import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The server's executable; the journeys' own server is started from the same one. */
const EXECUTABLE = process.env.BELLHOP_EXECUTABLE ?? "../target/debug/bellhop";

/** A server on an empty folder, which waits for its first administrator. */
export class OwnServer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    /** Its set-up page, with the code that it printed. */
    readonly setUp: string,
  ) {}

  /** Starts it and waits for the line with the set-up page. */
  static async start(): Promise<OwnServer> {
    const folder = mkdtempSync(join(tmpdir(), "bellhop-journey-"));
    const child = spawn(
      EXECUTABLE,
      ["serve", "--listen", "127.0.0.1:0", "--data", join(folder, "data")],
      // Mail is set up in the browser.
      { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, BELLHOP_MAIL_FOLDER: undefined, BELLHOP_SMTP_URL: undefined } },
    );
    const setUp = await new Promise<string>((resolve, reject) => {
      let said = "";
      const read = (chunk: Buffer): void => {
        said += chunk.toString();
        const found = /http:\/\/\S+\/set-up#\S+/.exec(said);
        if (found) resolve(found[0]);
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.on("error", reject);
      child.on("exit", () => {
        reject(new Error(`the server ended:\n${said}`));
      });
    });
    return new OwnServer(child, folder, setUp);
  }

  /** Stops it and removes what it kept. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGKILL");
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
