import { createTheme, type MantineColorsTuple } from "@mantine/core";

const petrol: MantineColorsTuple = [
  "#e6f3f5",
  "#cfe5e9",
  "#a3cad1",
  "#73aeb9",
  "#4b96a4",
  "#2f8292",
  "#1a7283",
  "#0b5c6b",
  "#084b58",
  "#043943",
];

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: { light: 7, dark: 5 },
  colors: { petrol },
  fontFamily: 'Inter, system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "11px", sm: "13px", md: "14px", lg: "16px", xl: "19px" },
  defaultRadius: 5,
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: { styles: { label: { fontWeight: 500 } } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
  },
});
