import { isIP } from "node:net";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Kind, size, wholeNumber } from "../../settings/kinds.ts";
import { diskKinds, environments, majors } from "./target.ts";

/** The options that describe a target. */
export function addTargetFlags(command: Command): Command {
  const number = (from: number, to: number) => reader(wholeNumber(from, to));
  return command
    .addOption(new Option("--environment <name>", "what it is for").choices([...environments]))
    .option("--postgres <major>", `for a server that is not asked: ${majors.join(", ")}`, number(1, 99))
    .option("--with <feature>", "what that server was built with: lz4, io_uring", list)
    .option("--memory <size>", "of the machine; default: this one's", reader(size))
    .option("--cores <number>", "of the machine; default: this one's", number(1, 1_024))
    .addOption(new Option("--disk <kind>", "kind of its disk; default: this one's").choices([...diskKinds]))
    .option("--disk-size <size>", "of the volume of the data", reader(size))
    .option("--wal-size <size>", "of the volume of pg_wal, where it has one of its own", reader(size))
    .option("--programs <number>", "processes of apg start that connect", number(1, 1_000), 1)
    .option("--tenants <number>", "default: those of the database", number(0, 1_000_000))
    .option("--partitions <number>", "leaves of all partitioned tables; default: those of the database", number(0, 1_000_000))
    .option("--listen <address>", "address of the server, several by repeating; default: this machine only", list)
    .option("--server-port <number>", "default: the server's, else 5432", number(1, 65_535))
    .option("--application-network <cidr>", "where the programs and their pooler connect from; repeat for several", networks)
    .option(
      "--admin-network <cidr>",
      "where monitoring comes from; a single machine (/32, /128) also as superuser, with a certificate; repeat for several",
      networks,
    )
    .option("--replication-network <cidr>", "where standbys connect from; repeat for several", networks)
    .option("--tls-cert <file>", "the server's certificate")
    .option("--tls-key <file>", "its key")
    .option("--tls-ca <file>", "the authority that signs servers and clients")
    .option("--name <name>", "of this node; default: apg")
    .option("--database <name>", "default: the settings' database")
    .option("--data-directory <folder>", "of the server; default: as the server says")
    .option("--log-directory <folder>", "of the server", "/var/log/postgresql")
    .option("--replica <name>", "a standby of this primary; repeat for several", list)
    .option("--etcd <host:port>", "a node of Patroni's store: renders patroni.yml; repeat for several", list)
    .option("--archive-command <command>", "archives WAL, in place of pgBackRest")
    .option("--no-archive", "archive no WAL: no recovery to a point in time");
}

function reader<Value>(kind: Kind<Value>): (text: string) => Value {
  return (text) => {
    const value = kind.read(text);
    if (value === undefined) throw new InvalidArgumentError(`Expected ${kind.expects}.`);
    return value;
  };
}

function list(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

function networks(text: string, before: readonly string[] | undefined): readonly string[] {
  const [address = "", prefix = ""] = text.split("/");
  const family = isIP(address);
  if (family === 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128))
    throw new InvalidArgumentError("Expected a network such as 10.20.0.0/16 or fd00::/64.");
  return list(text, before);
}
