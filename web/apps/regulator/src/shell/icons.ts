//! The rail's icons, 20 × 20, drawn with one stroke.
export const ICONS = {
  desk: 'M3 10 10 4l7 6M5 9v8h10V9',
  alerts: 'M10 3a5 5 0 0 1 5 5v4l2 2H3l2-2V8a5 5 0 0 1 5-5M8 16.5a2 2 0 0 0 4 0',
  cameras: 'M4.5 5h6a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2h-6a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2M12.5 9l5-3v8l-5-3',
  businesses: 'M4 17V6l6-3 6 3v11M8 17v-5h4v5M7.5 8h5',
  map: 'm3 5 4.5-1.5 5 1.5L17 3.5v12L12.5 17l-5-1.5L3 17ZM7.5 3.5v12M12.5 5v12',
  matters: 'M6 3h8a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2M7 7h6M7 10.5h6M7 14h3',
  people: 'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2.5 16.5a5 5 0 0 1 10 0M13.5 9.5a2.5 2.5 0 0 0 0-5M14 12a4.5 4.5 0 0 1 3.5 4.5',
  audit: 'M5 3h7l3 3v11H5ZM12 3v3h3M7.5 9.5h5M7.5 12h5M7.5 14.5h3',
  law: 'M10 3v14M6.5 17h7M4 6h12M4 6l-2 5.5a2.2 2.2 0 0 0 4 0L4 6M16 6l-2 5.5a2.2 2.2 0 0 0 4 0L16 6',
  scenes: 'M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4',
  system: 'M3 11h3l2-6 4 11 2-5h3',
} as const;
