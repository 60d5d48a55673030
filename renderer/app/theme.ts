/** The look's tokens: one accent (deep teal), Inter, small radii, a 4 px grid. */
import { createTheme } from '@mantine/core';

export const theme = createTheme({
  fontFamily: '"Inter Variable", Inter, system-ui, sans-serif',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  primaryColor: 'teal',
  primaryShade: { light: 8, dark: 7 },
  colors: {
    teal: ['#e6f5f4', '#cfe9e7', '#a3d5d1', '#74bfba', '#4daca6', '#349f99', '#249992', '#117d77', '#0b6e68', '#035c57'],
  },
  defaultRadius: 'sm',
  radius: { sm: '4px' },
  cursorType: 'pointer',
});
