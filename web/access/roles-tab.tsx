import { Icon } from "../kit/icon.tsx";
import { Resolve } from "../kit/notice.tsx";
import { useMatrix } from "./queries.ts";

/** The whole matrix, as the server and the database hold it. */
export function RolesTab() {
  const matrix = useMatrix();
  return (
    <Resolve of={matrix}>
      {({ roles }) => {
        const permissions = [...new Set(roles.flatMap((role) => role.permissions))].sort();
        return (
          <div className="panel sheet-scroll">
            <table className="sheet" aria-label="Roles">
              <thead>
                <tr>
                  <th>Permission</th>
                  {roles.map(({ name }) => (
                    <th key={name}>{name}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {permissions.map((permission) => (
                  <tr key={permission}>
                    <td className="mono">{permission}</td>
                    {roles.map((role) => (
                      <td key={role.name}>
                        {role.permissions.includes(permission) ? (
                          <>
                            <Icon name="check" size={14} />
                            <span className="visually-hidden">yes</span>
                          </>
                        ) : (
                          <span className="visually-hidden">no</span>
                        )}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        );
      }}
    </Resolve>
  );
}
