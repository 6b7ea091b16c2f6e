import "@mantine/core/styles.css";
import "@mantine/dates/styles.css";
import "@mantine/notifications/styles.css";
import "./kit/fonts.css";
import "./kit/tokens.css";
import "./kit/figure.css";
import "./kit/table.css";
import "./kit/notice.css";
import { MantineProvider } from "@mantine/core";
import { DatesProvider } from "@mantine/dates";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { theme } from "./kit/theme.ts";
import { queries } from "./shell/queries.ts";
import { router } from "./shell/router.tsx";
import { UploadProvider } from "./statements/uploads.tsx";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root");

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="light">
      <DatesProvider settings={{ firstDayOfWeek: 1 }}>
        <Notifications position="top-center" />
        <QueryClientProvider client={queries}>
          <UploadProvider>
            <RouterProvider router={router} />
          </UploadProvider>
        </QueryClientProvider>
      </DatesProvider>
    </MantineProvider>
  </StrictMode>,
);
