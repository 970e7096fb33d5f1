import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** Tokens that CSS needs live in tokens.css; this gives Mantine the same grid and type. */
const ink: MantineColorsTuple = [
  "#eef3fd",
  "#dbe5fa",
  "#b5c9f4",
  "#8cabee",
  "#688fe6",
  "#4674dd",
  "#2f5fd0",
  "#264fb0",
  "#1f428f",
  "#193572",
];

/** Mantine's dark surfaces, lines and texts: the same as in tokens.css. */
const dark: MantineColorsTuple = [
  "#e4e8ee",
  "#c7cfda",
  "#a0abbb",
  "#7b8797",
  "#465162",
  "#38424f",
  "#222832",
  "#1a1f27",
  "#12161c",
  "#0d1014",
];

export const theme = createTheme({
  primaryColor: "ink",
  primaryShade: 6,
  colors: { ink, dark },
  autoContrast: true,
  luminanceThreshold: 0.32,
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--font-mono)",
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "2px", sm: "4px", md: "8px", lg: "12px", xl: "16px" },
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "1.35", sm: "1.4", md: "1.5", lg: "1.5", xl: "1.4" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "28px" },
      h2: { fontSize: "16px", lineHeight: "24px" },
      h3: { fontSize: "14px", lineHeight: "20px" },
      h4: { fontSize: "13px", lineHeight: "20px" },
    },
  },
  components: {
    Button: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "xs" } },
    PasswordInput: { defaultProps: { size: "xs" } },
    NumberInput: { defaultProps: { size: "xs" } },
    Textarea: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs", allowDeselect: false } },
    MultiSelect: { defaultProps: { size: "xs" } },
    Checkbox: { defaultProps: { size: "xs" } },
    Radio: { defaultProps: { size: "xs" } },
    Switch: { defaultProps: { size: "xs" } },
    SegmentedControl: { defaultProps: { size: "xs" } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Tabs: { defaultProps: { variant: "default" } },
    // Its own grey is too light on white to be read by everybody.
    Notification: { styles: { description: { color: "var(--text)" } } },
    Table: { defaultProps: { verticalSpacing: 4, horizontalSpacing: 8, fz: "sm" } },
  },
});
