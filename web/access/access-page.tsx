import { Tabs } from "@mantine/core";
import { KeysTab } from "./keys-tab.tsx";
import { PeopleTab } from "./people-tab.tsx";
import { RolesTab } from "./roles-tab.tsx";
import { useMay } from "./session.ts";
import { SessionsTab } from "./sessions-tab.tsx";
import { SignInTab } from "./sign-in-tab.tsx";

/** Who may come in, with what, and what they may do. Who administers nothing sees the roles and their own sessions. */
export default function AccessPage() {
  const mayRead = useMay("access:read");
  return (
    <div className="page-full">
      <header className="page-head">
        <h1>Access</h1>
      </header>
      <Tabs defaultValue={mayRead ? "people" : "sessions"} keepMounted={false}>
        <Tabs.List>
          {mayRead ? <Tabs.Tab value="people">People</Tabs.Tab> : null}
          {mayRead ? <Tabs.Tab value="keys">Keys</Tabs.Tab> : null}
          {mayRead ? <Tabs.Tab value="sign-in">Sign-in</Tabs.Tab> : null}
          <Tabs.Tab value="roles">Roles</Tabs.Tab>
          <Tabs.Tab value="sessions">My sign-in</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="people" pt="sm">
          <PeopleTab />
        </Tabs.Panel>
        <Tabs.Panel value="keys" pt="sm">
          <KeysTab />
        </Tabs.Panel>
        <Tabs.Panel value="sign-in" pt="sm">
          <SignInTab />
        </Tabs.Panel>
        <Tabs.Panel value="roles" pt="sm">
          <RolesTab />
        </Tabs.Panel>
        <Tabs.Panel value="sessions" pt="sm">
          <SessionsTab />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
