import type { Relation } from "./catalogue.ts";
import type { Attempt } from "./proof.ts";

/** What to do about a leak that an attack found; a statement where one cures it. */
export function adviseOn(relations: ReadonlyMap<string, Relation>): (attempt: Attempt) => string {
  return ({ object, table, role, attack }) => {
    const relation = relations.get(object);
    if (attack.kind === "escape") return `take from ${role} what lets it ${attack.command}: see \\du+ ${role} and \\dn+`;
    if (attack.kind === "define") return `${role} must not own ${object} or belong to its owner: revoke the membership, or the privilege`;
    if (attack.kind === "call")
      return `let the function ask for current_tenant() itself, or: revoke execute on function ${object} from ${role}`;
    if (relation === undefined) return "see the object's grants and policies";
    if (relation.partition)
      return `revoke all on ${object} from ${role}; and no USAGE on its schema; then select maintenance.secure_table('${object}')`;
    if (relation.kind === "v") return `alter view ${object} set (security_invoker = true)`;
    if (relation.kind === "m") return `revoke all on ${object} from ${role}: a materialized view has no row-level security`;
    if (relation.kind === "S") return `revoke all on sequence ${object} from ${role}`;
    if (!relation.tenant) return `revoke insert, update, delete on ${table} from ${role}: all tenants share this table`;
    if (attack.command.startsWith("insert of their ")) return "let the key begin with tenant_id";
    if (attack.command.startsWith("reference by ")) return "let the reference pair tenant_id on both sides";
    return `compare the policies of ${table} with database/schema.sql, drop what is wider, then select maintenance.secure_table('${table}'); and see that ${role} has no BYPASSRLS`;
  };
}
