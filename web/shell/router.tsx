import { createRootRoute, createRoute, createRouter, Outlet, retainSearchParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { SignInPage } from "../access/sign-in-page.tsx";
import { Empty, ErrorNotice, Waiting } from "../kit/notice.tsx";
import { Desk } from "./desk.tsx";
import { readView } from "./view.ts";

const Cockpit = lazy(() => import("../positions/cockpit.tsx"));
const Worksheet = lazy(() => import("../positions/worksheet.tsx"));
const Monitor = lazy(() => import("../statements/monitor.tsx"));
const ReadPage = lazy(() => import("../statements/reading/read-page.tsx"));
const AuditPage = lazy(() => import("../audit/audit-page.tsx"));
const AccountList = lazy(() => import("../accounts/account-list.tsx"));
const AccountPage = lazy(() => import("../accounts/account-page.tsx"));
const CategoriesPage = lazy(() => import("../categories/categories-page.tsx"));
const RatesPage = lazy(() => import("../rates/rates-page.tsx"));
const BanksPage = lazy(() => import("../banks/banks-page.tsx"));
const ApprovalsPage = lazy(() => import("../approvals/approvals-page.tsx"));
const AccessPage = lazy(() => import("../access/access-page.tsx"));

const root = createRootRoute({
  validateSearch: readView,
  search: { middlewares: [retainSearchParams(["asOf", "knownAt", "basis", "currency", "rates"])] },
  component: Outlet,
  errorComponent: ({ error }) => <ErrorNotice error={error} />,
  notFoundComponent: () => (
    <Empty icon="info" title="There is no such page">
      The address may be mistyped, or the page has moved. The cockpit shows the whole position.
    </Empty>
  ),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { problem?: string } =>
    typeof search["problem"] === "string" ? { problem: search["problem"] } : {},
  component: SignInPage,
});

const desk = createRoute({
  getParentRoute: () => root,
  id: "desk",
  component: () => (
    <Desk>
      <Suspense fallback={<Waiting />}>
        <Outlet />
      </Suspense>
    </Desk>
  ),
});

const cockpit = createRoute({ getParentRoute: () => desk, path: "/", component: Cockpit });
const positions = createRoute({ getParentRoute: () => desk, path: "/positions", component: Worksheet });
const statements = createRoute({ getParentRoute: () => desk, path: "/statements", component: Monitor });
const readFile = createRoute({ getParentRoute: () => desk, path: "/statements/read", component: ReadPage });
const readDelivery = createRoute({ getParentRoute: () => desk, path: "/statements/read/$deliveryId", component: ReadPage });
const accounts = createRoute({ getParentRoute: () => desk, path: "/accounts", component: AccountList });
const audit = createRoute({ getParentRoute: () => desk, path: "/audit", component: AuditPage });
const categories = createRoute({ getParentRoute: () => desk, path: "/categories", component: CategoriesPage });
const rates = createRoute({ getParentRoute: () => desk, path: "/rates", component: RatesPage });
const banks = createRoute({ getParentRoute: () => desk, path: "/banks", component: BanksPage });
const approvals = createRoute({ getParentRoute: () => desk, path: "/approvals", component: ApprovalsPage });
const access = createRoute({ getParentRoute: () => desk, path: "/access", component: AccessPage });
const account = createRoute({
  getParentRoute: () => desk,
  path: "/accounts/$accountId",
  component: function Page() {
    const { accountId } = account.useParams();
    // Keyed, so that no figure of the account before can be seen under the name of this one.
    return <AccountPage key={accountId} accountId={accountId} />;
  },
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    desk.addChildren([
      cockpit,
      positions,
      statements,
      readFile,
      readDelivery,
      accounts,
      account,
      banks,
      categories,
      rates,
      audit,
      approvals,
      access,
    ]),
  ]),
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
