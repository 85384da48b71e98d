import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A mail server on loopback that wants one user with one password, without encryption. */
export class SmtpServer {
  /** All mails that it took, as they came. */
  readonly mails: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly secret: string,
  ) {}

  static async start(user: string, password: string): Promise<SmtpServer> {
    const server = createServer();
    const own = new SmtpServer(server, Buffer.from(`\0${user}\0${password}`).toString("base64"));
    server.on("connection", (socket) => {
      own.converse(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return own;
  }

  get port(): string {
    return String((this.server.address() as AddressInfo).port);
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }

  private converse(socket: Socket): void {
    let rest = "";
    let mail: string[] | undefined;
    const say = (line: string): void => {
      socket.write(`${line}\r\n`);
    };
    // A client that goes away is no concern of the server.
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      rest += chunk.toString();
      for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (mail) {
          if (line !== ".") mail.push(line);
          else {
            this.mails.push(mail.join("\n"));
            mail = undefined;
            say("250 taken");
          }
        } else if (line.startsWith("EHLO")) say("250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN");
        else if (line.startsWith("AUTH PLAIN")) say(line.endsWith(` ${this.secret}`) ? "235 welcome" : "535 5.7.8 wrong user or password");
        else if (line === "DATA") {
          mail = [];
          say("354 go on");
        } else if (line === "QUIT") {
          say("221 bye");
          socket.end();
        } else say("250 ok");
      }
    });
    say("220 mail.test");
  }
}
