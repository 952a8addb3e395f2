import { ActionIcon, Alert, Button, createTheme, type MantineColorsTuple, Modal, Notification, Table, TextInput, Tooltip } from '@mantine/core';

/** 14 px base on a 4 px grid, one accent. Colours beside it carry meaning, see tokens.css. */
/** The dark surfaces of tokens.css, so that menus and dialogs are made of the same grey. */
const dark: MantineColorsTuple = [
  '#e6e8ed',
  '#c9ced8',
  '#a1a9b8',
  '#7d8595',
  '#3d434f',
  '#31363f',
  '#232730',
  '#1c1f26',
  '#15171c',
  '#0f1115',
];

export const theme = createTheme({
  colors: { dark },
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: 6,
  cursorType: 'pointer',
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '24px', xl: '28px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '16px', lineHeight: '24px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  respectReducedMotion: true,
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray', size: 32 } }),
    // Yellow on yellow can't be read; the surface carries the meaning.
    Alert: Alert.extend({ styles: { title: { color: 'var(--text)' } } }),
    Button: Button.extend({ defaultProps: { size: 'sm', fw: 500 } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } } }),
    Modal: Modal.extend({
      defaultProps: { closeButtonProps: { 'aria-label': 'Close' } },
      styles: { title: { fontSize: 16, fontWeight: 600 } },
    }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 8, horizontalSpacing: 12 } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'sm' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, withArrow: true, transitionProps: { duration: 150 } } }),
  },
});
